"""Logging in by OpenID Connect, against a provider that answers truly or falsely."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.extensions import db
from app.security.audit import SecurityEvent
from app.security.providers.models import UserIdentity
from tests.fixtures.people import PASSWORD, TEAM_ROLE
from tests.security.conftest import user_named
from tests.security.providers.conftest import (
    HOME,
    come_back,
    go_to_provider,
    identities,
    is_signed_in,
    log_in,
)
from tests.security.test_views import ELSEWHERE, is_path_of_ours


def with_query(address, **changes):
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | changes
    return parts._replace(query=urlencode(query)).geturl()


def user_count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(User))


@pytest.mark.both_databases
def test_somebody_new_gets_an_account_where_the_provider_may_register(oidc_app, browser, provider):
    answer = log_in(browser, next="/profile/")

    assert answer.status_code == 303
    assert answer.location == "/profile/"
    assert is_signed_in(browser)
    with oidc_app.app_context():
        maria = user_named("maria")
        assert (maria.first_name, maria.email) == ("Maria", "maria@id.example")
        assert maria.roles == []
        assert maria.password is None
        assert identities() == [("home", provider.person["sub"])]


def test_same_subject_is_the_same_account_whatever_it_is_called(oidc_app, browser, provider):
    log_in(browser)
    browser.post("/logout/")
    provider.person |= {"preferred_username": "cast-admin", "email": "other@id.example"}

    log_in(browser)

    assert "maria" in browser.get("/profile/").text
    with oidc_app.app_context():
        assert user_named("maria").login_count == 2


def test_somebody_new_is_refused_where_the_provider_may_not_register(make_oidc_app, provider):
    app = make_oidc_app(register=False)
    browser = app.test_client()

    answer = log_in(browser)

    assert answer.status_code == 403
    assert "No account here is linked to maria@id.example at Home." in answer.text
    assert not is_signed_in(browser)
    with app.app_context():
        assert identities() == []


@pytest.mark.parametrize("is_checked", [True, False, None, "false", 1])
def test_address_of_an_admin_takes_over_no_account(oidc_app, browser, provider, is_checked):
    provider.person |= {"email": "Admin@cast.example", "email_verified": is_checked}

    answer = log_in(browser)

    with oidc_app.app_context():
        admin = user_named("cast-admin")
        owners = db.session.scalars(sa.select(UserIdentity.user_id)).all()
        assert admin.id not in owners
        assert admin.email == "admin@cast.example"
    if is_checked is True:
        assert answer.status_code == 403
        assert "There already is an account with the address admin@cast.example." in answer.text
        assert not is_signed_in(browser)
    else:
        assert browser.get("/administration/users/list/").status_code == 403


@pytest.mark.parametrize("name", ["cast-admin", "CAST-ADMIN", "admin@cast.example"])
def test_name_of_an_admin_takes_over_no_account(oidc_app, browser, provider, name):
    provider.person["preferred_username"] = name

    log_in(browser)

    assert browser.get("/administration/users/list/").status_code == 403
    with oidc_app.app_context():
        (owner,) = db.session.scalars(sa.select(UserIdentity.user_id)).all()
        made = db.session.get(User, owner)
        assert made.username.lower() not in ("cast-admin", "admin@cast.example")
        assert "@" not in made.username


def test_unchecked_address_is_not_kept(oidc_app, browser, provider):
    provider.person["email_verified"] = False

    log_in(browser)

    with oidc_app.app_context():
        assert user_named("maria").email == "maria@home.invalid"


@pytest.mark.parametrize("changes", [{"iss": "https://evil.example"}, {"iss": ""}])
def test_answer_of_another_provider_is_refused(browser, provider, changes):
    address = go_to_provider(browser)

    answer = come_back(browser, with_query(address, **changes) + ("&iss=" * (not changes["iss"])))

    assert answer.status_code == 403
    assert provider.token_requests == 0


def test_provider_that_promises_to_name_itself_must(browser, provider):
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    assert log_in(browser).status_code == 403

    provider.answer = {"iss": provider.url}
    assert log_in(browser).status_code == 303


@pytest.mark.parametrize("state", ["", "x", "_", "home_x"])
def test_answer_to_nothing_that_was_asked_is_refused(browser, provider, state):
    address = go_to_provider(browser)

    answer = come_back(browser, with_query(address, state=state))

    assert answer.status_code == 400
    assert provider.token_requests == 0
    assert not is_signed_in(browser)


def test_answer_in_another_browser_is_refused(oidc_app, browser, provider):
    address = go_to_provider(browser)
    victim = oidc_app.test_client()

    answer = come_back(victim, address)

    assert answer.status_code == 400
    assert not is_signed_in(victim)


def test_code_of_another_log_in_is_refused(oidc_app, browser, provider):
    attacker = oidc_app.test_client()
    stolen = dict(parse_qsl(urlsplit(go_to_provider(browser)).query))["code"]

    answer = come_back(attacker, with_query(go_to_provider(attacker), code=stolen))

    assert answer.status_code == 403
    assert not is_signed_in(attacker)


def test_answer_counts_once(oidc_app, browser, provider):
    address = go_to_provider(browser)
    thief = oidc_app.test_client()
    with browser.session_transaction() as session:
        copied = dict(session)
    with thief.session_transaction() as session:
        session.update(copied)
    assert come_back(browser, address).status_code == 303
    browser.post("/logout/")

    assert come_back(browser, address).status_code == 400
    assert come_back(thief, address).status_code == 403
    assert not is_signed_in(thief)


@pytest.mark.parametrize("error", ["access_denied", "<script>alert(1)</script>"])
def test_refusal_of_the_provider_is_told_in_our_words(browser, provider, error):
    address = with_query(go_to_provider(browser), error=error, error_description="Call 555 now")

    answer = come_back(browser, address)

    assert answer.status_code == 403
    assert "Call 555 now" not in answer.text
    assert "alert(1)" not in answer.text


@pytest.mark.parametrize("address", ELSEWHERE)
def test_log_in_leads_to_no_other_host(browser, provider, address):
    answer = log_in(browser, next=address)

    assert answer.status_code == 303
    assert is_path_of_ours(answer.location)


def test_deactivated_account_stays_out(oidc_app, browser, provider):
    log_in(browser)
    with oidc_app.app_context():
        user_named("maria").active = False
        db.session.commit()

    assert not is_signed_in(browser)
    answer = log_in(browser)
    assert answer.status_code == 403
    assert "Your account is not active." in answer.text


def test_groups_give_and_take_mapped_roles_and_no_others(oidc_app, browser, provider):
    provider.person["groups"] = ["team", "boss"]
    log_in(browser)
    with oidc_app.app_context():
        maria = user_named("maria")
        assert {role.name for role in maria.roles} == {TEAM_ROLE, "Admin"}
        maria.roles = [*maria.roles, oidc_app.appbuilder.sm.find_role("Public")]
        db.session.commit()
    assert browser.get("/administration/users/list/").status_code == 200

    provider.person["groups"] = ["Team", "unknown"]
    log_in(oidc_app.test_client())

    with oidc_app.app_context():
        assert {role.name for role in user_named("maria").roles} == {"Public"}
    assert browser.get("/administration/users/list/").status_code == 403


@pytest.mark.parametrize("groups", [None, 7, {"boss": 1}, [["boss"]], "bosses"])
def test_odd_groups_give_nothing(oidc_app, browser, provider, groups):
    provider.person["groups"] = groups

    assert log_in(browser).status_code == 303

    with oidc_app.app_context():
        assert user_named("maria").roles == []


def test_last_admin_stays_one(oidc_app, browser, provider):
    provider.person["groups"] = ["boss"]
    log_in(browser)
    with oidc_app.app_context():
        user_named("cast-admin").active = False
        db.session.commit()

    provider.person["groups"] = []
    log_in(oidc_app.test_client())

    with oidc_app.app_context():
        assert [role.name for role in user_named("maria").roles] == ["Admin"]


def test_plain_oauth_asks_who_it_is_with_the_token(make_oidc_app, provider):
    app = make_oidc_app(
        url="",
        authorize_url=f"{provider.url}/authorize",
        token_url=f"{provider.url}/token",
        user_url=f"{provider.url}/userinfo",
        subject="id",
        username="login",
    )
    provider.person_of_userinfo = {"id": 583231, "login": "octavia", "name": "Octavia de Sá"}

    answer = log_in(app.test_client())

    assert answer.status_code == 303
    with app.app_context():
        made = user_named("octavia")
        assert (made.first_name, made.last_name) == ("Octavia", "de Sá")
        assert identities() == [("home", "583231")]


def test_request_says_what_the_settings_ask_for(make_oidc_app, provider):
    browser = make_oidc_app(prompt="select_account").test_client()

    go_to_provider(browser)

    asked = provider.asked[-1]
    assert asked["prompt"] == "select_account"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost/login/with/home/back/"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()


def test_new_key_of_the_provider_is_fetched(browser, provider):
    log_in(browser)
    browser.post("/logout/")
    provider.use_another_key("two")

    assert log_in(browser).status_code == 303


def test_provider_that_is_away_is_said_with_503(make_app):
    listed = '{"home": {"url": "http://127.0.0.1:9", "client_id": "x", "label": "Home"}}'
    browser = make_app(BUREAU_OIDC=listed).test_client()

    answer = browser.get(HOME)

    assert answer.status_code == 503
    assert "Home does not answer." in answer.text
    assert 'name="password"' in answer.text


def test_tokens_are_neither_kept_nor_logged(oidc_app, browser, provider, caplog):
    caplog.set_level("DEBUG")

    log_in(browser)

    (token,) = provider.tokens
    with browser.session_transaction() as session:
        kept = repr(dict(session))
    with oidc_app.app_context():
        kept += repr([vars(event) for event in db.session.scalars(sa.select(SecurityEvent))])
    ours = [line for line in caplog.records if not line.name.startswith(("urllib3", "werkzeug"))]
    assert token not in kept + " ".join(line.getMessage() for line in ours)
    assert "code_verifier" not in kept
    assert not any("code_verifier" in line.getMessage() for line in ours)


def test_many_beginnings_leave_a_small_cookie(browser, provider):
    for _time in range(9):
        address = go_to_provider(browser)

    assert len(browser.get_cookie("bureau_session").value) < 2000
    assert come_back(browser, address).status_code == 303


def test_log_in_page_offers_the_provider(browser, provider):
    page = browser.get("/login/?next=/profile/").text

    assert 'href="/login/with/home/?next=/profile/"' in page
    assert "Log in with Home" in page


def test_logging_out_offers_to_log_out_there_too(browser, provider):
    log_in(browser)

    answer = browser.post("/logout/")

    assert answer.location == "/login/?left=home"
    assert "/login/with/home/leave/" in browser.get(answer.location).text
    there = browser.get("/login/with/home/leave/")
    assert there.location.startswith(f"{provider.url}/leave?")
    query = dict(parse_qsl(urlsplit(there.location).query))
    assert query["client_id"] == "bureau-client"
    assert query["post_logout_redirect_uri"] == "http://localhost/login/?left=home"
    assert "id_token_hint" not in query


@pytest.mark.parametrize("name", ["nobody", "ldap", "proxy", "home%00", "../home"])
def test_unknown_providers_are_not_found(browser, provider, name):
    for page in ("", "back/", "leave/"):
        assert browser.get(f"/login/with/{name}/{page}").status_code == 404


def test_second_factor_is_asked_for_all_the_same(oidc_app, browser, provider, require_factor):
    log_in(browser)
    browser.post("/logout/")
    require_factor(oidc_app, "maria")

    answer = log_in(browser)

    assert answer.location.startswith("/profile/factors/")
    assert not is_signed_in(browser)


def test_second_factor_of_the_provider_is_enough(make_oidc_app, provider, require_factor):
    app = make_oidc_app(second_factor=True)
    log_in(app.test_client())
    require_factor(app, "maria")
    browser = app.test_client()

    assert log_in(browser).location == "/home/"
    assert is_signed_in(browser)


def test_password_of_before_still_works_beside_the_provider(oidc_app, provider, sign_in):
    browser = oidc_app.test_client()

    assert sign_in(browser, "cast-owner", PASSWORD).status_code == 303
