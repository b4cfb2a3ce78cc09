import ast
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from app.core.adopt.command import plan_feature
from app.core.adopt.layout import WIDTH
from app.core.adopt.source import parse_url
from app.core.adopt.write_models import write_models
from tests.core.adopt.conftest import make_file

# Any text that SQLite takes for a name; surrogates cannot be stored.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


def test_file_is_what_an_owner_would_write(written):
    models = written(
        """
        CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name VARCHAR(120) NOT NULL);
        CREATE TABLE Album (
            AlbumId INTEGER PRIMARY KEY,
            Title VARCHAR(160),
            ArtistId INTEGER NOT NULL REFERENCES Artist
        );
        """
    )

    assert models == (
        '"""The tables of the adopted database `shop`, as models."""\n'
        "\n"
        "from sqlalchemy import ForeignKey, MetaData, String\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship\n"
        "\n"
        "from app.core.models import Titled\n"
        "\n"
        "\n"
        "class Base(Titled, DeclarativeBase):\n"
        '    """The base of these models, apart from the tables that Bureau migrates."""\n'
        "\n"
        '    metadata = MetaData(info={"bind_key": "shop"})\n'
        "\n"
        "\n"
        "class Album(Base):\n"
        '    """A row of `Album`."""\n'
        "\n"
        '    __tablename__ = "Album"\n'
        "\n"
        '    id: Mapped[int] = mapped_column("AlbumId", primary_key=True)\n'
        '    title: Mapped[str | None] = mapped_column("Title", String(160))\n'
        '    artist_id: Mapped[int] = mapped_column("ArtistId", ForeignKey("Artist.ArtistId"))\n'
        "\n"
        '    artist: Mapped["Artist"] = relationship(back_populates="albums")\n'
        "\n"
        "\n"
        "class Artist(Base):\n"
        '    """A row of `Artist`."""\n'
        "\n"
        '    __tablename__ = "Artist"\n'
        "\n"
        '    id: Mapped[int] = mapped_column("ArtistId", primary_key=True)\n'
        '    name: Mapped[str] = mapped_column("Name", String(120))\n'
        "\n"
        '    albums: Mapped[list["Album"]] = relationship('
        'back_populates="artist", passive_deletes="all")\n'
    )


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("amount DECIMAL(8, 2) DEFAULT 0", "default=0"),
        ("amount DECIMAL(8, 2) DEFAULT 1.50", 'default=Decimal("1.50")'),
        ("size INTEGER NOT NULL DEFAULT -3", "default=-3"),
        ("active BOOLEAN DEFAULT 1", "default=True"),
        ("word VARCHAR(9) DEFAULT 'it''s'", 'default="it\'s"'),
        ("made DATETIME DEFAULT CURRENT_TIMESTAMP", "server_default=FetchedValue()"),
        ("size INTEGER DEFAULT (abs(random()))", "server_default=FetchedValue()"),
        ("code VARCHAR(9) UNIQUE", "unique=True"),
        ("total INTEGER GENERATED ALWAYS AS (id * 2)", 'Computed("id * 2")'),
    ],
)
def test_what_the_database_fills_in_is_said(written, column, expected):
    models = written(f"CREATE TABLE thing (id INTEGER PRIMARY KEY, {column})")

    assert expected in models


@pytest.mark.parametrize(
    "expected",
    [
        "mood: Mapped[Mood] = mapped_column(choice(Mood), default=Mood.SO_SO)",
        "active: Mapped[bool] = mapped_column(default=True)",
        "small: Mapped[int] = mapped_column(SmallInteger, default=3)",
        'share: Mapped[Decimal | None] = mapped_column(Numeric(5, 2), default=Decimal("12.5"))',
        "token: Mapped[UUID] = mapped_column(server_default=FetchedValue())",
        'mapped_column(server_default=FetchedValue(), info={"readonly": True})',
        "level: Mapped[PersonLevel] = mapped_column(choice(PersonLevel), default=PersonLevel.LOW)",
        "raw: Mapped[Any] = mapped_column(JSON, nullable=True)",
        'UniqueConstraint("order_id", "line", "note")',
        'Column("friend_id", ForeignKey("person.id"), primary_key=True)',
        'street: Mapped[str] = mapped_column(Text, comment="Street and number")',
        'SAD = "sad"',
    ],
)
def test_facts_of_postgresql_are_written(nasty_models, expected):
    assert expected in nasty_models


def test_no_line_is_too_long(nasty_models):
    assert max(len(line) for line in nasty_models.splitlines()) <= WIDTH


def test_each_class_has_a_sentence(nasty_models):
    classes = [node for node in ast.parse(nasty_models).body if isinstance(node, ast.ClassDef)]

    assert all((ast.get_docstring(node) or "").endswith(".") for node in classes)


def test_docstring_survives_the_quotes_of_a_comment(nasty_models):
    assert '"""Where \'things\' go; three quotes \'\'\' too."""' in nasty_models


def test_all_that_is_imported_is_used(nasty_models):
    tree = ast.parse(nasty_models)
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    assert imported <= used


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=3, max_size=6, unique_by=str.lower))
def test_any_names_become_code(names):
    table, other, *columns = [name.replace('"', '""') for name in names]
    listed = ", ".join(f'"{name}" TEXT' for name in columns)
    script = (
        f'CREATE TABLE "t{table}" (id INTEGER PRIMARY KEY);'
        f'CREATE TABLE "t{other}" ({listed},'
        f' FOREIGN KEY ("{columns[0]}") REFERENCES "t{table}");'
    )

    with tempfile.TemporaryDirectory() as folder:
        make_file(Path(folder, "any.sqlite"), script)
        url = parse_url("sqlite:///any.sqlite", Path(folder))
        models = write_models(plan_feature(url, "shop", (), frozenset()))

    written = {node.value for node in ast.walk(ast.parse(models)) if isinstance(node, ast.Constant)}
    assert f"t{names[1]}" in written
