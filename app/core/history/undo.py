"""Undoing: all that an operation changed is changed back, through the gates, as far as it can be.

What cannot be undone is left as it is and reported: a right that is missing, a row that is gone,
a field that somebody changed since.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _, ngettext

from app.core.errors import Conflict, NotFound
from app.core.history.inverse import Item, Step, batches, inverted, steps_of
from app.core.history.linking import Links
from app.core.history.models import Change, Operation, Source, Verb
from app.core.history.permits import Permits, Refused
from app.core.history.scope import connection_for_history, operation, written_scope
from app.core.history.settling import settle
from app.core.history.subjects import label_of, model_named
from app.core.history.timeline import undone_operations
from app.extensions import db

MAX_CHANGES = 50_000
"""What one request can undo; more is the work of a command."""


@dataclass(frozen=True)
class Failure:
    """Something that could not be undone, and why; of rows that may not be seen only the why."""

    what: str
    title: str
    reason: str
    count: int = 1


@dataclass
class UndoReport:
    """What came of undoing an operation."""

    operation_id: uuid.UUID
    undo_id: uuid.UUID | None = None
    """The operation that undid it, which can be undone in its turn; None where nothing was."""
    done: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(failure.count for failure in self.failures)


def undo_operation(operation_id: uuid.UUID, views: Mapping[type, Any]) -> UndoReport:
    """Undo what the user may undo of an operation, and commit.

    Raises `NotFound` where there is nothing in it that the user may see, and `Conflict` where it
    was undone before. `views` are the model views by model, for their `pre_delete`.
    """
    done = db.session.get(Operation, operation_id)
    changes = db.session.scalars(
        sa.select(Change)
        .where(Change.operation_id == operation_id)
        .order_by(Change.id)
        .limit(MAX_CHANGES + 1)
    ).all()
    models = {name: model_named(name) for name in {change.model for change in changes}}
    known = {name: model for name, model in models.items() if model is not None}
    seen = [change for change in changes if change.model in known]
    permits = Permits(done, known, seen, views)
    if done is None or not any(permits.sees(change) for change in seen):
        raise NotFound
    if done.is_final:
        raise Conflict(_("What was deleted for good cannot be brought back."), code="final")
    if undone_operations([operation_id]):
        raise Conflict(_("This was undone before."), code="undone_before")
    if len(changes) > MAX_CHANGES:
        raise Conflict(_("This changed too many records to be undone at once."))
    report = UndoReport(operation_id)
    with operation("undo", Source.UNDO, undoes_id=operation_id) as undo_id:
        _undo(seen, known, permits, report)
        if report.done:
            report.undo_id = undo_id
            db.session.commit()
        else:
            db.session.rollback()
    # The statements have passed by what the session holds.
    db.session.expire_all()
    return report


def _undo(
    changes: Sequence[Change], models: Mapping[str, type], permits: Permits, report: UndoReport
) -> None:
    """Undo the changes, the newest first, and write down what was done."""
    db.session.flush()
    written_scope(db.session())
    refused, links = Refused(), Links()
    done: list[tuple[Step, Item]] = []
    waiting: list[tuple[Step, type, list[Item]]] = []
    for batch in batches(changes):
        for step, model, group in steps_of(batch, models):
            waiting.append((step, model, _permitted(step, model, group, permits, refused)))
        waiting = _settle(waiting, permits, refused, links, done)
    refused.reasons = [
        (change, reason)
        for change, reason in refused.reasons
        if not _is_undone_elsewhere(models[change.model], change, links)
    ]
    for item, count in links.make():
        reason = ngettext(
            "A record that it was linked to is gone.",
            "%(num)d records that it was linked to are gone.",
            count,
        )
        refused.add(item.change, reason)
    for item, reason in refused.later:
        refused.add(item.change, reason)
    report.failures = _failures(refused, permits)
    report.done = len(done)
    if done:
        scope = written_scope(db.session())
        rows = [{"operation_id": scope.id, **_written(step, item)} for step, item in done]
        connection_for_history(db.session()).execute(Change.__table__.insert(), rows)


def _is_undone_elsewhere(model: type, change: Change, links: Links) -> bool:
    """Both rows of a link have a change; where one of them is undone, the link is."""
    found = next(inverted(model, [change]))[1] if change.verb is Verb.EDIT else None
    return found is not None and links.covers(model, found)


def _permitted(
    step: Step, model: type, changes: Sequence[Change], permits: Permits, refused: Refused
) -> list[Item]:
    items = []
    for change, item in inverted(model, changes):
        if item is None:
            refused.add(change, _("The fields have changed since then."))
        elif permits.allows(step, item, refused):
            items.append(item)
    return items


def _settle(
    waiting: list[tuple[Step, type, list[Item]]],
    permits: Permits,
    refused: Refused,
    links: Links,
    done: list[tuple[Step, Item]],
) -> list[tuple[Step, type, list[Item]]]:
    """Do all steps, those that were refused again as long as others succeed; give the rest."""
    while waiting:
        before, rest = len(done), []
        refused.later.clear()
        for step, model, items in waiting:
            known = len(refused.later)
            settled = settle(step, model, items, permits, refused)
            links.take(model, settled)
            done += [(step, item) for item in settled]
            left = [item for item, _reason in refused.later[known:]]
            if left:
                rest.append((step, model, left))
        waiting = rest
        if len(done) == before:
            break
    return waiting


def _failures(refused: Refused, permits: Permits) -> list[Failure]:
    """The refusals that the user may read; those of hidden rows are only counted."""
    found, hidden = [], 0
    for change, reason in refused.reasons:
        if permits.sees(change) and change.id not in refused.hidden:
            title = change.row_title or f"#{change.row_key}"
            found.append(Failure(label_of(change.model), title, reason))
        elif permits.sees(change):
            hidden += 1
    if hidden:
        found.append(Failure("", "", _("They are gone, or you may not do this."), hidden))
    return found


def _written(step: Step, item: Item) -> dict[str, Any]:
    """The change that undoing was, as the history keeps it."""
    change = item.change
    verb = {Step.INSERT: Verb.ADD, Step.UPDATE: Verb.EDIT, Step.DELETE: Verb.DELETE}[step]
    links = {*item.link, *item.unlink}
    old, new = change.before or {}, change.after or {}
    before = {name: new[name] for name in item.values if name in new}
    after = {name: old[name] for name in item.values if name in old}
    if step is Step.DELETE:
        before = {**new, **item.origin}
    for name in links:
        if step is not Step.INSERT:
            before[name] = item.unlink.get(name, [])
        if step is not Step.DELETE:
            after[name] = item.link.get(name, [])
    return {
        "model": change.model,
        "row_key": change.row_key,
        "row_title": change.row_title,
        "verb": verb,
        "row_version": _version_after(step, item),
        "before": before if step is not Step.INSERT else None,
        "after": after if step is not Step.DELETE else None,
    }


def _version_after(step: Step, item: Item) -> int | None:
    """The version that the row has once the step is done, where it has any."""
    if step is Step.INSERT:
        return (item.change.row_version or 0) + 1
    if item.version is None or step is Step.DELETE:
        return item.version
    return item.version + 1
