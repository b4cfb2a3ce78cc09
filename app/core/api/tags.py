"""The `ETag` of a row, and the check of the `If-Match` that a client sends back (RFC 9110)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.core.errors import PreconditionFailed
from app.core.views.baseline import version_of


def tag_of(row: Any, shown: Callable[[], Mapping[str, Any]]) -> str:
    """What changes whenever the row does: its version, or a digest of what the caller sees."""
    version = version_of(row)
    if version is not None:
        return str(version)
    text = json.dumps(shown(), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def names_a_tag() -> bool:
    """Whether the call says which state of the row it means."""
    return bool(request.if_match)


def check_tag(tag: str) -> None:
    """Refuse a call that means another state of the row than its present one."""
    wanted = request.if_match
    # A compressed answer has its method in the tag, and clients send the tag as it came.
    # Of a header that is badly written, nothing but a gap may be left.
    sent = {each.partition(":")[0] for each in wanted.as_set() if each}
    if wanted and not wanted.star_tag and tag not in sent:
        raise PreconditionFailed(_("Somebody changed this record since you read it."))
