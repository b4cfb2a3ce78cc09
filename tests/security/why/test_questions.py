"""Why somebody may or may not do something; the answer agrees with what the site does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, Role

from app.extensions import db
from app.security.why import explain_access, explain_right
from tests.security.conftest import find, find_pair, user_named
from tests.security.vault import EXCEPTIONS, VERBS, Held, OwnCard, SmallCard, TeamCard, hold

USERS = "/administration/users/list/"
PLURALS = {OwnCard: "own-cards", TeamCard: "team-cards", SmallCard: "small-cards"}


@pytest.mark.parametrize(
    ("name", "url", "method", "is_allowed", "reason"),
    [
        ("cast-admin", USERS, "GET", True, "comes with the role Admin"),
        ("cast-stranger", USERS, "GET", False, "It comes with: Admin, Team"),
        ("cast-stranger", "http://localhost/home/", "GET", True, "open to all who sign in"),
        ("cast-stranger", "/login/", "GET", True, "open to all."),
        ("cast-admin", "/administration/users/bulk/delete", "POST", True, "User: Delete"),
        ("cast-stranger", "/administration/users/bulk/delete", "POST", False, "User: Delete"),
        ("cast-admin", "/administration/permissions/add", "GET", False, "is not offered there"),
        ("cast-admin", "/nowhere", "GET", False, "leads to no page (404)"),
        ("cast-admin", "/logout/", "GET", False, "leads to no page (405)"),
        ("cast-admin", "http://[nowhere", "GET", False, "leads to no page (400)"),
        ("cast-admin", "/administration/users/list", "GET", True, "User: Read"),
        ("nobody", USERS, "GET", False, "There is no account “nobody”"),
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


def test_group_that_brings_a_role_is_named(cast, db_session):
    role = find(Role, name="Team")
    group = Group(name="crew", label="", description="")
    db_session.add(group)
    group.roles, group.users = [role], [cast.stranger]
    db_session.commit()

    assert "the role Team, by the group crew" in explain_access("cast-stranger", USERS).reason


def test_role_of_everybody_is_named(cast, db_session):
    find(Role, name="Public").permissions = [find_pair("can_read", "User")]
    db_session.commit()

    assert "Everybody has" in explain_access("cast-stranger", USERS).reason


@pytest.mark.parametrize("name", ["cast-admin", "cast-owner", "cast-stranger"])
@pytest.mark.parametrize("url", [USERS, "/administration/roles/list/", "/home/", "/profile/"])
def test_decision_agrees_with_the_guard(client, cast, sign_in, name, url):
    sign_in(client, name)

    answer = client.get(url)

    assert explain_access(name, url).is_allowed is (answer.status_code == 200)


@pytest.mark.both_databases
@pytest.mark.parametrize("exceptions", [(), EXCEPTIONS], ids=["bound", "free"])
@pytest.mark.parametrize("model", PLURALS)
def test_decision_agrees_with_each_record(browser, model, exceptions):
    client = browser(*exceptions)

    for key in db.session.scalars(sa.select(model.id)).all():
        for door in ("show", "edit"):
            url = f"/vault/{PLURALS[model]}/{door}/{key}"
            answer = client.get(url)
            assert explain_access("cast-owner", url).is_allowed is (answer.status_code == 200), url


def test_rule_that_hides_a_record_is_named(browser):
    browser()
    foreign = foreign_card(OwnCard)

    decision = explain_access("cast-owner", f"/vault/own-cards/show/{foreign}")

    assert decision.reason == (
        "The record is outside of the rule, so for cast-owner it does not exist: "
        "Only their own records."
    )


def test_rule_that_forbids_to_change_a_record_is_named(browser):
    browser("see_all")

    decision = explain_access("cast-owner", f"/vault/small-cards/edit/{foreign_card(SmallCard)}")

    assert "may only look at it: Edit, Delete, Stamp: only their own records" in decision.reason


def test_exception_from_a_rule_is_named(browser):
    browser("see_all")

    decision = explain_access("cast-owner", f"/vault/own-cards/show/{foreign_card(OwnCard)}")

    assert decision.is_allowed
    assert any("All records, not: only their own records" in s.text for s in decision.steps)


@pytest.mark.parametrize(
    ("field", "verb", "exceptions", "is_allowed", "words"),
    [
        ("pin", "read", (), False, "is hidden, unless a role gives"),
        ("pin", "read", ("see_pin",), True, "See the hidden field"),
        ("iban", "read", (), False, "only the last four characters"),
        ("limit", "read", (), True, "No rule restricts"),
        ("limit", "edit", (), False, "cannot be changed"),
        ("title", "edit", (), True, "No rule restricts"),
        ("colour", "read", (), False, "There is no field"),
    ],
)
def test_field_is_explained(browser, field, verb, exceptions, is_allowed, words):
    browser(*exceptions)

    decision = explain_right("cast-owner", f"can_{verb}", "OwnCard", field=field)

    assert decision.is_allowed is is_allowed
    assert any(words in step.text for step in decision.steps)


def test_restricted_fields_are_listed_where_none_is_named(browser):
    browser("see_pin")

    texts = [s.text for s in explain_access("cast-owner", "/vault/own-cards/list/").steps]

    assert any("iban" in text.lower() for text in texts)
    assert not any("is hidden" in text for text in texts)
    assert any("A rule leaves out records" in text for text in texts)


def test_record_that_does_not_exist_is_none(browser):
    browser()

    assert "no record" in explain_access("cast-owner", "/vault/own-cards/show/99999").reason
    assert "no record" in explain_access("cast-owner", "/vault/own-cards/show/x").reason


def test_asking_leaves_whoever_asks_alone(vault, login):
    user = user_named("cast-owner")
    hold(user, Held(frozenset(VERBS), frozenset()))
    client = login(vault.test_client(), user_named("cast-admin"))

    page = client.get("/administration/why/?user=cast-owner&url=/vault/own-cards/show/1")

    assert page.status_code == 200
    assert "Account of Admin Cast" in page.text


def foreign_card(model):
    """A card of somebody else that a rule for all does not hide anyway."""
    statement = sa.select(model.id).where(model.owner_id != user_named("cast-owner").id)
    return db.session.scalars(statement.order_by(model.id)).first()
