"""The page where one links and unlinks the log-ins of one's own account."""

from __future__ import annotations

import datetime
import re

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.extensions import db
from app.security.audit import SecurityEvent
from app.security.models import UserSession
from app.security.providers.models import UserIdentity
from tests.security.conftest import user_named
from tests.security.providers.conftest import HOME, come_back, go_to_provider, identities, log_in

PAGE = "/profile/identities/"
CONFIRM = f"{PAGE}confirm"


@pytest.fixture
def owner_browser(oidc_app, login):
    """The browser of somebody who has signed in with a password."""
    with oidc_app.app_context():
        owner = user_named("cast-owner")
        return login(oidc_app.test_client(), owner)


def link_home(client):
    """Come back from the provider and say yes."""
    answer = log_in(client, **{"for": "link"})
    assert answer.location == CONFIRM
    assert "maria@id.example" in client.get(CONFIRM).text
    return client.post(CONFIRM)


@pytest.mark.both_databases
def test_linked_identity_signs_in_to_the_account(oidc_app, owner_browser, provider):
    provider.person["email"] = "maria@id.example"

    assert link_home(owner_browser).location == PAGE

    page = owner_browser.get(PAGE).text
    assert "maria@id.example" in page
    owner_browser.post("/logout/")
    log_in(owner_browser)
    assert "cast-owner" in owner_browser.get("/profile/").text
    with oidc_app.app_context():
        assert user_named("cast-owner").email == "owner@cast.example"


def test_coming_back_links_nothing_before_one_says_so(oidc_app, owner_browser, provider):
    log_in(owner_browser, **{"for": "link"})
    owner_browser.get(CONFIRM)

    with oidc_app.app_context():
        assert identities() == []


def test_link_needs_the_token_of_a_form(make_app, oidc_settings, provider, login):
    app = make_app(BUREAU_OIDC=f'{{"home": {_json(oidc_settings)}}}', WTF_CSRF_ENABLED=True)
    with app.app_context():
        browser = login(app.test_client(), user_named("cast-owner"))
        db.session.remove()
    log_in(browser, **{"for": "link"})

    assert browser.post(CONFIRM).status_code == 400

    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(CONFIRM).text)[1]
    assert browser.post(CONFIRM, data={"csrf_token": token}).location == PAGE


def test_visitor_links_nothing(oidc_app, browser, provider):
    assert browser.get(HOME, query_string={"for": "link"}).location.startswith("/login/")
    assert browser.get(PAGE).location.startswith("/login/")
    assert browser.post(CONFIRM).location.startswith("/login/")


def test_link_begun_by_one_is_not_finished_by_another(oidc_app, owner_browser, provider, sign_in):
    address = go_to_provider(owner_browser, **{"for": "link"})
    sign_in(owner_browser, "cast-stranger")

    answer = come_back(owner_browser, address)

    assert answer.status_code == 400
    with oidc_app.app_context():
        assert identities() == []


def test_question_is_forgotten_after_ten_minutes(oidc_app, owner_browser, provider):
    log_in(owner_browser, **{"for": "link"})
    with owner_browser.session_transaction() as session:
        session["pending_identity"] = session["pending_identity"] | {
            "at": (now() - datetime.timedelta(minutes=11)).timestamp()
        }

    assert owner_browser.post(CONFIRM).location == PAGE
    with oidc_app.app_context():
        assert identities() == []


def test_identity_of_one_account_is_not_given_to_another(oidc_app, owner_browser, provider):
    log_in(oidc_app.test_client())

    log_in(owner_browser, **{"for": "link"})
    answer = owner_browser.post(CONFIRM)

    assert answer.status_code == 409
    assert "Another account is linked to this already." in answer.text


def test_unlinked_identity_signs_in_no_more(make_oidc_app, provider, login):
    app = make_oidc_app(register=False)
    with app.app_context():
        browser = login(app.test_client(), user_named("cast-owner"))
        db.session.remove()
    link_home(browser)
    key = re.search(rf"{PAGE}unlink/(\d+)", browser.get(PAGE).text)[1]

    assert browser.post(f"{PAGE}unlink/{key}").location == PAGE

    assert log_in(app.test_client()).status_code == 403


def test_last_way_in_stays(oidc_app, browser, provider):
    log_in(browser)
    page = browser.get(PAGE).text
    key = re.search(rf"{PAGE}unlink/(\d+)", page)[1]

    answer = browser.post(f"{PAGE}unlink/{key}")

    assert "disabled" in page
    assert answer.status_code == 409
    assert "This is your only way to log in." in answer.text


@pytest.mark.parametrize("key", [1, 10**30])
def test_nobody_unlinks_what_is_not_theirs(oidc_app, owner_browser, provider, key):
    log_in(oidc_app.test_client())
    with oidc_app.app_context():
        (real,) = db.session.scalars(sa.select(UserIdentity.id)).all()

    for other in (real, key):
        assert owner_browser.post(f"{PAGE}unlink/{other}").status_code == 404

    with oidc_app.app_context():
        assert len(identities()) == 1


@pytest.mark.parametrize("path", [CONFIRM, f"{PAGE}unlink/1", f"{PAGE}directory"])
def test_link_asks_again_who_it_is(make_app, oidc_settings, provider, login, path):
    app = make_app(
        BUREAU_OIDC=f'{{"home": {_json(oidc_settings)}}}',
        BUREAU_LDAP_URL="ldaps://ldap.example",
        BUREAU_LDAP_BASE="dc=example",
    )
    with app.app_context():
        browser = login(app.test_client(), user_named("cast-owner"))
        log_in(browser, **{"for": "link"})
        db.session.execute(sa.update(UserSession).values(confirmed_at=long_ago()))
        db.session.commit()
        db.session.remove()

    answer = browser.post(path)

    assert answer.status_code == 403
    assert "Confirm that it is you" in answer.text


def test_linking_and_unlinking_are_recorded(oidc_app, owner_browser, provider):
    link_home(owner_browser)
    key = re.search(rf"{PAGE}unlink/(\d+)", owner_browser.get(PAGE).text)[1]
    owner_browser.post(f"{PAGE}unlink/{key}")

    with oidc_app.app_context():
        statement = sa.select(SecurityEvent).where(SecurityEvent.kind.startswith("identity-"))
        events = db.session.scalars(statement.order_by(SecurityEvent.id)).all()
        assert [event.kind for event in events] == ["identity-linked", "identity-unlinked"]
        assert {event.username for event in events} == {"cast-owner"}


def test_deleting_the_account_deletes_its_links(oidc_app, browser, provider):
    log_in(browser)

    with oidc_app.app_context():
        db.session.delete(user_named("maria"))
        db.session.commit()
        assert identities() == []


def long_ago() -> datetime.datetime:
    return now() - datetime.timedelta(days=1)


def _json(value) -> str:
    return str(value).replace("'", '"').replace("True", "true")
