"""Databases to adopt, and copies of the project to adopt them into."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy.engine import make_url

from app.core.adopt.command import plan_feature
from app.core.adopt.source import parse_url
from app.core.adopt.write_models import write_models

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CHINOOK = ROOT.parent / "shared" / "data" / "chinook.sqlite"
NASTY_DATABASE = f"bureau_adopt_{os.getpid()}"
COPIED = ("app", "config.py", "migrations", "pyproject.toml", "run.py", "tests", "translations")


@dataclass(frozen=True)
class Copy:
    """A copy of the project, in which commands run as an owner would run them."""

    root: Path
    # What the command said, by the name of the feature.
    said: dict[str, str] = field(default_factory=dict)

    def run(self, module, *arguments):
        """Run a module of Python here and give back what it said."""
        return self._python("-m", module, *map(str, arguments))

    def run_code(self, code):
        """Run Python code here and give back what it said."""
        return self._python("-c", code)

    def _python(self, *arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=os.environ | {"BUREAU_INSTANCE": str(self.root / "instance")},
            capture_output=True,
            text=True,
            check=False,
        )

    def adopt(self, *arguments):
        """Run the command."""
        return self.run("flask", "--app", "run", "adopt", *arguments)

    def read(self, *parts):
        """The text of a file."""
        return self.root.joinpath(*parts).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def make_copy(tmp_path_factory):
    """A function that copies the project."""

    def make() -> Copy:
        root = tmp_path_factory.mktemp("project")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "node_modules", "dist")
                shutil.copytree(source, root / name, ignore=ignored)
            elif source.exists():
                shutil.copy(source, root / name)
        return Copy(root)

    return make


@pytest.fixture(scope="session")
def chinook_file():
    """The sample database that nobody here wrote; CI must have it."""
    if not CHINOOK.exists():
        assert os.environ.get("CI") != "true", f"CI NEEDS {CHINOOK}"
        pytest.skip(f"NO SAMPLE DATABASE at {CHINOOK}")
    return CHINOOK


@pytest.fixture(scope="session")
def nasty_file(tmp_path_factory):
    """A SQLite file with everything in it that is hard to map."""
    path = tmp_path_factory.mktemp("nasty") / "nasty.sqlite"
    make_file(path, (HERE / "nasties_sqlite.sql").read_text(encoding="utf-8"))
    return path


@pytest.fixture(scope="session")
def nasty_url(postgres_url):
    """A PostgreSQL database with everything in it that is hard to map."""
    url = make_url(postgres_url).set(drivername="postgresql")
    server = url.render_as_string(hide_password=False)
    execute(server, f'CREATE DATABASE "{NASTY_DATABASE}"')
    nasty = url.set(database=NASTY_DATABASE).render_as_string(hide_password=False)
    execute(nasty, (HERE / "nasties.sql").read_text(encoding="utf-8"))

    yield nasty

    execute(server, f'DROP DATABASE "{NASTY_DATABASE}" WITH (FORCE)')


@pytest.fixture
def plan(tmp_path):
    """A function that plans a feature `shop` for the tables of a script for SQLite."""

    def make(script, taken=()):
        path = tmp_path / "shop.sqlite"
        make_file(path, script)
        return plan_feature(parse_url(f"sqlite:///{path}", tmp_path), "shop", (), frozenset(taken))

    return make


@pytest.fixture
def written(plan):
    """A function that writes models.py for the tables of a script for SQLite."""
    return lambda script: write_models(plan(script))


@pytest.fixture(scope="session")
def nasty_plan(nasty_url):
    """The plan for the PostgreSQL database."""
    url = parse_url(nasty_url, Path.cwd())
    return plan_feature(url, "nasty", ("public", "sales"), frozenset({"User"}))


@pytest.fixture(scope="session")
def nasty_models(nasty_plan):
    """The text of models.py for the PostgreSQL database."""
    return write_models(nasty_plan)


def make_file(path, script):
    """Make a SQLite file by a script."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.commit()


def execute(url, script):
    """Run a script on PostgreSQL, outside a transaction."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(script)
