"""Between the right password and being signed in, as a browser goes through it."""

from __future__ import annotations

import datetime

import pytest

from app.extensions import db
from app.security.models import UserSession
from tests.crawl import first_key, model_views
from tests.security.conftest import find
from tests.security.factors.conftest import STEP, is_signed_in, session_of_browser

ASK = "/login/factor/"


def token_of(client) -> str | None:
    with client.session_transaction() as session:
        return session.get("token")


@pytest.mark.both_databases
def test_password_alone_signs_nobody_in_who_has_a_factor(client, cast, phone_of, give_password):
    phone_of(cast.owner)

    answer = give_password(cast.owner, next="/profile/")

    assert answer.status_code == 303
    assert answer.location == "/login/factor/?next=/profile/"
    assert not is_signed_in(client)
    assert "_user_id" not in dict(session_of_browser(client))


@pytest.mark.both_databases
def test_right_code_signs_in_under_a_new_token(client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    give_password(cast.owner)
    waiting = token_of(client)

    answer = client.post(f"{ASK}?next=/profile/", data={"code": phone.code()})

    assert (answer.status_code, answer.location) == (303, "/profile/")
    assert is_signed_in(client)
    assert token_of(client) not in (None, waiting)


def test_the_session_that_waited_is_gone(app, client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    give_password(cast.owner)
    waiting = dict(session_of_browser(client))
    client.post(ASK, data={"code": phone.code()})
    other = app.test_client()
    with other.session_transaction() as session:
        session.update(waiting)

    answer = other.post(ASK, data={"code": phone.next_code()})

    assert answer.location.startswith("/login/")
    assert not is_signed_in(other)


@pytest.mark.both_databases
def test_a_code_is_good_once(app, client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    code = phone.code()
    give_password(cast.owner)
    client.post(ASK, data={"code": code})
    other = app.test_client()
    give_password(cast.owner, other)

    answer = other.post(ASK, data={"code": code})

    assert answer.status_code == 401
    assert not is_signed_in(other)


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 401), (0, 303), (1, 303), (2, 401)])
def test_the_clock_of_a_phone_may_be_off_by_one_step(
    client, cast, phone_of, give_password, steps, status
):
    # The step before the one at hand was used to set the app up.
    phone = phone_of(cast.owner)
    give_password(cast.owner)

    answer = client.post(ASK, data={"code": phone.code(steps)})

    assert answer.status_code == status


def test_a_late_code_is_taken(client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    phone.clock.advance(2 * STEP)
    give_password(cast.owner)

    assert client.post(ASK, data={"code": phone.code(-1)}).status_code == 303


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "x" * 5000, "\0", "١٢٣٤٥٦"])
def test_a_wrong_code_is_refused(client, cast, phone_of, give_password, code):
    phone = phone_of(cast.owner)
    give_password(cast.owner)
    assert code != phone.code()

    answer = client.post(ASK, data={"code": code})

    assert answer.status_code == 401
    assert "This code is wrong" in answer.text
    assert not is_signed_in(client)


def test_codes_may_be_typed_with_a_space(client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    give_password(cast.owner)
    code = phone.code()

    assert client.post(ASK, data={"code": f" {code[:3]} {code[3:]} "}).status_code == 303


def test_the_code_of_somebody_else_is_refused(client, cast, phone_of, give_password):
    other = phone_of(cast.teammate)
    phone_of(cast.owner)
    give_password(cast.owner)

    assert client.post(ASK, data={"code": other.code()}).status_code == 401


@pytest.mark.both_databases
def test_a_recovery_code_signs_in_once(app, client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    give_password(cast.owner)

    answer = client.post(ASK, data={"code": phone.codes[0].upper().replace("-", " ")})

    assert answer.status_code == 303
    assert "You have 9 recovery codes left." in client.get("/home/").text
    other = app.test_client()
    give_password(cast.owner, other)
    assert other.post(ASK, data={"code": phone.codes[0]}).status_code == 401
    assert other.post(ASK, data={"code": phone.codes[1]}).status_code == 303


def test_the_page_waits_for_ten_minutes(client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    give_password(cast.owner)
    phone.clock.advance(datetime.timedelta(minutes=10, seconds=1))

    answer = client.post(ASK, data={"code": phone.code()})

    assert answer.location.startswith("/login/?next=")
    assert not is_signed_in(client)


def test_a_new_password_ends_what_waits(client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    give_password(cast.owner)
    cast.owner.password = "another hash"
    db.session.commit()

    assert client.post(ASK, data={"code": phone.code()}).location.startswith("/login/")


def test_being_remembered_is_carried_through(client, cast, phone_of, give_password):
    phone = phone_of(cast.owner)
    give_password(cast.owner, remember="y")

    client.post(ASK, data={"code": phone.code()})

    with client.session_transaction() as session:
        assert session.permanent
    assert find(UserSession, user_id=cast.owner.id).is_remembered


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_the_factor_leads_to_no_other_host(client, cast, phone_of, give_password, url):
    phone = phone_of(cast.owner)
    give_password(cast.owner, next=url)

    answer = client.post(ASK, data={"code": phone.code(), "next": url})

    assert answer.location == "/home/"


def test_a_visitor_is_sent_to_the_first_step(client):
    assert client.get(ASK).location.startswith("/login/")
    assert client.post(ASK, data={"code": "123456"}).location.startswith("/login/")


def test_whoever_is_in_already_goes_on(client, cast, login):
    login(client, cast.owner)

    assert client.get(f"{ASK}?next=/profile/").location == "/profile/"


def test_what_waits_opens_nothing(app, client, cast, phone_of, give_password, login):
    """Every address answers it as it answers a visitor, but for the one that asks on."""
    phone_of(cast.admin)
    give_password(cast.admin)
    waiting = dict(session_of_browser(client))
    found = {}
    for path in list(_paths(app, login(app.test_client(), cast.admin))):
        browser = app.test_client()
        with browser.session_transaction() as session:
            session.update(waiting)
        theirs, visitors = browser.get(path), app.test_client().get(path)
        if (theirs.status_code, theirs.location) != (visitors.status_code, visitors.location):
            found[path] = theirs.status_code

    assert set(found) == {ASK}


def test_what_waits_changes_nothing(client, cast, phone_of, give_password):
    phone_of(cast.admin)
    give_password(cast.admin)

    for path in ("/profile/factors/app/start", "/profile/factors/codes", "/profile/factors/app/"):
        answer = client.post(path, data={"code": "123456"})
        assert answer.location.startswith("/login/"), path
    for path in ("/profile/factors/passkeys/options", "/profile/factors/passkeys/confirm"):
        assert client.post(path, headers={"Accept": "application/json"}).status_code == 401


def test_too_many_codes_are_refused_even_the_right_one(counted_people):
    client, phone = counted_people
    answers = [client.post(ASK, data={"code": "000000"}).status_code for _try in range(10)]

    last = client.post(ASK, data={"code": phone.code()})

    assert answers == [401] * 10
    assert last.status_code == 429
    assert "too many attempts" in last.text


def _paths(app, admin):
    views = {type(view).__name__: view for view in model_views(app)}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.arguments - {"pk"}:
            continue
        view = views.get(rule.endpoint.partition(".")[0])
        key = (first_key(admin, view) if view is not None else None) or "1"
        with app.test_request_context():
            values = dict.fromkeys(rule.arguments, int(key) if "<int:" in rule.rule else key)
            yield app.url_map.bind("").build(rule.endpoint, values, "GET")
