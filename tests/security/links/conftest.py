"""What the tests of links share."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.security.links.models import LinkPurpose
from app.security.links.tokens import make_link
from tests.fixtures.mail import deliver_everything

NEW = "four unrelated words here"
CHOICE = {"new_password": NEW, "repeated": NEW}


@pytest.fixture
def link_to():
    """`link_to(user, purpose)` makes a link and gives its address."""

    def make(user=None, purpose=LinkPurpose.RESET, **options):
        token, _until = make_link(purpose, user=user, **options)
        db.session.commit()
        page = {
            LinkPurpose.ADDRESS: "address",
            LinkPurpose.REGISTRATION: "registration",
        }.get(purpose, "password")
        return f"/links/{page}/{token}"

    return make


def path_of(url: str) -> str:
    """The part of a link in a mail that a test client asks for."""
    return url.removeprefix("http://127.0.0.1:8080")


def path_in_mail(postbox, address: str) -> str:
    """Deliver everything, and give the path of the link in the last mail to an address."""
    deliver_everything()
    return path_of(postbox.link_for(address))
