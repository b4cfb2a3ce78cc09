import pytest
from flask import Flask
from flask_migrate import Migrate

from app.core.cache import init_cache
from app.core.health import init_health
from app.extensions import db
from tests import services

MIGRATION = """
revision = "{revision}"
down_revision = {down}

def upgrade():
    pass

def downgrade():
    pass
"""
ENV = """
from alembic import context
from flask import current_app

engine = current_app.extensions["migrate"].db.engine
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def make_checked(make_tiny, tmp_path):
    """A function that makes an application which ships one migration."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\n")
    (folder / "script.py.mako").write_text("")
    (folder / "env.py").write_text(ENV)
    write_migration(folder, "one", None)

    def make(**config) -> Flask:
        app = make_tiny(init_cache, init_health, **config)
        Migrate(app, db, directory=str(folder))
        return app

    return make


@pytest.fixture
def app(make_checked):
    return make_checked()


def write_migration(folder, revision, down):
    text = MIGRATION.format(revision=revision, down=repr(down))
    (folder / "versions" / f"{revision}.py").write_text(text)


def upgrade(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('one')")


def test_alive_asks_nothing(make_tiny):
    app = make_tiny(init_health)

    response = app.test_client().get("/healthz")

    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_ready_when_all_is_well(app):
    upgrade(app)

    response = app.test_client().get("/readyz")

    assert response.status_code == 200
    assert set(response.json["checks"].values()) == {"ok"}


def test_a_database_that_is_behind_is_named(app, tmp_path):
    upgrade(app)
    write_migration(tmp_path / "migrations", "two", "one")

    response = app.test_client().get("/readyz")

    assert response.status_code == 503
    assert response.json["checks"] == {
        "database": "ok",
        "cache": "ok",
        "migrations": "not ready",
    }


def test_a_database_without_tables_is_behind(app):
    assert app.test_client().get("/readyz").json["checks"]["migrations"] == "not ready"


def test_a_database_that_is_away_is_named(make_checked):
    app = make_checked(SQLALCHEMY_DATABASE_URI="sqlite:////nowhere/x.sqlite")

    response = app.test_client().get("/readyz")

    assert response.status_code == 503
    assert response.json["checks"] == {
        "database": "not ready",
        "cache": "ok",
        "migrations": "not ready",
    }


def test_a_cache_that_is_away_is_named(make_checked):
    app = make_checked(CACHE_REDIS_URL=f"redis://127.0.0.1:{services.free_port()}/0")

    response = app.test_client().get("/readyz")

    assert response.json["checks"]["cache"] == "not ready"
