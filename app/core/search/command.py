"""`flask index`: makes the indexes that the search boxes and the pickers are quick by."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy import Connection

from app.core.fields import fields_of, title_attributes
from app.core.query.gate import gates
from app.core.search.condition import is_plain_text, language_of, name_in_table
from app.core.search.fts import forget_indexes
from app.core.search.indexes import (
    IndexRefused,
    KeyRefused,
    create_search_index,
    drop_search_index,
    missing_columns,
)
from app.extensions import db


@dataclass(frozen=True)
class Searched:
    """A table that is searched, and by which of its columns."""

    model: type
    columns: tuple[str, ...]

    @property
    def table(self) -> sa.Table:
        """The table of the model."""
        table: sa.Table = sa.inspect(self.model).local_table
        return table

    @property
    def languages(self) -> dict[str, str]:
        """The columns in which words of a language are searched, with the language."""
        found = {name: language_of(self.table.columns[name]) for name in self.columns}
        return {name: language for name, language in found.items() if language is not None}

    @property
    def bind(self) -> str | None:
        """The adopted database that the table is in; None for Bureau's own."""
        found: str | None = self.table.metadata.info.get("bind_key")
        return found


@click.command("index")
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@click.option("--check", is_flag=True, help="Only say what is missing; exit with 1 if anything is.")
@click.option("--drop", is_flag=True, help="Remove the indexes.")
@with_appcontext
def index(names: Sequence[str], *, check: bool, drop: bool) -> None:
    """Make the indexes of the search for these models or tables, or for all of them."""
    missing = False
    for searched in _named(names):
        if searched.bind is not None:
            click.echo(f"{searched.table.fullname}: adopted, and so left to its owner.")
            continue
        try:
            with _connection() as connection:
                if drop:
                    _drop(connection, searched)
                elif check:
                    missing |= _say_missing(connection, searched)
                else:
                    _create(connection, searched)
        except IndexRefused as error:
            if names or not isinstance(error, KeyRefused):
                raise click.ClickException(str(error)) from error
            click.echo(str(error))
    forget_indexes()
    if missing:
        raise SystemExit(1)


def searched_tables() -> list[Searched]:
    """Every table that somebody can search or pick from, with its text columns."""
    found: dict[type, dict[str, None]] = {}
    for model, gate in gates().items():
        for name in (*gate.search_names, *title_attributes(model)):
            relation, _dot, column = name.rpartition(".")
            owner = fields_of(model)[relation].target if relation else model
            if owner is not None:
                found.setdefault(owner, {})[column] = None
        for field in gate.all_fields.values():
            if field.target is not None:
                found.setdefault(field.target, {}).update(
                    dict.fromkeys(title_attributes(field.target))
                )
    listed = (Searched(model, _columns(model, list(names))) for model, names in found.items())
    return sorted((one for one in listed if one.columns), key=lambda one: one.table.fullname)


def _columns(model: type, names: Sequence[str]) -> tuple[str, ...]:
    """What the table calls those of these attributes that are texts of its own."""
    attributes: list[Any] = [getattr(model, name) for name in names]
    texts = (name_in_table(found) for found in attributes if is_plain_text(found))
    own: Any = sa.inspect(model).local_table.columns
    return tuple(dict.fromkeys(name for name in texts if name in own))


def _named(names: Sequence[str]) -> list[Searched]:
    known = searched_tables()
    if not names:
        return known
    chosen = [one for one in known if {one.model.__name__, one.table.fullname} & set(names)]
    found = {text for one in chosen for text in (one.model.__name__, one.table.fullname)}
    unknown = sorted(set(names) - found)
    if unknown:
        raise click.UsageError(f"Nobody searches in: {', '.join(unknown)}.")
    return chosen


@contextmanager
def _connection() -> Iterator[Connection]:
    """PostgreSQL makes an index beside other work only outside of a transaction."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    else:
        with db.engine.begin() as connection:
            yield connection


def _say_missing(connection: Connection, searched: Searched) -> bool:
    names = missing_columns(connection, searched.table.name, searched.columns)
    for name in names:
        click.echo(f"{searched.table.name}.{name}: no index")
    return bool(names)


def _drop(connection: Connection, searched: Searched) -> None:
    drop_search_index(connection, searched.table.name, searched.columns, concurrently=True)
    click.echo(f"{searched.table.name}: no index any more")


def _create(connection: Connection, searched: Searched) -> None:
    table = searched.table.name
    missing = missing_columns(connection, table, searched.columns)
    if not missing:
        click.echo(f"{table}: {', '.join(searched.columns)}: there already")
        return
    began = time.monotonic()
    create_search_index(
        connection, table, searched.columns, languages=searched.languages, concurrently=True
    )
    seconds = time.monotonic() - began
    click.echo(f"{table}: {', '.join(missing)}: made in {seconds:.1f} s")
