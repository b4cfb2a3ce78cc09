"""Every migration goes up, down and up again on a database that is full of rows."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from app.core.database import is_of_a_model
from app.core.seeding import seed
from app.core.types import Picture
from app.extensions import db

ROOT = Path(__file__).resolve().parents[1]
BACKENDS = ("sqlite", "postgresql")
LEFT_BEHIND = {"alembic_version"}


@pytest.fixture(params=BACKENDS)
def filled(request, make_app):
    """An application on a database with the small demo."""
    app = make_app(request.param)
    result = app.test_cli_runner().invoke(seed, ["--size", "small"], catch_exceptions=False)
    assert result.exit_code == 0
    return app


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def counts() -> dict[str, int]:
    """How many rows each table has."""
    with db.engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
            for name in tables() - LEFT_BEHIND
        }


def differences() -> list[object]:
    """What a new migration would change."""
    with db.engine.connect() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        options = {"compare_type": True, "include_object": is_of_a_model}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, db.metadata))


def revisions() -> list[str]:
    """All revisions, the newest first."""
    config = current_app.extensions["migrate"].migrate.get_config()
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


def test_a_full_database_goes_down_step_by_step_and_up_again(filled):
    with filled.app_context():
        before = counts()
        assert min(before[name] for name in ("blog_post", "todo_item", "ab_user")) > 0

        for _revision in revisions():
            flask_migrate.downgrade(revision="-1")
            kept = counts()
            assert {name: before[name] for name in kept} == kept

        assert tables() <= LEFT_BEHIND

        flask_migrate.upgrade()

        assert tables() - LEFT_BEHIND == set(before)
        assert differences() == []
        db.engine.dispose()


def test_each_step_can_be_taken_twice_on_a_full_database(filled):
    with filled.app_context():
        before, newest = counts(), revisions()[0]

        for _revision in revisions()[:-1]:
            flask_migrate.downgrade(revision="-1")
        flask_migrate.upgrade(revision=newest)

        after = counts()
        assert set(after) == set(before)
        assert after["ab_user"] == before["ab_user"]
        assert differences() == []
        db.engine.dispose()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_migration_that_is_written_for_files_leaves_no_difference(backend, make_app, tmp_path):
    app = make_app(backend)
    folder = shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    columns = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("photo", Picture())]
    table = sa.Table("planted_files", db.metadata, *columns)
    try:
        with app.app_context(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*expression-based index")
            flask_migrate.migrate(directory=str(folder), message="planted")
            flask_migrate.upgrade(directory=str(folder))

            assert "planted_files" in tables()
            assert differences() == []
            db.engine.dispose()
    finally:
        db.metadata.remove(table)
