"""Why somebody may or may not open an address; the answer agrees with what the address does."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import Group, Role

from app.security.explain import explain_access
from tests.security.conftest import find

USERS = "/administration/users/list/"


@pytest.mark.parametrize(
    ("name", "url", "method", "is_allowed", "reason"),
    [
        ("cast-admin", USERS, "GET", True, "comes with the role Admin"),
        ("cast-stranger", USERS, "GET", False, "it comes with Admin, Team"),
        ("cast-stranger", "http://localhost/home/", "GET", True, "open to all who sign in"),
        ("cast-stranger", "/login/", "GET", True, "open to all"),
        ("cast-admin", "/administration/users/bulk/delete", "POST", True, "can_delete on User"),
        ("cast-stranger", "/administration/users/bulk/delete", "POST", False, "can_delete"),
        ("cast-admin", "/administration/permissions/add", "GET", False, "does not offer add"),
        ("cast-admin", "/nowhere", "GET", False, "leads to no page (404)"),
        ("cast-admin", "/logout/", "GET", False, "leads to no page (405)"),
        ("cast-admin", "/administration/users/list", "GET", True, "can_read on User"),
        ("nobody", USERS, "GET", False, "there is no account nobody"),
    ],
)
def test_decision_names_what_decides(cast, name, url, method, is_allowed, reason):
    decision = explain_access(name, url, method)

    assert decision.is_allowed is is_allowed
    assert reason in decision.reason


def test_inactive_account_is_named(cast, db_session):
    cast.owner.active = False
    db_session.commit()

    assert "not active" in explain_access("cast-owner", USERS).reason


def test_role_of_a_group_is_named(cast, db_session):
    role = find(Role, name="Team")
    db_session.add(Group(name="crew", roles=[role], users=[cast.stranger]))
    db_session.commit()

    assert explain_access("cast-stranger", USERS).reason.endswith("the role Team")


@pytest.mark.parametrize("name", ["cast-admin", "cast-owner", "cast-stranger"])
@pytest.mark.parametrize("url", [USERS, "/administration/roles/list/", "/home/", "/profile/"])
def test_decision_agrees_with_the_guard(client, cast, sign_in, name, url):
    sign_in(client, name)

    answer = client.get(url)

    assert explain_access(name, url).is_allowed is (answer.status_code == 200)
