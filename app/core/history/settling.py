"""Does one step of undoing to many rows of a model: all that allow it, the others are reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError

from app.core.errors import BureauError
from app.core.history.columns import origin_columns
from app.core.history.inverse import Item, Step, in_order_of_links
from app.core.history.linking import extra_links
from app.core.history.permits import Permits, Refused
from app.core.history.rewriting import (
    Current,
    current_rows,
    delete,
    insert,
    kept_out,
    referred_to,
    same,
    update,
)
from app.core.history.subjects import seen_fields, sees_every_row
from app.core.history.values import to_stored
from app.core.models import current_user_id
from app.core.query.constraints import refusal
from app.core.query.gate import Gate
from app.core.trash import DELETED_AT
from app.extensions import db

MAX_ALONE = 100
"""Refused rows that are looked for one by one; after these, the rest is refused together."""


def settle(
    step: Step, model: Any, items: Sequence[Item], permits: Permits, refused: Refused
) -> list[Item]:
    """Do the step to the rows, and give those that it was done to."""
    if not items:
        return []
    gate = permits.gates[model.__name__]
    if step is Step.INSERT:
        return _insert(gate, items, refused)
    verb = "delete" if step is Step.DELETE else "edit"
    current = current_rows(gate, verb, items)
    ready = [item for item in items if _is_as_it_was(gate, step, item, current, refused)]
    if step is Step.UPDATE:
        return _update(gate, ready, refused)
    return _delete(gate, ready, permits.views.get(model), refused)


def _insert(gate: Gate, items: Sequence[Item], refused: Refused) -> list[Item]:
    there = current_rows(gate, "add", items)
    ready = []
    for item in items:
        if item.key in there:
            hidden = not there[item.key].is_readable
            refused.add(item.change, _("It is there again."), is_hidden=hidden)
        else:
            ready.append(item)

    ordered = in_order_of_links(gate.model, ready)
    return _try(gate, "add", ordered, lambda some: insert(gate.model, some), refused)


def _update(gate: Gate, items: Sequence[Item], refused: Refused) -> list[Item]:
    for item in items:
        if DELETED_AT in item.values and hasattr(gate.model, "deleted_by_id"):
            is_back = item.values[DELETED_AT] is None
            item.values["deleted_by_id"] = None if is_back else current_user_id()

    return _try(gate, "edit", items, lambda some: update(gate.model, some), refused)


def _delete(gate: Gate, items: Sequence[Item], view: Any, refused: Refused) -> list[Item]:
    named, linked = referred_to(gate.model, items), extra_links(gate.model, items)
    ready = []
    for item in items:
        if item.key in named:
            refused.later.append((item, _("Other records refer to it by now.")))
        elif item.key in linked:
            refused.later.append((item, _("It was linked to other records since then.")))
        else:
            ready.append(item)
    ready = _ask_view(gate, ready, view, refused)
    return _try(gate, "", ready, lambda some: delete(gate.model, some), refused)


def _ask_view(gate: Gate, items: Sequence[Item], view: Any, refused: Refused) -> list[Item]:
    """Let the view's `pre_delete` refuse, where it has one."""
    hook: Callable[[Any], None] | None = getattr(view, "pre_delete", None)
    if hook is None:
        return list(items)
    rows = {sa.inspect(row).identity: row for row in gate.find([item.key for item in items])}
    ready = []
    for item in items:
        row = rows.get(item.identity)
        try:
            if row is not None:
                hook(row)
        except BureauError as error:
            refused.add(item.change, str(error))
        else:
            ready.append(item)
    # The rows go by statements; the session must not keep what the hook has read.
    for row in rows.values():
        db.session.expunge(row)
    return ready


def _is_as_it_was(
    gate: Gate, step: Step, item: Item, current: dict[str, Current], refused: Refused
) -> bool:
    """Whether the row is there, the user's to change, and as the operation left it.

    Of an edit, only the fields that were changed again are taken out.
    """
    row = current.get(item.key)
    if row is None or not row.is_readable:
        is_hidden = row is not None or not sees_every_row(gate)
        refused.add(item.change, _("It is not there any more."), is_hidden=is_hidden)
        return False
    item.version = row.version
    for column in origin_columns(gate.model) if step is Step.DELETE else ():
        item.origin[column.name] = to_stored(column.kind, row.values[column.name])
    if not row.is_allowed:
        refused.add(item.change, _("You may not change this record."))
        return False
    changed = [
        name
        for name, value in item.expected.items()
        if not same(gate.model.__mapper__.columns[name], row.values[name], value)  # type: ignore[attr-defined]
    ]
    if not changed:
        return True
    if step is Step.DELETE:
        refused.add(item.change, _("It was changed since then."))
        return False
    for name in changed:
        item.values.pop(name, None)
        item.expected.pop(name)
    refused.add(item.change, _say_changed(gate, changed))
    return bool(item.values or item.link or item.unlink)


def _say_changed(gate: Gate, names: Sequence[str]) -> str:
    seen = seen_fields(gate)
    labels = [str(seen[name].label) for name in names if name in seen]
    if not labels:
        return _("It was changed since then.")
    fields = ", ".join(dict.fromkeys(labels))
    return _("Somebody has changed this since then: %(fields)s.", fields=fields)


def _try(
    gate: Gate,
    verb: str,
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], None],
    refused: Refused,
) -> list[Item]:
    """Do the work on all at once; where that is refused, on each half, down to single rows."""
    waiting: list[list[Item]] = [list(items)] if items else []
    connection = db.session.connection(bind_arguments={"mapper": sa.inspect(gate.model)})
    done: list[Item] = []
    alone = 0
    while waiting:
        some = waiting.pop()
        savepoint = connection.begin_nested()
        try:
            work(some)
            out = kept_out(gate, verb, some) if verb else set()
        except BureauError:
            # What is refused as a whole, such as a change of rights, ends the undoing.
            savepoint.rollback()
            raise
        except (IntegrityError, DataError) as error:
            savepoint.rollback()
            if len(some) > 1 and alone < MAX_ALONE:
                half = len(some) // 2
                waiting += [some[half:], some[:half]]
                continue
            alone += 1
            reason = _in_words(gate, error, is_deletion=not verb)
            refused.later += [(item, reason) for item in some]
            continue
        if not out:
            savepoint.commit()
            done += some
            continue
        savepoint.rollback()
        for item in some:
            if item.key in out:
                refused.add(item.change, _("You may not have it like that."), is_hidden=True)
        waiting.append([item for item in some if item.key not in out])
        if not waiting[-1]:
            waiting.pop()
    return done


def _in_words(gate: Gate, error: Any, *, is_deletion: bool) -> str:
    found = refusal(error, gate.all_fields, deleting=is_deletion)
    lines = []
    for name, messages in found.errors.items():
        shown = gate.fields().get(name)
        prefix = f"{shown.label}: " if shown is not None else ""
        lines += [f"{prefix}{message}" for message in messages]
    return " ".join(dict.fromkeys(lines)) or str(found)
