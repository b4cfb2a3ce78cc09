"""A new password for whoever has forgotten theirs.

The request does the same for every name: it writes one event. Whether there is such an account is
looked up by the worker, whose time nobody can measure.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.addresses import public_url
from app.core.outbox import emit, handles
from app.core.outbox.handlers import Payload
from app.extensions import db
from app.security.accounts import find_user
from app.security.audit import record_event
from app.security.links import mails
from app.security.links.invitations import CHOOSE_ENDPOINT, write_invitation
from app.security.links.models import LinkPurpose, SecurityLink
from app.security.links.tokens import end_links, make_link
from app.security.passwords import hash_password
from app.security.sessions.store import end_other_sessions

EVENT = "security.reset_asked"
MAX_NAME = 320


def ask_reset(name: str) -> None:
    """Have a link sent to whoever has this name or address, if anybody; the caller commits."""
    emit(EVENT, {"name": name[:MAX_NAME]})


@handles(EVENT)
def send_reset(payload: Payload) -> None:
    """Send the link. An account whose password is kept elsewhere gets none."""
    user = find_user(payload["name"])
    if user is None or not user.active:
        return
    if not user.password:
        if _was_invited(user):
            write_invitation(user, mails.INVITATION, inviter="")
        return
    # The links before it stay good: else a stranger could make each one useless by asking again.
    token, until = make_link(LinkPurpose.RESET, user=user)
    record_event("reset-asked", target=user, user=user)
    mails.write_to(user, mails.RESET, url=public_url(CHOOSE_ENDPOINT, token=token), until=until)


def set_new_password(user: User, password: str) -> None:
    """Give the user a password that they chose by a link; all their sessions end.

    Second factors stay as they are. The caller commits.
    """
    is_first = not user.password
    user.password = hash_password(password)
    end_other_sessions(user)
    end_links(user, LinkPurpose.RESET, LinkPurpose.INVITATION, LinkPurpose.ADDRESS)
    if not is_first:
        mails.tell_password_changed(user, public_url("AuthView.login"))


def _was_invited(user: User) -> bool:
    statement = sa.select(SecurityLink.id).where(
        SecurityLink.user_id == user.id, SecurityLink.purpose == LinkPurpose.INVITATION
    )
    return db.session.scalar(statement.limit(1)) is not None
