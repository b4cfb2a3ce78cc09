"""What is missing in the database is noticed before anybody is served."""

from __future__ import annotations

import pytest

from app.core.startup import (
    DEMO_MAIL_DOMAIN,
    StartupError,
    check_production,
    has_accounts,
    has_demo_accounts,
    is_behind,
)

pytestmark = pytest.mark.both_databases


def test_an_empty_database_is_behind(make_app, database):
    app = make_app(database, empty=True)

    with app.app_context():
        assert is_behind()


def test_a_migrated_database_is_not_behind(app, db_session):
    assert not is_behind()


def test_demo_accounts_are_told_by_their_address(app, db_session, cast):
    assert has_accounts()
    assert not has_demo_accounts()

    cast.owner.email = f"owner@{DEMO_MAIL_DOMAIN}"
    db_session.commit()

    assert has_demo_accounts()


def test_production_serves_a_database_that_is_in_order(app, db_session):
    check_production(app)


def test_production_says_all_that_is_wrong_at_once(make_app, database):
    app = make_app(database, empty=True)
    app.debug = True

    with pytest.raises(StartupError, match=r"debug is on; the database is behind"):
        check_production(app)
