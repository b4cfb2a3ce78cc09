"""What leaves the outbox again: events that were delivered or cancelled long enough ago."""

from __future__ import annotations

import datetime
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import ngettext

from app.core.clock import now
from app.core.outbox.models import OutboxEvent
from app.extensions import db

BATCH = 1_000
"""Events of one transaction, so that no delivery waits long for them."""

_events: Any = OutboxEvent.__table__


def prune_some(moment: datetime.datetime | None = None) -> int:
    """Delete one batch of what has ended too long ago, and commit; gives how many went.

    What waits, is being tried or has failed stays, however old it is.
    """
    days: int = current_app.config["BUREAU_OUTBOX_DAYS"]
    if days <= 0:
        return 0
    before = (moment or now()) - datetime.timedelta(days=days)
    is_over = sa.or_(_events.c.delivered_at < before, _events.c.cancelled_at < before)
    old = sa.select(_events.c.id).where(is_over).limit(BATCH)
    # Asking first keeps the worker from taking the lock of the database for nothing.
    found = [row.id for row in _run(old)]
    if found:
        _run(sa.delete(_events).where(_events.c.id.in_(found)))
        db.session.commit()
    else:
        db.session.rollback()
    return len(found)


def prune_outbox(moment: datetime.datetime | None = None) -> int:
    """Delete all that has ended too long ago, some at a time; gives how many went."""
    count = 0
    while found := prune_some(moment):
        count += found
    return count


@click.command("prune-outbox")
@with_appcontext
def prune_outbox_command() -> None:
    """Delete the events that have ended more than BUREAU_OUTBOX_DAYS days ago."""
    count = prune_outbox()
    click.echo(ngettext("%(num)d event deleted.", "%(num)d events deleted.", count))


def _run(statement: Any) -> sa.Result[Any]:
    return db.session.execute(statement, bind_arguments={"mapper": sa.inspect(OutboxEvent)})
