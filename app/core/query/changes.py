"""Adding, changing and deleting rows for a user: the gate's writing side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import Conflict, Forbidden
from app.core.fields import encode_key
from app.core.query.constraints import refusal
from app.core.query.gate import Gate
from app.extensions import db


class Hooks(Protocol):
    """What a view may do around a change; `pre_` may raise, `post_` runs after the commit."""

    def pre_add(self, item: Any) -> None: ...
    def post_add(self, item: Any) -> None: ...
    def pre_update(self, item: Any) -> None: ...
    def post_update(self, item: Any) -> None: ...
    def pre_delete(self, item: Any) -> None: ...
    def post_delete(self, item: Any) -> None: ...


def add_row(gate: Gate, values: Mapping[str, Any], hooks: Hooks) -> Any:
    """Add one row and commit.

    Raises `Forbidden` where the user may not add such a row, `Invalid` with messages by field
    where the database refuses the values.
    """
    gate.require("add")
    row = gate.model()
    _assign(gate, row, values, "add")
    with committed(gate):
        hooks.pre_add(row)
        db.session.add(row)
        db.session.flush()
        _check_still_allowed(gate, row, "add")
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
    _assign(gate, row, values, "edit")
    with committed(gate):
        hooks.pre_update(row)
        db.session.flush()
        _check_still_allowed(gate, row, "edit")
    _forget_derived(row)
    hooks.post_update(row)
    return row


def delete_rows(gate: Gate, rows: Sequence[Any], hooks: Hooks) -> int:
    """Delete rows that `gate.find(keys, "delete")` gave, in constant statements, and commit.

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
        _delete_by_keys(gate.model, keys)
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
    except BaseException:
        db.session.rollback()
        raise


def stale() -> Conflict:
    """The refusal of a change that started from an older version of the record."""
    return Conflict(
        _("Somebody changed this record while you were editing it."), code="stale_version"
    )


def _assign(gate: Gate, row: Any, values: Mapping[str, Any], verb: str) -> None:
    """Set the values; one that the user may not write is refused, not skipped."""
    allowed = gate.fields(verb)
    for name, value in values.items():
        if name in gate.all_fields and (name not in allowed or allowed[name].is_readonly):
            raise Forbidden
        setattr(row, name, value)


def _forget_derived(row: Any) -> None:
    """Read anew, when asked for, the relations that follow a key nobody set: who changed it."""
    mapper: Mapper[Any] = sa.inspect(type(row))
    names = [found.key for found in mapper.relationships if found.viewonly and not found.uselist]
    if names:
        db.session.expire(row, names)


def _check_still_allowed(gate: Gate, row: Any, verb: str) -> None:
    """Refuse a change that moves a row to where the user may not have it."""
    if gate.row_rules and not gate.find([encode_key(row)], verb):
        raise Forbidden


def _delete_by_keys(model: type, keys: Sequence[tuple[Any, ...]]) -> None:
    """Delete by key: first the links in association tables, then the rows.

    The database, not the session, decides what happens to the rows that refer to these: a
    session would load them all and empty their foreign keys.
    """
    mapper: Mapper[Any] = sa.inspect(model)
    for relation in mapper.relationships:
        if relation.secondary is None or relation.viewonly:
            continue
        pairs = [(far, near) for near, far in relation.synchronize_pairs]
        if not {near for _far, near in pairs} <= set(mapper.primary_key):
            # The links name the row by something else than its key; the database decides.
            continue
        positions = [mapper.primary_key.index(near) for _far, near in pairs]
        chosen = [tuple(key[position] for position in positions) for key in keys]
        columns = [far for far, _near in pairs]
        db.session.execute(
            sa.delete(cast("sa.Table", relation.secondary)).where(_in(columns, chosen)),
            bind_arguments={"mapper": mapper},
        )
    statement = sa.delete(model).where(_in(mapper.primary_key, keys))
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _in(columns: Sequence[Any], keys: Sequence[tuple[Any, ...]]) -> Any:
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.tuple_(*columns).in_(keys)
