"""Fails when the models and the migrations disagree, or the history is not one well-named line."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from flask import current_app

from app import create_app
from app.core.database import is_of_a_model
from app.extensions import db
from config import Config
from scripts.scratch import scratch_environment

NAME = re.compile(r"\d{8}_\d{4}_[0-9a-z]+_[a-z0-9]+_[a-z0-9_]+\.py")
EMPTY_DOWNGRADE = re.compile(r"def downgrade\(\) -> None:\s+pass\b")


def problems_of_history(directory: ScriptDirectory) -> Iterator[str]:
    """Two heads, a name that does not sort, a way down that is missing."""
    heads = directory.get_heads()
    if len(heads) > 1:
        yield f"the history has {len(heads)} heads: {', '.join(heads)}"
    for script in directory.walk_revisions():
        yield from problems_of_script(script)


def problems_of_script(script: Script) -> Iterator[str]:
    """What is wrong with one migration's file."""
    path = Path(script.path)
    if not NAME.fullmatch(path.name):
        yield f"{path.name}: a migration is called YYYYMMDD_HHMM_<rev>_<feature>_<what>.py"
    if EMPTY_DOWNGRADE.search(path.read_text()):
        yield f"{path.name}: the way down is not written"


def drift() -> Iterator[str]:
    """What a new migration would have to change, after all of ours."""
    flask_migrate.upgrade()
    with db.engine.connect() as connection, warnings.catch_warnings():
        # SQLite does not give back an index on an expression, so it cannot be compared.
        warnings.filterwarnings("ignore", ".*expression-based index")
        options = {"compare_type": True, "include_object": is_of_a_model}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, db.metadata)
    for difference in differences:
        yield f"the models and the migrations disagree: {difference}"


def problems() -> Iterator[str]:
    """Look at the files, then at a scratch database."""
    with scratch_environment() as environ:
        app = create_app(Config.from_environment(environ))
        with app.app_context():
            config = current_app.extensions["migrate"].migrate.get_config()
            yield from problems_of_history(ScriptDirectory.from_config(config))
            yield from drift()
            db.engine.dispose()


def main() -> int:
    """Check the migrations."""
    found = list(problems())
    print("\n".join(found)) if found else None
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
