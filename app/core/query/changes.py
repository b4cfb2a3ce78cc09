"""Adding, changing and deleting rows for a user: the gate's writing side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import CircularDependencyError, DataError, IntegrityError
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.exc import StaleDataError

from app.core.clock import now
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.fields import decode_key, encode_key, holds_one_of
from app.core.models import Model
from app.core.once import Ticket
from app.core.query.constraints import FORM, refusal
from app.core.query.deleting import delete_by_keys
from app.core.query.gate import Gate
from app.core.query.trashing import move_to_trash
from app.core.trash import is_trashable
from app.extensions import db

STALE = "stale_version"


class Hooks(Protocol):
    """What a view may do around a change; `pre_` may raise, `post_` runs after the commit."""

    def pre_add(self, item: Any) -> None: ...
    def post_add(self, item: Any) -> None: ...
    def pre_update(self, item: Any) -> None: ...
    def post_update(self, item: Any) -> None: ...
    def pre_delete(self, item: Any) -> None: ...
    def post_delete(self, item: Any) -> None: ...


def add_row(
    gate: Gate, values: Mapping[str, Any], hooks: Hooks, *, ticket: Ticket | None = None
) -> Any:
    """Add one row and commit; with a ticket, only if nobody has added it with the same one.

    Raises `Forbidden` where the user may not add such a row, `Invalid` with messages by field
    where the database refuses the values, and `Repeated` where the row is there already.
    """
    gate.require("add")
    row = gate.model()
    assign(gate, row, values, "add")
    with committed(gate):
        if ticket is not None:
            ticket.claim()
        hooks.pre_add(row)
        db.session.add(row)
        db.session.flush()
        _check_still_allowed(gate, row, "add")
        if ticket is not None:
            ticket.settle(encode_key(row))
    hooks.post_add(row)
    return row


def change_row(
    gate: Gate, row: Any, values: Mapping[str, Any], hooks: Hooks, *, version: int | None = None
) -> Any:
    """Change one row that `gate.get(key, "edit")` gave, and commit.

    Raises `Conflict` where `version`, the version that the user started from, is no longer the
    row's.
    """
    gate.require("edit")
    if version is not None and version != getattr(row, "version", version):
        raise stale()
    with db.session.no_autoflush:
        # What refuses the first value must not leave the session in the middle of the others.
        assign(gate, row, values, "edit")
    with committed(gate):
        hooks.pre_update(row)
        count_links(row)
        db.session.flush()
        _check_still_allowed(gate, row, "edit")
    forget_derived(row)
    hooks.post_update(row)
    return row


def delete_rows(gate: Gate, rows: Sequence[Any], hooks: Hooks) -> int:
    """Delete rows that `gate.find(keys, "delete")` gave, in constant statements, and commit.

    A model that says so has a trash, where they go instead.
    Raises `Conflict` where other records still refer to one of them; then none is deleted.
    """
    gate.require("delete")
    if not rows:
        return 0
    for row in rows:
        hooks.pre_delete(row)
    keys = [sa.inspect(row).identity for row in rows]
    with committed(gate, deleting=True):
        db.session.flush()
        if is_trashable(gate.model):
            move_to_trash(gate.model, keys)
        else:
            delete_by_keys(gate.model, keys)
    for row in rows:
        hooks.post_delete(row)
    return len(rows)


@contextmanager
def committed(gate: Gate, *, deleting: bool = False) -> Iterator[None]:
    """Commit at the end of the block, or undo all of it.

    Raises `Invalid` with messages by field where the database refuses the values, and `Conflict`
    where somebody else was faster.
    """
    try:
        yield
        db.session.commit()
    except (IntegrityError, DataError) as error:
        db.session.rollback()
        raise refusal(error, gate.all_fields, deleting=deleting) from error
    except StaleDataError as error:
        db.session.rollback()
        raise stale() from error
    except CircularDependencyError as error:
        db.session.rollback()
        message = _("A record cannot depend on itself. Choose another one.")
        raise Invalid(errors={FORM: [message]}) from error
    except BaseException:
        db.session.rollback()
        raise


def stale() -> Conflict:
    """The refusal of a change that started from an older version of the record."""
    return Conflict(_("Somebody changed this record while you were editing it."), code=STALE)


def lock_unversioned(model: type, *keys: str) -> None:
    """Lock rows without a version before they are compared with what a form started from.

    Rows of ours need no lock: the version is compared by the statement that changes them.
    """
    if keys and sa.inspect(model).version_id_col is None:
        lock(model, *keys)


def lock(model: type, *keys: str) -> None:
    """Let nobody else change rows until this transaction ends; what is not there is not locked."""
    mapper: Mapper[Any] = sa.inspect(model)
    identities = [decode_key(model, key) for key in keys]
    chosen = holds_one_of(mapper.primary_key, identities)
    first = mapper.primary_key[0]
    if db.session.get_bind(mapper).dialect.name == "sqlite":
        # SQLite locks no rows: a write that changes nothing takes the lock of the database.
        nothing = sa.update(cast("sa.Table", mapper.local_table)).values({first.key: first})
        db.session.execute(nothing.where(chosen), bind_arguments={"mapper": mapper})
    else:
        # In one order, so that two who lock the same rows do not wait for each other.
        locking = sa.select(first).where(chosen).order_by(*mapper.primary_key).with_for_update()
        db.session.execute(locking, bind_arguments={"mapper": mapper})
    for identity in identities:
        known = db.session.identity_map.get(mapper.identity_key_from_primary_key(identity))
        if known is not None:
            db.session.expire(known)


def assign(gate: Gate, row: Any, values: Mapping[str, Any], verb: str) -> None:
    """Set the values; one that the user may not write is refused, not skipped."""
    allowed = gate.fields(verb)
    for name, value in values.items():
        if name in gate.all_fields and (name not in allowed or allowed[name].is_readonly):
            raise Forbidden
        setattr(row, name, value)


def count_links(row: Any) -> None:
    """Let a link to another row, made or taken away, be a new version of the record too."""
    if isinstance(row, Model) and db.session.is_modified(row):
        row.updated_at = now()


def forget_derived(row: Any) -> None:
    """Read anew, when asked for, the relations that follow a key nobody set: who changed it."""
    mapper: Mapper[Any] = sa.inspect(type(row))
    names = [found.key for found in mapper.relationships if found.viewonly and not found.uselist]
    if names:
        db.session.expire(row, names)


def _check_still_allowed(gate: Gate, row: Any, verb: str) -> None:
    """Refuse a change that moves a row to where the user may not have it."""
    if gate.row_rules and not gate.find([encode_key(row)], verb):
        raise Forbidden
