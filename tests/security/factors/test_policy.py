"""Roles that ask for a second factor."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask_appbuilder.security.sqla.models import Group, Role

from app.extensions import db
from app.security.factors.models import RolePolicy
from app.security.factors.policy import count_without_factor, factors_of, set_requires_factor
from tests.fixtures.people import TEAM_ROLE
from tests.security.conftest import access_token, find
from tests.security.factors.test_profile import SECRET, set_up_app

URL = "/profile/factors/"


@pytest.mark.both_databases
def test_a_role_asks_for_a_factor_and_others_do_not(cast, enforce):
    assert not factors_of(cast.owner.id).is_enforced

    enforce()

    assert factors_of(cast.owner.id).is_due
    assert not factors_of(cast.stranger.id).is_enforced
    enforce(is_required=False)
    assert not factors_of(cast.owner.id).is_enforced


def test_the_role_of_a_group_counts_too(cast, enforce, db_session):
    group = Group(name="Night shift", roles=[find(Role, name=TEAM_ROLE)], users=[cast.stranger])
    db_session.add(group)
    enforce()

    assert factors_of(cast.stranger.id).is_due


def test_what_the_public_role_asks_for_is_asked_of_everybody(cast, enforce):
    enforce("Public")

    assert factors_of(cast.stranger.id).is_due


def test_a_deleted_role_asks_for_nothing(cast, enforce, db_session):
    enforce()
    role = find(Role, name=TEAM_ROLE)
    cast.owner.roles, cast.teammate.roles = [], []
    db_session.delete(role)
    db_session.commit()

    assert db_session.query(RolePolicy).all() == []


@pytest.mark.both_databases
def test_a_session_without_a_factor_ends_when_a_role_asks_for_one(client, cast, login, enforce):
    login(client, cast.owner)
    token = {"Authorization": f"Bearer {access_token(cast.owner)}"}
    assert client.get("/home/").status_code == 200

    enforce()

    assert client.get("/home/").location.startswith("/login/")
    assert client.get("/api/v1/users/", headers=token).json["code"] == "token_invalid"


@pytest.mark.both_databases
def test_what_roles_ask_for_costs_nothing_while_it_stays(client, cast, login, enforce, statements):
    enforce("Admin")
    login(client, cast.owner)
    client.get("/home/")

    with statements() as seen:
        assert client.get("/home/").status_code == 200

    assert len(seen) == 1


@pytest.mark.both_databases
def test_whoever_gets_a_role_that_asks_for_a_factor_is_asked_at_once(
    client, cast, login, enforce, db_session
):
    enforce("Admin")
    login(client, cast.owner)
    assert client.get("/home/").status_code == 200

    cast.owner.roles = [*cast.owner.roles, find(Role, name="Admin")]
    db_session.commit()

    assert client.get("/home/").location.startswith("/login/")


def test_another_process_ends_sessions_when_a_role_asks_for_a_factor(two_apps, sign_in):
    first, second = two_apps
    client = second.test_client()
    sign_in(client, "cast-owner")
    assert client.get("/home/").status_code == 200

    for is_required, status in ((True, 302), (False, 200), (True, 302)):
        with first.app_context():
            set_requires_factor(find(Role, name=TEAM_ROLE), is_required=is_required)
            db.session.commit()

        assert client.get("/home/").status_code == status


@pytest.mark.both_databases
def test_setting_up_comes_right_after_the_password(client, cast, enforce, give_password, clock):
    enforce()

    answer = give_password(cast.owner, next="/administration/users/list/")

    assert answer.location == "/profile/factors/?next=/administration/users/list/"
    page = client.get(answer.location)
    assert "One of your roles asks for a second factor" in page.text
    assert client.get("/home/").location.startswith("/login/")
    start = re.search(r'action="([^"]*app/start[^"]*)"', page.text)[1]
    shown = client.get(client.post(start).location)
    secret = SECRET.search(shown.text)[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(int(clock().timestamp()))
    with client.session_transaction() as session:
        waiting = session["token"]
    done = client.post(f"{URL}app/?next=/administration/users/list/", data={"code": code})

    assert 'href="/administration/users/list/"' in done.text
    assert client.get("/administration/users/list/").status_code == 200
    with client.session_transaction() as session:
        assert session["token"] != waiting


def test_whoever_has_a_factor_is_asked_for_it_and_cannot_make_another(
    client, cast, enforce, give_password, phone_of
):
    phone_of(cast.owner)
    enforce()
    give_password(cast.owner)

    assert client.get(URL).location.startswith("/login/")
    assert client.post(f"{URL}app/start").location.startswith("/login/")


def test_the_last_factor_of_an_enforced_role_stays(client, cast, login, enforce, clock):
    login(client, cast.owner)
    set_up_app(client, clock)
    enforce()

    answer = client.post(f"{URL}app/remove")

    assert answer.status_code == 409
    assert factors_of(cast.owner.id).has_totp
    assert "app/remove" not in client.get(URL).text


def test_one_of_two_factors_can_go(client, cast, login, enforce, clock, passkey_of):
    login(client, cast.owner)
    set_up_app(client, clock)
    passkey_of(cast.owner)
    enforce()

    assert client.post(f"{URL}app/remove").location == URL
    assert factors_of(cast.owner.id).passkeys == 1


def test_a_new_password_keeps_the_session_with_a_factor(client, cast, login, enforce, clock):
    login(client, cast.owner)
    set_up_app(client, clock)
    enforce()
    new = "four unrelated words here"
    data = {"current_password": cast.password, "new_password": new, "repeated": new}

    client.post("/profile/password/", data=data)

    assert client.get("/home/").status_code == 200


def test_how_many_lack_one_is_counted(cast, enforce, phone_of):
    role = find(Role, name=TEAM_ROLE)
    assert count_without_factor(role.id) == 2

    phone_of(cast.owner)

    assert count_without_factor(role.id) == 1
    cast.teammate.active = False
    db.session.commit()
    assert count_without_factor(role.id) == 0
