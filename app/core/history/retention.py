"""What leaves the history again: what is older than it has to be, and personal data."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import ngettext

from app.core.clock import now
from app.core.history.columns import is_recorded
from app.core.history.models import Change, Operation
from app.core.query.gate import gates
from app.core.signals import announce
from app.extensions import db

BATCH = 10_000
"""Changes of one transaction, so that nobody waits long for a lock."""

_change: Any = Change.__table__
_operation: Any = Operation.__table__


def erase_history(model: type, key: str) -> int:
    """Empty all that was kept of a row's values, in this transaction; gives the number of changes.

    That something was changed, when and by whom stays. Rows that name the erased one, such as the
    key of a link, keep it: a key is no personal data.
    """
    where = (_change.c.model == model.__name__, _change.c.row_key == key)
    emptied = {name: sa.null() for name in ("before", "after", "row_title")}
    done: Any = _run(sa.update(_change).where(*where).values(emptied))
    announce(
        "history-erased", target=(model.__name__, key, f"#{key}"), details={"rows": done.rowcount}
    )
    return int(done.rowcount)


def history_days(model: type | None) -> int:
    """For how many days the changes of a model are kept; 0 means for ever."""
    default: int = current_app.config["BUREAU_HISTORY_DAYS"]
    days: int | None = getattr(model, "__history_days__", None)
    return default if days is None else days


def prune_history(moment: datetime.datetime | None = None) -> int:
    """Delete the changes that are older than they have to be, and commit; gives their number."""
    moment = moment or now()
    named = _models_by_days()
    own = [name for names in named.values() for name in names]
    count = 0
    for days, names in named.items():
        count += _prune(_change.c.model.in_(names), days, moment)
    # The default holds for all others, among them models that exist no more.
    count += _prune(_change.c.model.not_in(own), history_days(None), moment)
    _forget_empty_operations(moment)
    if count:
        announce("history-pruned", details={"rows": count}, stands_alone=True)
    return count


@click.command("prune-history")
@with_appcontext
def prune_history_command() -> None:
    """Delete the history that is older than its model, or BUREAU_HISTORY_DAYS, says."""
    count = prune_history()
    click.echo(ngettext("%(num)d change deleted.", "%(num)d changes deleted.", count))


def _models_by_days() -> dict[int, list[str]]:
    """The names of the models that say for how long, by days."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    mappers = {*Operation.registry.mappers, *(sa.inspect(model) for model in gates())}
    for mapper in mappers:
        if getattr(mapper.class_, "__history_days__", None) is not None and is_recorded(
            mapper.class_
        ):
            found[history_days(mapper.class_)].append(mapper.class_.__name__)
    return found


def _prune(chosen: Any, days: int, moment: datetime.datetime) -> int:
    if days <= 0:
        return 0
    old = sa.select(_operation.c.id).where(_operation.c.at < moment - datetime.timedelta(days=days))
    batch = sa.select(_change.c.id).where(chosen, _change.c.operation_id.in_(old)).limit(BATCH)
    count = 0
    while True:
        done: Any = _run(sa.delete(_change).where(_change.c.id.in_(batch)))
        db.session.commit()
        count += done.rowcount
        if done.rowcount < BATCH:
            return count


def _forget_empty_operations(moment: datetime.datetime) -> None:
    """Delete operations without a change; one of today may still be waiting for its first."""
    still_there = sa.select(_change.c.id).where(_change.c.operation_id == _operation.c.id).exists()
    is_old = _operation.c.at < moment - datetime.timedelta(days=1)
    _run(sa.delete(_operation).where(is_old, ~still_there))
    db.session.commit()


def _run(statement: Any) -> Any:
    return db.session.execute(statement, bind_arguments={"mapper": Operation.__mapper__})
