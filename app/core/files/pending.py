"""A file that was sent with a form that was refused: kept for whoever sent it, for a day.

The form carries a signed token instead of the file. It names the user and the field, so that it is
of no use to anybody else or anywhere else.
"""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from app.core.files import store
from app.core.files.stored import StoredFile
from app.core.models import current_user_id

KEPT_SECONDS = 24 * 60 * 60


def token_of(file: StoredFile, field: str) -> str:
    """The token for the signed-in user's file; empty for a visitor, whom nothing tells apart."""
    owner = current_user_id()
    if owner is None:
        return ""
    signed: str | bytes = _serializer().dumps([owner, field, file.to_dict()])
    return signed if isinstance(signed, str) else signed.decode()


def read_token(token: str, field: str) -> StoredFile | None:
    """The file of a token, if it is the signed-in user's own, for this field and still kept."""
    try:
        owner, named, values = _serializer().loads(token, max_age=KEPT_SECONDS)
    except (BadData, ValueError):
        return None
    if owner is None or (owner, named) != (current_user_id(), field):
        return None
    file = StoredFile.from_dict(values)
    return file if store.is_there(file.key) else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="bureau.pending-file")
