"""`flask purge-trash`: empties the trash of what has been in it long enough."""

from __future__ import annotations

from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from app.core.clock import now
from app.core.fields import fields_of
from app.core.history.models import Source
from app.core.history.scope import operation
from app.core.models import Model
from app.core.query.trashing import expired_keys, purge
from app.core.signals import announce
from app.core.trash import Trashable, expiry_limit
from app.extensions import db

BATCH = 1_000


@click.command("purge-trash")
@with_appcontext
def purge_trash() -> None:
    """Delete for good what has been in the trash for longer than its model allows."""
    for model in trashable_models():
        done, kept = purge_expired(model)
        if done:
            details = {"rows": done}
            subject = (model.__name__, None, model.__name__)
            announce("trash-emptied", target=subject, details=details, stands_alone=True)
        if done or kept:
            note = f"; {kept} kept, because other records refer to them" if kept else ""
            click.echo(f"{model.__name__}: {done} deleted for good{note}.")


def trashable_models() -> Iterator[type]:
    """The models with a trash, those first that refer to others."""
    tables = Model.metadata.sorted_tables
    models = {mapper.local_table: mapper.class_ for mapper in Model.registry.mappers}
    for table in reversed(tables):
        model = models.get(table)
        if model is not None and issubclass(model, Trashable):
            yield model


def purge_expired(model: type) -> tuple[int, int]:
    """Purge what is due of one model, some at a time; gives how many went and how many stayed."""
    before = expiry_limit(model, now())
    if before is None:
        return 0, 0
    done, last, kept = 0, 0, 0
    while keys := expired_keys(model, before, BATCH, after=last):
        with operation("purge-trash", Source.COMMAND):
            refused = purge(model, keys, fields_of(model))
            if len(refused) < len(keys):
                db.session.commit()
            else:
                db.session.rollback()
        done, kept, last = done + len(keys) - len(refused), kept + len(refused), keys[-1][0]
    return done, kept
