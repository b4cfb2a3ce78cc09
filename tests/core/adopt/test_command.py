import hashlib
import json
import sqlite3
import stat

import pytest

from tests.core.adopt.conftest import make_file

TABLES = {
    "Album",
    "Artist",
    "Customer",
    "Employee",
    "Genre",
    "Invoice",
    "InvoiceLine",
    "MediaType",
    "Playlist",
    "PlaylistTrack",
    "Track",
}
COUNT = """
from sqlalchemy import func, select
from app import create_app
from app.extensions import db
from app.features.{name}.models import Base

with create_app().app_context():
    for mapper in Base.registry.mappers:
        loaded = len(db.session.scalars(select(mapper.class_)).all())
        print(mapper.local_table.name, loaded)
"""


@pytest.fixture(scope="module")
def copy(make_copy, chinook_file, nasty_url):
    """A copy of the project that has adopted a SQLite and a PostgreSQL database."""
    made = make_copy()
    before = hashlib.sha256(chinook_file.read_bytes()).hexdigest()
    chinook = made.adopt(f"sqlite:///{chinook_file}", "--name", "chinook")
    schemas = ("--schema", "public", "--schema", "sales")
    nasty = made.adopt(nasty_url, "--name", "nasty", *schemas)
    assert (chinook.returncode, nasty.returncode) == (0, 0), chinook.stderr + nasty.stderr
    assert hashlib.sha256(chinook_file.read_bytes()).hexdigest() == before
    made.said.update(chinook=chinook.stdout, nasty=nasty.stdout)
    return made


def test_all_tables_are_reported(copy):
    said = copy.said["chinook"]

    assert said.startswith("Adopted chinook: 11 tables as models with views.")
    assert {line.split()[0] for line in said.splitlines()[1:12]} == TABLES


def test_features_are_clean(copy):
    names = ("chinook", "nasty")
    paths = [f"{folder}/features/{name}" for folder in ("app", "tests") for name in names]

    checked = copy.run("ruff", "check", *paths, "app/features/__init__.py")
    formatted = copy.run("ruff", "format", "--check", *paths, "app/features/__init__.py")
    typed = copy.run("mypy", *(f"app/features/{name}" for name in names))

    assert checked.returncode == 0, checked.stdout
    assert formatted.returncode == 0, formatted.stdout
    assert not any(f"app/features/{name}" in typed.stdout for name in names), typed.stdout


def test_tables_take_few_lines(copy):
    models = copy.read("app", "features", "chinook", "models.py")
    views = copy.read("app", "features", "chinook", "views.py")

    assert len((models + views).splitlines()) / len(TABLES) < 30


def test_models_read_every_row(copy, chinook_file):
    connection = sqlite3.connect(f"file:{chinook_file}?mode=ro", uri=True)
    expected = {
        table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for table in TABLES
    }
    connection.close()

    counted = copy.run_code(COUNT.format(name="chinook"))

    assert dict(line.split() for line in counted.stdout.splitlines()) == {
        table: str(count) for table, count in expected.items()
    }


def test_feature_is_listed_once(copy):
    assert copy.read("app", "features", "__init__.py").count('"chinook"') == 1


def test_url_stays_out_of_the_code(copy, nasty_url):
    stored = copy.root / "instance" / "databases.json"

    assert json.loads(stored.read_text())["nasty"] == nasty_url
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    for path in (copy.root / "app" / "features" / "nasty").iterdir():
        assert "postgresql://" not in path.read_text()
    assert "postgresql://" not in copy.said["nasty"]


def test_migrations_leave_adopted_tables_alone(copy):
    metadata = copy.run_code(
        "from app import create_app; from app.extensions import db; create_app();"
        "print([name for name in db.metadata.tables if 'Album' in name])"
    )

    assert metadata.stdout.strip() == "[]"


def test_adopting_again_is_refused_with_what_would_change(copy, chinook_file):
    views = copy.root / "app" / "features" / "chinook" / "views.py"
    original = views.read_text()
    views.write_text(original + "\n\nMINE = 1\n")

    again = copy.adopt(f"sqlite:///{chinook_file}", "--name", "chinook")
    kept = views.read_text()
    forced = copy.adopt(f"sqlite:///{chinook_file}", "--name", "chinook", "--force")

    assert again.returncode == 1
    assert "With --force, these files change:\n  app/features/chinook/views.py (" in again.stderr
    assert "MINE" in kept
    assert forced.returncode == 0
    assert views.read_text() == original


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Chinook", "cannot be the name"),
        ("2fast", "cannot be the name"),
        ("class", "cannot be the name"),
        ("test", "cannot be the name"),
        ("../up", "cannot be the name"),
        ("", "cannot be the name"),
        ("todo", "was not adopted"),
        ("api", "has pages under /api/"),
    ],
)
def test_name_that_cannot_be_used_is_refused(app, name, message):
    done = app.test_cli_runner().invoke(args=["adopt", "sqlite:///missing.sqlite", "--name", name])

    assert done.exit_code == 1
    assert message in done.output


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "not a database URL"),
        ("sqlite:///missing.sqlite", "There is no file"),
        ("mysql://localhost/shop", "no driver for 'mysql'"),
        ("postgresql://me:hidden-word@127.0.0.1:1/shop", "Connection refused"),
    ],
)
def test_database_that_cannot_be_read_is_refused(app, url, message):
    done = app.test_cli_runner().invoke(args=["adopt", url, "--name", "shop"])

    assert done.exit_code == 1
    assert message in done.output
    assert "hidden-word" not in done.output


def test_refusal_writes_nothing(copy, tmp_path):
    make_file(tmp_path / "empty.sqlite", "")

    done = copy.adopt(f"sqlite:///{tmp_path}/empty.sqlite", "--name", "shop")

    assert done.returncode == 1
    assert "There is no table to adopt" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy.root / "app" / "features" / "shop").exists()
    assert "shop" not in copy.read("app", "features", "__init__.py")
    assert "shop" not in copy.read("instance", "databases.json")
