"""Readers, what they are sent, and a moment at which all of it happens."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from app.core.clock import ManualClock, use_clock
from tests.factories.people import make_person
from tests.fixtures.mail import deliver_everything, text_of

SATURDAY = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
ADDRESS = re.compile(r"https?://[^/\s]+(/\S+)")


@pytest.fixture
def clock():
    """It is Saturday, ten o'clock, until a test says otherwise."""
    clock = ManualClock(SATURDAY)
    with use_clock(clock):
        yield clock


@pytest.fixture
def author(db_session):
    return make_person("writer", "Blog Author")


@pytest.fixture
def editor(app, db_session, login):
    """The client of somebody who may send digests and forget readers."""
    return login(app.test_client(), make_person("chief-editor", "Blog Editor"))


@pytest.fixture
def ask(app, db_session, postbox):
    """A function by which somebody asks for the newsletter, in a browser of their own."""

    def ask(email: str, **more: str):
        response = app.test_client().post("/blog/subscribe", data={"email": email, **more})
        deliver_everything()
        return response

    return ask


@pytest.fixture
def path_in(postbox):
    """A function that gives the path of the first link with this word in the last mail."""

    def find(email: str, word: str) -> str:
        paths = ADDRESS.findall(text_of(postbox.to(email)[-1]))
        return next(path for path in paths if f"/{word}/" in path)

    return find
