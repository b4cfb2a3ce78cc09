"""Inviting somebody: an account without a password, and a mail with a link to choose one."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from flask_login import current_user

from app.core.addresses import public_url
from app.core.outbox import emit, handles
from app.core.outbox.handlers import Payload
from app.mail import Mail
from app.security.accounts import find_user
from app.security.links import mails
from app.security.links.models import LinkPurpose
from app.security.links.tokens import end_links, make_link

EVENT = "security.invited"
CHOOSE_ENDPOINT = "LinkView.choose_password"


def invite(username: str) -> None:
    """Have an invitation sent to an account that is added in this transaction, or was before."""
    inviter = mails.called(current_user) if current_user and current_user.is_authenticated else ""
    emit(EVENT, {"username": username, "inviter": inviter})


@handles(EVENT)
def send_invitation(payload: Payload) -> None:
    """Send it, unless the account has a password by now, or is gone."""
    user = find_user(payload["username"])
    if user is not None and user.active and not user.password:
        write_invitation(user, mails.INVITATION, inviter=payload["inviter"])


def write_invitation(user: User, mail: Mail, **values: str) -> None:
    """Write a mail with a link to choose the first password; older links end."""
    end_links(user, LinkPurpose.INVITATION)
    token, until = make_link(LinkPurpose.INVITATION, user=user)
    url = public_url(CHOOSE_ENDPOINT, token=token)
    mails.write_to(user, mail, url=url, until=until, **values)
