"""A user's choices stay with the account."""

from __future__ import annotations

import pytest
from flask_login import login_user

from app.security.accounts import current_account
from app.security.models import Preference
from app.security.preferences import save_choices
from tests.security.conftest import find

pytestmark = pytest.mark.both_databases


def test_choice_is_there_in_another_browser(app, cast, login):
    login(app.test_client(), cast.owner).post("/preferences/", data={"theme": "dark"})

    other = login(app.test_client(), cast.owner)

    assert 'data-theme="dark"' in other.get("/home/").text


def test_choice_is_one_row_however_often_it_changes(app, cast, login, db_session):
    client = login(app.test_client(), cast.owner)
    for theme in ("dark", "light", "system"):
        client.post("/preferences/", data={"theme": theme})

    kept = find(Preference, user_id=cast.owner.id)
    assert (kept.theme, kept.locale) == ("system", None)


def test_language_of_the_account_goes_before_the_cookie(client, cast, login):
    login(client, cast.owner)
    client.post("/preferences/", data={"locale": "pt"})
    client.set_cookie("locale", "en")

    assert '<html lang="pt"' in client.get("/home/").text


def test_visitor_keeps_nothing_in_the_database(client, db_session, statements):
    with statements() as seen:
        answer = client.post("/preferences/", data={"theme": "dark"})

    assert answer.status_code == 303
    assert seen == []


def test_choices_cost_no_statement(client, cast, login, statements):
    login(client, cast.owner).post("/preferences/", data={"theme": "dark"})
    client.get("/home/")

    with statements() as seen:
        client.get("/home/")

    assert len(seen) == 1


def test_choices_go_with_the_account(app, cast, login, db_session):
    login(app.test_client(), cast.stranger).post("/preferences/", data={"theme": "dark"})

    db_session.delete(cast.stranger)
    db_session.commit()

    assert db_session.query(Preference).count() == 0


def test_two_tabs_that_choose_at_once_both_succeed(app, cast, login, db_session):
    with app.test_request_context():
        login_user(cast.owner)
        current_account()
        db_session.add(Preference(user_id=cast.owner.id, theme="dark"))
        db_session.commit()

        save_choices({"theme": "light"})

    assert find(Preference, user_id=cast.owner.id).theme == "light"
