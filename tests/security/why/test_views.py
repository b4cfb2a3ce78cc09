"""The page that answers “why?”: for those who may ask, about what they may see."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import Role

from app.extensions import db
from tests.security.conftest import find_pair, user_named
from tests.security.vault import VERBS, Held, hold

URL = "/administration/why/"


@pytest.fixture
def admin(client, cast, login):
    """A browser in which the administrator is signed in."""
    return login(client, cast.admin)


@pytest.mark.both_databases
def test_page_answers_for_an_address(admin, statements):
    admin.get("/home/")

    with statements() as seen:
        page = admin.get(f"{URL}?user=cast-stranger&url=/administration/users/list/")

    assert "No, Stranger Cast may not do this" in page.text
    assert "It comes with: Admin, Team" in page.text
    assert len(seen) <= 10


def test_page_answers_for_a_right(admin):
    page = admin.get(f"{URL}?user=cast-owner&right=can_edit+User&key=1").text

    assert "Yes, Owner Cast may do this" in page


def test_empty_page_asks(admin):
    page = admin.get(URL)

    assert page.status_code == 200
    assert f'data-picker="{URL}pick"' in page.text


def test_right_is_found_by_its_words(admin):
    found = admin.get(f"{URL}pick?q=user+edit").json

    assert {"value": "can_edit User", "text": "User: Edit"} in found["results"]
    assert not found["more"]


def test_right_that_was_asked_for_stays_chosen(admin):
    page = admin.get(f"{URL}?user=cast-owner&right=can_edit+User").text

    assert '<option value="can_edit User" selected>User: Edit</option>' in page


@pytest.mark.parametrize(
    "query",
    [
        "?user=nobody&url=/x",
        "?user=%00&url=%00",
        "?user=cast-owner&url=//[",
        "?user=cast-owner&right=x",
        "?user=cast-owner&right=can_read+Nothing&key=1&field=x",
        "?user=cast-owner&right=can_read+User&key=~",
        "?user=cast-owner&url=/&method=BREW",
        f"?user={'x' * 3000}",
    ],
)
def test_nonsense_is_answered(admin, query):
    assert admin.get(URL + query).status_code == 200


def test_page_is_for_those_who_hold_the_right(client, cast, login, db_session):
    role = Role(name="Few")
    db_session.add(role)
    role.permissions = [find_pair("can_read", "User")]
    cast.stranger.roles = [role]
    db_session.commit()
    browser = login(client, cast.stranger)

    refused = browser.get(URL)
    page = browser.get("/administration/roles/list/")

    assert refused.status_code == 403
    assert "/administration/why/" not in page.text


def test_error_page_and_user_page_lead_there(admin, cast):
    error = admin.get("/administration/permissions/add")
    page = admin.get(f"/administration/users/show/{cast.owner.id}")

    assert error.status_code == 403
    assert "/administration/why/?user=cast-admin&amp;url=/administration" in error.text.replace(
        "%2F", "/"
    )
    assert "/administration/why/?user=cast-owner" in page.text


def ask(vault, login, *pairs):
    """The browser of the teammate, who may ask, and read what these say."""
    user = user_named("cast-teammate")
    role = Role(name="Asker")
    db.session.add(role)
    role.permissions = [find_pair(*pair) for pair in (("can_explain", "Access"), *pairs)]
    user.roles = [role]
    db.session.commit()
    return login(vault.test_client(), user)


def test_whoever_asks_learns_nothing_of_a_record_hidden_from_them(vault, login):
    hold(user_named("cast-owner"), Held(frozenset(VERBS), frozenset()))
    pairs = [("can_read", "User"), ("can_read", "SmallCard")]
    browser = ask(vault, login, *pairs)
    answers = []

    # The first of these is beyond the rule for whoever asks, the second does not exist.
    for key in (16, 9999):
        page = browser.get(f"{URL}?user=cast-owner&url=/vault/small-cards/show/{key}").text
        answers.append(page[page.rindex("<ol>") : page.rindex("</ol>")])

    assert answers[0] == answers[1]
    assert "There is no such record, or you may not see it yourself" in answers[0]


def test_whoever_asks_learns_nothing_of_an_account_hidden_from_them(vault, login):
    browser = ask(vault, login)

    page = browser.get(f"{URL}?user=cast-owner&url=/home/").text

    assert "You may not see this account" in page
    assert "open to all who sign in" not in page
