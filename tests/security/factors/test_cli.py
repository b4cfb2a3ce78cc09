"""`flask reset-factors`."""

from __future__ import annotations

from app.security.factors.cli import reset_factors_command
from app.security.factors.policy import factors_of


def test_factors_are_taken_away(app, cast, phone_of):
    phone_of(cast.owner)

    result = app.test_cli_runner().invoke(reset_factors_command, ["OWNER@cast.example"])

    assert result.exit_code == 0
    assert "cast-owner" in result.output
    assert not factors_of(cast.owner.id).has_any


def test_it_says_what_is_not_there(app, cast):
    run = app.test_cli_runner().invoke

    assert "There is no account nobody." in run(reset_factors_command, ["nobody"]).output
    assert "has no second factor" in run(reset_factors_command, ["cast-owner"]).output
