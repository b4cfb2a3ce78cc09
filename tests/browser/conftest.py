"""People and rows of a test's own, stored where the live server finds them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

import pytest
from flask_appbuilder.security.sqla.models import Role

from app.extensions import db
from app.features.blog.newsletter.models import Subscriber
from tests.factories.people import make_person

NUMBERS = itertools.count(1)


@pytest.fixture
def storing(live_server):
    """`with storing():` works on the database of the live server."""

    @contextlib.contextmanager
    def work() -> Iterator[None]:
        with live_server.app.app_context():
            yield
            db.session.remove()

    return work


@pytest.fixture
def new_person(storing):
    """A function that makes an account with these roles, and gives its name."""

    def make(*roles: str) -> str:
        username = f"visitor{next(NUMBERS)}"
        with storing():
            make_person(username, *roles)
        return username

    return make


@pytest.fixture
def new_subscribers(storing):
    """A function that stores so many subscribers, and gives the word that all of them share."""

    def make(count: int) -> str:
        word = f"batch{next(NUMBERS)}x"
        with storing():
            emails = [f"{word}-{number:02}@readers.example" for number in range(count)]
            db.session.add_all([Subscriber(email=email, locale="en") for email in emails])
            db.session.commit()
        return word

    return make


@pytest.fixture
def new_role(storing):
    """A function that makes a role without rights, and gives its key."""

    def make() -> int:
        with storing():
            role = Role(name=f"Made role {next(NUMBERS)}")
            db.session.add(role)
            db.session.commit()
            return role.id

    return make
