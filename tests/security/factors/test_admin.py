"""What administrators decide about factors."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.extensions import db
from app.mail.models import MailMessage
from app.security.factors.policy import factors_of, requires_factor
from tests.fixtures.people import TEAM_ROLE
from tests.security.conftest import find, find_pair

USERS = "/administration/users"


@pytest.fixture
def admin(client, cast, login, clock):
    """The browser of the administrator."""
    return login(client, cast.admin)


@pytest.fixture
def policy_url(db_session) -> str:
    """The page that says whether the team's role asks for a factor."""
    return f"/administration/roles/policy/{find(Role, name=TEAM_ROLE).id}"


@pytest.mark.both_databases
def test_lost_factors_are_taken_away(app, admin, cast, login, phone_of, passkey_of):
    phone_of(cast.owner)
    passkey_of(cast.owner)
    theirs = login(app.test_client(), cast.owner)

    answer = admin.post(f"{USERS}/reset-factors/{cast.owner.id}")

    assert answer.location == f"{USERS}/show/{cast.owner.id}"
    found = factors_of(cast.owner.id)
    assert (found.has_any, found.codes_left) == (False, 0)
    assert theirs.get("/home/").status_code == 302
    mail = db.session.scalars(sa.select(MailMessage)).one()
    assert (mail.recipient, "by an administrator" in mail.text) == ("owner@cast.example", True)


def test_whoever_has_none_has_nothing_to_take_away(admin, cast):
    assert admin.post(f"{USERS}/reset-factors/{cast.owner.id}").status_code == 409


def test_nobody_takes_away_the_factors_of_whoever_holds_more(client, cast, login, phone_of):
    phone_of(cast.owner)
    pairs = [find_pair("can_read", "User"), find_pair("can_reset_factors", "User")]
    role = Role(name="Helpers", permissions=pairs)
    db.session.add(role)
    cast.stranger.roles = [role]
    db.session.commit()
    login(client, cast.stranger)

    answer = client.post(f"{USERS}/reset-factors/{cast.owner.id}")

    assert answer.status_code == 403
    assert factors_of(cast.owner.id).has_totp


def test_it_is_a_verb_of_its_own(client, cast, login, phone_of):
    phone_of(cast.owner)
    login(client, cast.stranger)

    assert client.post(f"{USERS}/reset-factors/{cast.owner.id}").status_code == 403


def test_it_asks_again_who_it_is(admin, cast, phone_of, clock):
    phone = phone_of(cast.owner)
    for _step in range(200):
        phone.next_code()

    assert admin.post(f"{USERS}/reset-factors/{cast.owner.id}").status_code == 403
    assert factors_of(cast.owner.id).has_totp


def test_pages_tell_who_has_a_factor_and_never_the_secret(admin, cast, phone_of, passkey_of):
    phone = phone_of(cast.owner)
    device = passkey_of(cast.owner)

    pages = [
        admin.get(f"{USERS}/show/{cast.owner.id}").text,
        admin.get(f"{USERS}/list/?filter=has_factor:is:true").text,
        admin.get(f"/api/v1/users/{cast.owner.id}").text,
        admin.get("/api/v1/users/").text,
        admin.get(f"{USERS}/history/{cast.owner.id}").text,
        admin.get(f"{USERS}/export/csv").text,
    ]

    assert "Reset second factors" in pages[0]
    assert "cast-owner" in pages[1]
    assert "cast-stranger" not in pages[1]
    for page in pages:
        for secret in (phone.secret, device.name, device.handle, *phone.codes):
            assert secret not in page


def test_the_list_stays_within_its_budget(admin, statements):
    admin.get(f"{USERS}/list/")

    with statements() as seen:
        admin.get(f"{USERS}/list/")

    assert len(seen) <= 6


@pytest.mark.both_databases
def test_a_role_is_made_to_ask(admin, policy_url):
    role = find(Role, name=TEAM_ROLE)

    page = admin.get(policy_url).text
    answer = admin.post(policy_url, data={"requires_factor": "y"})

    assert "2 active users with this role have no second factor yet." in page
    assert answer.status_code == 303
    assert requires_factor(role.id)
    admin.post(policy_url)
    assert not requires_factor(role.id)


def test_only_whoever_edits_roles_decides(client, cast, login, policy_url):
    assert client.get(policy_url).location.startswith("/login/")
    login(client, cast.stranger)

    assert client.get(policy_url).status_code == 403
    assert client.post(policy_url, data={"requires_factor": "y"}).status_code == 403


def test_whoever_lacks_a_right_of_the_role_does_not_decide(client, cast, login, policy_url):
    pairs = [find_pair("can_read", "Role"), find_pair("can_edit", "Role")]
    role = Role(name="Role makers", permissions=pairs)
    db.session.add(role)
    cast.stranger.roles = [role]
    db.session.commit()
    login(client, cast.stranger)

    answer = client.post(policy_url, data={"requires_factor": "y"})

    assert answer.status_code == 403
    assert not requires_factor(find(Role, name=TEAM_ROLE).id)


def test_a_role_that_is_not_there_has_no_policy(admin):
    assert admin.get("/administration/roles/policy/999999").status_code == 404
