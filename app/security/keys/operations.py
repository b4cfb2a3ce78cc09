"""Making a key, revoking one."""

from __future__ import annotations

import datetime

from flask_appbuilder.security.sqla.models import User

from app.core.clock import now
from app.core.fields import encode_key
from app.core.once import Ticket
from app.extensions import db
from app.security.audit import record_event
from app.security.keys.models import UserKey
from app.security.keys.scopes import stored
from app.security.keys.secret import digest_of, draw_key
from app.security.rights.sets import Rights

DEFAULT_DAYS = 90
MAX_DAYS = 365
MAX_KEYS = 50
"""Keys of one user that still work."""


def make_key(
    user: User,
    name: str,
    scopes: Rights,
    days: int = DEFAULT_DAYS,
    *,
    ticket: Ticket | None = None,
) -> tuple[UserKey, str]:
    """Add a key of the user; give it with its text, which nobody can read again. It commits.

    Without scopes it may do what its user may. Raises `Repeated` where the form of the ticket was
    sent before.
    """
    if ticket is not None:
        ticket.check()
        ticket.claim()
    text, prefix = draw_key()
    moment = now()
    key = UserKey(
        name=name,
        user_id=user.id,
        prefix=prefix,
        digest=digest_of(text),
        scopes=stored(scopes),
        created_at=moment,
        expires_at=moment + datetime.timedelta(days=min(days, MAX_DAYS)),
    )
    db.session.add(key)
    db.session.flush()
    if ticket is not None:
        ticket.settle(encode_key(key))
    record_event(
        "key-made", target=key, prefix=prefix, expires_at=key.expires_at, scopes=key.scopes
    )
    db.session.commit()
    return key, text


def revoke_key(key: UserKey) -> bool:
    """Let a key open nothing any more, from the next request on; the caller commits.

    Gives whether it was not revoked before.
    """
    if key.revoked_at is not None:
        return False
    key.revoked_at = now()
    record_event("key-revoked", target=key, prefix=key.prefix, owner=key.user_id)
    return True
