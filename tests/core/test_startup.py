"""What is missing in the database is noticed before anybody is served."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.startup import (
    DEMO_MAIL_DOMAIN,
    StartupError,
    StartupGuard,
    check_production,
    has_accounts,
    has_demo_accounts,
    is_behind,
)
from app.extensions import db

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


PRODUCTION = {"BUREAU_ENV": "production", "TRUSTED_HOSTS": ["bureau.test"]}
HERE = {"base_url": "https://bureau.test"}


def production(make_app, database, **changes):
    """An application as `gunicorn run:app` loads it, on a database that is in order."""
    app = make_app(database, **PRODUCTION | changes)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_server_that_only_loads_the_application_is_checked_too(make_app, database, caplog):
    app = production(make_app, database, TRUSTED_HOSTS=None)

    answers = [app.test_client().get(path) for path in ("/login/", "/api/v1/posts/", "/readyz")]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert "Whoever runs it finds the reason in its log." in answers[0].text
    assert "BUREAU_TRUSTED_HOSTS does not say which host names are ours" in caplog.text
    assert caplog.text.count("Bureau does not serve") == 1


def test_process_that_is_alive_says_so_whatever_is_wrong(make_app, database):
    app = production(make_app, database, TRUSTED_HOSTS=None)

    assert app.test_client().get("/healthz").status_code == 200


def test_server_that_is_in_order_serves_and_asks_once(make_app, database, statements):
    client = production(make_app, database).test_client()

    assert client.get("/login/", **HERE).status_code == 200
    with statements() as seen:
        client.get("/login/", **HERE)
    assert not [line for line in seen if "alembic_version" in line]


def test_demo_accounts_are_not_served_by_any_server(make_app, database):
    app = production(make_app, database)
    with app.app_context():
        user = db.session.scalars(sa.select(User).filter_by(username="cast-owner")).one()
        user.email = f"owner@{DEMO_MAIL_DOMAIN}"
        db.session.commit()

    assert app.test_client().get("/login/", **HERE).status_code == 503


def test_development_is_not_checked(make_app, database):
    app = make_app(database, BUREAU_ENV="development", empty=True)

    assert app.test_client().get("/healthz").status_code == 200
    assert not app.before_request_funcs.get(None) or not any(
        isinstance(check, StartupGuard) for check in app.before_request_funcs[None]
    )
