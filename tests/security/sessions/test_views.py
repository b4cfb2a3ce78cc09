"""One's own sessions: seen, recognised and ended; those of others are not."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa

from app.core.clock import ManualClock, now, use_clock
from app.security.audit import SecurityEvent
from app.security.models import UserSession
from app.security.sessions.store import session_of
from tests.fixtures.people import PASSWORD
from tests.security.conftest import access_token

URL = "/profile/sessions/"
PHONE = "Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def phone(app, sign_in):
    """Another browser of the owner."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = PHONE
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    sign_in(client, "cast-owner")
    return client


@pytest.fixture
def owner(client, sign_in):
    """The browser in which the owner looks at their sessions."""
    sign_in(client, "cast-owner")
    return client


def newest(db_session) -> UserSession:
    """The session begun last."""
    return db_session.scalars(sa.select(UserSession).order_by(UserSession.id.desc())).first()


def is_out(client) -> bool:
    """Whether the browser has to log in."""
    return (client.get("/home/").location or "").startswith("/login/")


def test_page_tells_devices_apart(phone, owner):
    page = owner.get(URL).text

    assert "Chrome on Android" in page
    assert "192.0.2.7" in page
    assert page.count("This one") == 1


def test_clients_of_rest_are_among_them(owner, cast):
    access_token(cast.owner)

    assert "REST API" in owner.get(URL).text


@pytest.mark.both_databases
def test_ended_device_is_out_at_once(phone, owner, db_session, cast):
    key = db_session.scalar(sa.select(UserSession.id).filter_by(agent=PHONE))

    answer = owner.post(f"{URL}end/{key}")

    assert answer.location == URL
    assert is_out(phone)
    assert not is_out(owner)


def test_ended_client_of_rest_is_out_at_once(client, owner, cast, db_session):
    headers = {"Authorization": f"Bearer {access_token(cast.owner)}"}
    assert client.get("/api/v1/users/", headers=headers).status_code == 200

    owner.post(f"{URL}end/{newest(db_session).id}")

    assert client.get("/api/v1/users/", headers=headers).status_code == 401


def test_to_end_this_one_is_to_log_out(owner, db_session):
    answer = owner.post(f"{URL}end/{newest(db_session).id}")

    assert answer.location == "/login/"
    assert is_out(owner)
    assert db_session.scalars(sa.select(UserSession)).all() == []


@pytest.mark.both_databases
def test_all_others_end(phone, owner, cast):
    headers = {"Authorization": f"Bearer {access_token(cast.owner)}"}

    owner.post(f"{URL}end-others")

    assert is_out(phone)
    assert not is_out(owner)
    assert phone.get("/api/v1/users/", headers=headers).status_code == 401


def test_nobody_ends_a_session_of_somebody_else(owner, cast, db_session):
    session_of(cast.admin)
    theirs = newest(db_session).id

    assert owner.post(f"{URL}end/{theirs}").status_code == 404
    owner.post(f"{URL}end-others")

    kept = db_session.scalars(sa.select(UserSession.user_id)).all()
    assert sorted(kept) == sorted([cast.owner.id, cast.admin.id])


def test_sessions_that_are_over_are_none(phone, owner, db_session):
    over = now() - datetime.timedelta(seconds=1)
    gone = sa.update(UserSession).where(UserSession.agent == PHONE)
    db_session.execute(gone.values(idle_until=over))
    db_session.commit()

    assert "Chrome on Android" not in owner.get(URL).text


def test_page_asks_two_statements(owner, phone, statements):
    owner.get(URL)
    with statements() as seen:
        owner.get(URL)

    assert len(seen) == 2


@pytest.mark.parametrize("path", ["", "end/1", "end-others"])
def test_visitors_have_no_sessions(client, path):
    method = client.get if not path else client.post

    assert method(f"{URL}{path}").location.startswith("/login/")


@pytest.mark.parametrize("path", ["end/1", "end-others"])
def test_link_ends_nothing(owner, path):
    assert owner.get(f"{URL}{path}").status_code == 405


def test_ending_is_recorded(phone, owner, db_session):
    owner.post(f"{URL}end-others")

    event = db_session.scalars(sa.select(SecurityEvent).filter_by(kind="sessions-ended")).one()
    assert event.details["sessions"] == 1


def test_name_of_a_program_is_no_markup(app, owner, sign_in):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "evil<img/src=x>/1"
    sign_in(client, "cast-owner")

    page = owner.get(URL).text

    assert "<img/src" not in page
    assert ">evil<" in page


# Being remembered


def cookie_of(answer) -> str:
    return answer.headers["Set-Cookie"]


def test_session_ends_with_the_browser_unless_one_asks(client, sign_in):
    assert "Expires" not in cookie_of(sign_in(client, "cast-owner"))


@pytest.mark.both_databases
def test_remembered_session_outlives_the_browser_and_a_holiday(client, sign_in, db_session):
    clock = ManualClock(now())
    with use_clock(clock):
        answer = sign_in(client, "cast-owner", remember="y")
        held = newest(db_session)
        assert held.is_remembered
        assert held.expires_at - held.created_at == datetime.timedelta(days=30)
        clock.advance(datetime.timedelta(days=29))
        assert not is_out(client)
        clock.advance(datetime.timedelta(days=2))
        assert is_out(client)

    assert "Expires" in cookie_of(answer)


def test_new_password_leaves_one_remembered(client, sign_in, db_session):
    sign_in(client, "cast-owner", remember="y")
    new = "four unrelated words here"

    client.post(
        "/profile/password/",
        data={"current_password": PASSWORD, "new_password": new, "repeated": new},
    )

    assert newest(db_session).is_remembered


def test_login_page_offers_it(client):
    assert "Stay logged in on this device" in client.get("/login/").text
