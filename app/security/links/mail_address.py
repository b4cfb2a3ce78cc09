"""Changing one's mail address: it changes when somebody answers from the new one."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User

from app.core.addresses import public_url
from app.core.clock import now
from app.extensions import db
from app.security.accounts import find_user
from app.security.audit import record_event
from app.security.links import mails
from app.security.links.models import LinkPurpose, SecurityLink
from app.security.links.tokens import end_links, make_link
from app.security.rights.granting import given_by_the_site

CONFIRM_ENDPOINT = "LinkView.confirm_address"


def ask_address(user: User, address: str) -> None:
    """Send a link to the new address; one that was sent before it ends. The caller commits."""
    end_links(user, LinkPurpose.ADDRESS)
    token, until = make_link(LinkPurpose.ADDRESS, user=user, email=address)
    url = public_url(CONFIRM_ENDPOINT, token=token)
    mails.write_to(user, mails.ADDRESS, to=address, url=url, until=until)


def change_address(link: SecurityLink, user: User) -> bool:
    """Let the address be the new one and tell the old one; False where somebody else has it."""
    new, old = str(link.email), user.email
    other = find_user(new)
    if other is not None and other.id != user.id:
        return False
    mails.write_to(user, mails.ADDRESS_CHANGED, to=old, new_address=new, at=now())
    # The link says that it is the owner, whoever else is signed in with this browser.
    with given_by_the_site():
        user.email = new
        record_event("address-changed", target=user, user=user)
        db.session.flush()
    return True
