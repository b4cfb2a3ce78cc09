"""People with second factors, and a clock that stands still while their codes are good."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyotp
import pytest
from flask_appbuilder.security.sqla.models import Role, User

from app.core.clock import ManualClock, system_clock, use_clock
from app.extensions import db
from app.security.factors.models import Passkey
from app.security.factors.policy import set_requires_factor
from app.security.factors.recovery import draw_codes
from app.security.factors.totp import confirm_proposal, find_proposal, propose
from tests.fixtures.people import PASSWORD, TEAM_ROLE
from tests.security.conftest import find
from tests.security.factors.authenticator import Device

STEP = datetime.timedelta(seconds=30)


def options_of(client, url: str) -> dict:
    """What a browser is told to ask its device."""
    return json.loads(client.post(url).text)


def is_signed_in(client) -> bool:
    """Whether the browser gets to the dashboard."""
    return client.get("/home/").status_code == 200


def session_of_browser(client) -> dict:
    """What its cookie holds."""
    with client.session_transaction() as session:
        return dict(session)


@dataclass(frozen=True)
class Phone:
    """The app of somebody, with what it and the server both know."""

    secret: str
    codes: list[str]
    clock: ManualClock

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some steps of thirty seconds from now."""
        at = self.clock() + steps * STEP
        return pyotp.TOTP(self.secret).at(int(at.timestamp()))

    def next_code(self) -> str:
        """A code that was not used yet: time goes on for it."""
        self.clock.advance(STEP)
        return self.code()


@pytest.fixture
def clock() -> Iterator[ManualClock]:
    """The time, which goes on only when it is told to."""
    with use_clock(ManualClock(system_clock().replace(microsecond=0))) as clock:
        yield clock


@pytest.fixture
def phone_of(db_session, clock) -> Callable[[User], Phone]:
    """`phone_of(user)` sets up the app of a user, and recovery codes."""

    def enrol(user: User) -> Phone:
        propose(user.id)
        secret = find_proposal(user.id)
        phone = Phone(secret, draw_codes(user.id), clock)
        assert confirm_proposal(user.id, phone.code())
        db.session.commit()
        clock.advance(STEP)
        return phone

    return enrol


@pytest.fixture
def passkey_of(db_session) -> Callable[..., Device]:
    """`passkey_of(user)` gives a device whose key is that user's already."""

    def enrol(user: User, name: str = "Laptop") -> Device:
        device = Device()
        db.session.add(
            Passkey(
                user_id=user.id,
                name=name,
                credential_id=device.name,
                handle=device.handle,
                public_key=device.public_key,
                sign_count=device.count,
                transports="internal",
            )
        )
        db.session.commit()
        return device

    return enrol


@pytest.fixture
def enforce(db_session) -> Callable[..., None]:
    """`enforce()` lets the team's role ask for a second factor."""

    def ask(role: str = TEAM_ROLE, *, is_required: bool = True) -> None:
        set_requires_factor(find(Role, name=role), is_required=is_required)
        db.session.commit()

    return ask


@pytest.fixture
def give_password(client) -> Callable:
    """`give_password(user)` takes the first step of logging in."""

    def post(user: User, browser=client, **more):
        data = {"username": user.username, "password": PASSWORD, **more}
        return browser.post("/login/", data=data)

    return post


@pytest.fixture
def counted_people(make_app, clock):
    """A browser that waits for the factor, where attempts are counted, and the phone for it."""
    app = make_app(RATELIMIT_ENABLED=True)
    client = app.test_client()
    with app.app_context():
        user = find(User, username="cast-owner")
        propose(user.id)
        phone = Phone(str(find_proposal(user.id)), draw_codes(user.id), clock)
        assert confirm_proposal(user.id, phone.code())
        db.session.commit()
        db.session.remove()
    clock.advance(STEP)
    client.post("/login/", data={"username": "cast-owner", "password": PASSWORD})
    return client, phone
