"""What leaves the folder of files again: what no row has needed for long enough."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import ngettext
from sqlalchemy.orm import Mapper

from app.core.clock import now
from app.core.files import store
from app.core.models import Model
from app.core.query.gate import gates
from app.core.types import Upload
from app.extensions import db

LEAST_DAYS = 2
"""A file that was sent with a refused form waits for a day, whatever the setting says."""


def prune_files(moment: datetime.datetime | None = None) -> int:
    """Delete the files that no row refers to, and has not for days; gives how many went.

    Each run marks the files that rows refer to, in the trash or not, so that the days of a file
    begin when it is seen to be needed for the last time. So long, an edit can be undone. Files of
    tables that are not loaded, as of a feature that is switched off, stay.
    """
    days: int = current_app.config["BUREAU_FILES_DAYS"]
    if days <= 0:
        return 0
    tables = set()
    for mapper, names in _columns():
        tables.add(str(getattr(mapper.local_table, "name", "")))
        for key in _keys(mapper, names):
            store.touch(key)
    kept = datetime.timedelta(days=max(days, LEAST_DAYS))
    before = ((moment or now()) - kept).timestamp()
    count = 0
    for path in list(store.unused_since(before)):
        is_known = path.name.partition(".")[2] in tables
        # Looked at again, because an undo may have taken it up meanwhile.
        if (is_known or not store.is_finished(path)) and store.delete_unless_used(path, before):
            count += 1
    return count


@click.command("prune-files")
@with_appcontext
def prune_files_command() -> None:
    """Delete the files that no row has needed for BUREAU_FILES_DAYS days."""
    count = prune_files()
    click.echo(ngettext("%(num)d file deleted.", "%(num)d files deleted.", count))


def _columns() -> Iterator[tuple[Mapper[Any], list[str]]]:
    """The columns of files, by mapper, of all tables that this application has."""
    own = set(Model.metadata.tables.values())
    mappers = {*Model.registry.mappers, *(sa.inspect(model) for model in gates())}
    for mapper in mappers:
        names = [a.key for a in mapper.column_attrs if isinstance(a.columns[0].type, Upload)]
        if names and (mapper.local_table in own or mapper.class_ in gates()):
            yield mapper, names


def _keys(mapper: Mapper[Any], names: list[str]) -> Iterator[str]:
    """The keys of all files that the rows of a model refer to, whoever may see them."""
    for name in names:
        attribute = getattr(mapper.class_, name)
        statement = sa.select(attribute).where(attribute.is_not(None))
        result = db.session.execute(statement.execution_options(yield_per=1000))
        for file in result.scalars():
            yield file.key
