"""Links that are used once: made, looked at, used.

A token is random and only its digest is kept, so that whoever reads the database can use none.
One for an account counts as long as that has the address and the password of when it was made.
Opening a link shows a form and changes nothing, because programs that look for viruses open every
link of a mail; sending the form uses it.
"""

from __future__ import annotations

import datetime
import secrets
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.sql import ColumnElement

from app.core.clock import now
from app.extensions import db
from app.security.links.models import LinkPurpose, SecurityLink
from app.security.passwords import epoch_of
from app.security.sessions.store import digest_of

TOKEN_BYTES = 32
LIFETIMES = {
    LinkPurpose.INVITATION: datetime.timedelta(days=7),
    LinkPurpose.RESET: datetime.timedelta(hours=1),
    LinkPurpose.REGISTRATION: datetime.timedelta(days=2),
    LinkPurpose.ADDRESS: datetime.timedelta(days=2),
}
KEPT_AFTER_END = datetime.timedelta(days=30)
"""How long it is known of an old link that there was one."""

_STATE = "state"
_links: Any = SecurityLink.__table__


def make_link(
    purpose: LinkPurpose, *, user: User | None = None, email: str | None = None, **payload: Any
) -> tuple[str, datetime.datetime]:
    """Add a link and give its token, and until when it can be used; the caller commits."""
    moment, token = now(), secrets.token_urlsafe(TOKEN_BYTES)
    if user is not None:
        payload[_STATE] = _state_of(user)
    forget_links(SecurityLink.expires_at < moment - KEPT_AFTER_END, is_used_up=True)
    link = SecurityLink(
        digest=digest_of(token),
        purpose=purpose,
        user_id=user.id if user is not None else None,
        email=email,
        payload=payload,
        created_at=moment,
        expires_at=moment + LIFETIMES[purpose],
    )
    db.session.add(link)
    db.session.flush()
    return token, link.expires_at


def find_link(token: str, *purposes: LinkPurpose) -> SecurityLink | None:
    """The link with this token, if it can still be used."""
    return _standing(db.session.scalar(sa.select(SecurityLink).where(_is_usable(token, purposes))))


def use_link(token: str, *purposes: LinkPurpose) -> SecurityLink | None:
    """Use the link up, and give it; None where it is gone, or where somebody else was faster."""
    statement = sa.update(_links).where(_is_usable(token, purposes)).values(used_at=now())
    key = _execute(statement.returning(_links.c.id)).scalar()
    if key is None:
        return None
    return _standing(db.session.get(SecurityLink, key, populate_existing=True))


def end_links(user: User, *purposes: LinkPurpose) -> None:
    """Let no link of these purposes be used by the user any more; the caller commits."""
    _execute(
        sa.update(_links)
        .where(
            _links.c.user_id == user.id,
            _links.c.purpose.in_(purposes),
            _links.c.used_at.is_(None),
        )
        .values(used_at=now())
    )


def forget_links(condition: ColumnElement[bool], *, is_used_up: bool = False) -> None:
    """Delete links that meet a condition; `is_used_up` spares an invitation still to be shown."""
    spared = SecurityLink.purpose != LinkPurpose.INVITATION if is_used_up else sa.true()
    _execute(sa.delete(_links).where(condition, spared))


def _standing(link: SecurityLink | None) -> SecurityLink | None:
    """The link, unless its account has changed since.

    Whatever changed it, a screen, the REST API or an undo: whoever reads the old address, or had
    the old password, must not get in by what was sent or asked for then.
    """
    if link is None or link.user_id is None:
        return link
    user = link.user
    is_same = user is not None and link.payload.get(_STATE) == _state_of(user)
    return link if is_same else None


def _state_of(user: User) -> str:
    return digest_of(f"{epoch_of(user)}:{(user.email or '').lower()}")


def _is_usable(token: str, purposes: tuple[LinkPurpose, ...]) -> ColumnElement[bool]:
    return sa.and_(
        _links.c.digest == digest_of(token),
        _links.c.purpose.in_(purposes),
        _links.c.used_at.is_(None),
        _links.c.expires_at > now(),
    )


def _execute(statement: Any) -> Any:
    return db.session.execute(
        statement,
        bind_arguments={"mapper": sa.inspect(SecurityLink)},
        execution_options={"synchronize_session": False},
    )
