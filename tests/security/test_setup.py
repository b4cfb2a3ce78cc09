"""Setting security up."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.security.rights import advance


def test_commands_are_there(app):
    assert {"create-user", "check-access"} <= set(app.cli.commands)


def test_demo_accounts_come_with_the_seeds(app):
    assert "seed_demo_accounts" in [seed.__name__ for seed in app.extensions["bureau_seeds"]]


def test_rights_are_watched_once_however_many_applications_there_are(make_app):
    make_app(empty=True)
    make_app(empty=True)

    assert event.contains(Session, "before_commit", advance._advance)
    assert list(Session().dispatch.before_commit).count(advance._advance) == 1
