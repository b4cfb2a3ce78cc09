"""The commands."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import User

from app.security.passwords import is_password_of
from tests.fixtures.mail import deliver_everything, text_of
from tests.security.conftest import find

PASSWORD = "four unrelated words here"
ANSWERS = ["--first-name", "Bo", "--last-name", "Berg", "--email", "bo@cast.example"]


@pytest.fixture
def run(app, db_session):
    """`run("create-user", …)` gives the result."""
    runner = app.test_cli_runner()
    return lambda *words, **options: runner.invoke(args=list(words), **options)


def test_user_is_made_with_roles(run):
    result = run(
        "create-user",
        "bo",
        *ANSWERS,
        "--role",
        "Admin",
        "--role",
        "Team",
        env={"BUREAU_USER_PASSWORD": PASSWORD},
    )

    user = find(User, username="bo")
    assert "Created bo with Admin, Team." in result.output
    assert {role.name for role in user.roles} == {"Admin", "Team"}
    assert is_password_of(user, PASSWORD)


def test_password_is_asked_for_and_not_shown(run):
    result = run("create-user", "bo", *ANSWERS, input=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("cast-owner", [], "There already is an account cast-owner."),
        ("CAST-OWNER", [], "There already is an account CAST-OWNER."),
        ("bo", ["--role", "Nothing"], "There is no role Nothing."),
        ("bo", ["--password", "short"], "Use at least 12 characters."),
        ("bo", ["--email", "owner@cast.example"], "There already is an account owner@"),
    ],
)
def test_user_that_cannot_be_is_refused(run, name, more, message):
    result = run("create-user", name, *ANSWERS, "--password", PASSWORD, *more)

    assert result.exit_code == 1
    assert message in result.output


def test_access_is_explained(run):
    allowed = run("check-access", "cast-owner", "/administration/users/list/")
    refused = run("check-access", "cast-stranger", "/administration/users/list/")

    assert (allowed.exit_code, refused.exit_code) == (0, 1)
    assert allowed.output.startswith("allowed: “User: Read” comes with the role Team.")
    assert refused.output.startswith("refused: No role of cast-stranger gives “User: Read”.")


def test_access_to_a_record_is_explained(run, cast):
    answer = run("check-access", "cast-owner", f"/administration/users/show/{cast.owner.id}")

    assert answer.exit_code == 0
    assert "+ No rule leaves out single records here." in answer.output


def test_who_is_invited_gets_a_mail_and_no_password(run, postbox):
    result = run("create-user", "bo", *ANSWERS, "--role", "Team", "--invite")
    deliver_everything()

    assert "Created bo with Team." in result.output
    assert find(User, username="bo").password is None
    assert "There is an account for you" in text_of(postbox.to("bo@cast.example")[0])
