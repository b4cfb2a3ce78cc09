"""The commands."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import User

from app.security.passwords import is_password_of
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
    assert allowed.output.startswith("allowed: can_read on User comes with the role Team")
    assert refused.output.startswith("refused: no role of cast-stranger has can_read on User")
