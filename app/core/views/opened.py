"""What a form for many records was opened for: their keys, and how each of them was then."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Mapper

from app.core.errors import BadParameter
from app.core.fields import encode_key
from app.core.views.baseline import version_of

Marks = Mapping[str, int | str]
"""By key, the version of a record; of one without, a digest of its values.

A digest without a key would let whoever reads it try out what the hidden ones of the values are.
"""

DIGEST_LENGTH = 16
_PURPOSE = "bureau.rows"


def marks_of(rows: Iterable[Any]) -> dict[str, int | str]:
    """How these records are now."""
    return {encode_key(row): _mark(row) for row in rows}


def pack(model: type, marks: Marks) -> str:
    """The marks as the text of one hidden field, which nobody else can write."""
    packed = _serializer(model).dumps(list(marks.items()))
    return packed if isinstance(packed, str) else packed.decode()


def unpack(model: type, text: str) -> dict[str, int | str]:
    """Read what `pack` has written; raise `BadParameter` for anything else."""
    try:
        return dict(_serializer(model).loads(text))
    except BadData as error:
        message = _("Choose the records in the list again.")
        raise BadParameter(errors={"_rows": [message]}) from error


def _mark(row: Any) -> int | str:
    version = version_of(row)
    if version is not None:
        return version
    mapper: Mapper[Any] = sa.inspect(type(row))
    values = [getattr(row, attribute.key) for attribute in mapper.column_attrs]
    text = f"{_PURPOSE}.{mapper.class_.__name__}:{values!r}"
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:DIGEST_LENGTH]


def _serializer(model: type) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=f"{_PURPOSE}.{model.__name__}")
