"""Who calls with a key: `Authorization: Bearer bureau_<prefix>_<secret>`."""

from __future__ import annotations

import datetime
import logging
import secrets
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import InternalError, OperationalError

from app.core.clock import now
from app.core.errors import Unauthorized
from app.extensions import db
from app.security.accounts import Account
from app.security.audit import record_event
from app.security.factors.policy import has_factor, is_enforced
from app.security.keys.models import UserKey
from app.security.keys.scopes import scopes_of
from app.security.keys.secret import digest_of, prefix_of
from app.security.models import Preference
from app.security.rights.sets import rights_of, version_query

NOTED_EVERY = datetime.timedelta(minutes=1)
"""How exactly it is known when a key was used last; each step is a write."""
LONG = datetime.timedelta(days=30)
"""A key that comes back after this is worth an event."""
REFUSALS_EVERY = datetime.timedelta(hours=1)
"""A program with an old key asks all the time; one event an hour tells enough."""

_log = logging.getLogger(__name__)
_keys: Any = UserKey.__table__


def load_account_of_key(text: str) -> Account:
    """The account of whoever sends this key, with one statement.

    Raises `Unauthorized` with the code `key_invalid`, `key_revoked`, `key_expired`,
    `account_disabled` or `factor_not_set_up`; only who has the key itself learns which.
    """
    prefix = prefix_of(text)
    found = _find(prefix) if prefix is not None else None
    if found is None or not secrets.compare_digest(found[0].digest, digest_of(text)):
        raise Unauthorized(_("The API key is not valid."), code="key_invalid")
    key, user, preference, version, lacks_factor = found
    refusal = _refusal_of(key, user, lacks_factor=lacks_factor)
    if refusal is not None:
        _note_refusal(key, user, refusal.code)
        raise refusal
    scopes = scopes_of(key, rights_of(user.id, version))
    _note_use(key, user)
    return Account(user, preference, version, user.id, user, scopes=scopes, key_id=key.id)


def _find(prefix: str) -> Any:
    return db.session.execute(_key_query(), {"prefix": prefix}).one_or_none()


@cache
def _key_query() -> sa.Select[Any]:
    """Made once: to put it together takes longer than to run it."""
    holder: Any = UserKey.user_id
    lacks_factor = sa.and_(is_enforced(holder), sa.not_(has_factor(holder)))
    return (
        sa.select(UserKey, User, Preference, version_query(), lacks_factor)
        .join(User, User.id == UserKey.user_id)
        .outerjoin(Preference, Preference.user_id == User.id)
        .where(UserKey.prefix == sa.bindparam("prefix"))
        .execution_options(populate_existing=True)
    )


def _refusal_of(key: UserKey, user: User, *, lacks_factor: bool) -> Unauthorized | None:
    if key.revoked_at is not None:
        return Unauthorized(_("This API key was revoked."), code="key_revoked")
    if key.expires_at <= now():
        return Unauthorized(_("This API key has expired. Make a new one."), code="key_expired")
    if not user.active:
        return Unauthorized(_("The account of this API key is disabled."), code="account_disabled")
    if lacks_factor:
        # Their password alone opens nothing either, and a key must be no way around that.
        return Unauthorized(
            _("This account needs a second factor. Log in with a browser to set one up."),
            code="factor_not_set_up",
        )
    return None


def _note_use(key: UserKey, user: User) -> None:
    """Remember when and from where a key is used, unless that was done a moment ago."""
    moment, before = now(), key.last_used_at
    if before is not None and moment - before < NOTED_EVERY:
        return
    address = (request.remote_addr or "")[:64]
    if before is None or moment - before > LONG:
        record_event("key-used", target=key, user=user, prefix=key.prefix, last_used_at=before)
    _write(key, last_used_at=moment, last_address=address)


def _note_refusal(key: UserKey, user: User, code: str) -> None:
    moment, before = now(), key.refused_at
    if before is None or moment - before >= REFUSALS_EVERY:
        record_event(
            "key-used", outcome="refused", target=key, user=user, prefix=key.prefix, reason=code
        )
        _write(key, refused_at=moment)


def _write(key: UserKey, **values: Any) -> None:
    # A rollback would forget what the row holds, and reading it again costs a statement.
    key_id = key.id
    try:
        db.session.execute(
            sa.update(_keys).where(_keys.c.id == key_id).values(**values),
            bind_arguments={"mapper": sa.inspect(UserKey)},
        )
        db.session.commit()
    except (OperationalError, InternalError):
        # A database that is busy, or takes no writes, must not keep anybody from reading; the
        # next request notes it.
        db.session.rollback()
        _log.warning("the use of API key %s could not be noted", key_id)
