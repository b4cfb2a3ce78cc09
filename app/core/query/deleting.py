"""Deleting rows by their keys, in constant statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from app.core.fields import holds_one_of
from app.core.history.cascades import write_deletions
from app.core.history.statements import RECORDED
from app.extensions import db


def delete_by_keys(model: type, keys: Sequence[tuple[Any, ...]]) -> None:
    """Delete by key: first the links in association tables, then the rows.

    The database, not the session, decides what happens to the rows that refer to these: a
    session would load them all and empty their foreign keys.
    """
    mapper: Mapper[Any] = sa.inspect(model)
    is_chosen = holds_one_of(mapper.primary_key, keys)
    # Before the links go, because the history of a row says what it was linked to.
    write_deletions(db.session(), {mapper: [is_chosen]})
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
            sa.delete(cast("sa.Table", relation.secondary)).where(holds_one_of(columns, chosen)),
            bind_arguments={"mapper": mapper},
        )
    options = {"synchronize_session": False, RECORDED: True}
    db.session.execute(sa.delete(model).where(is_chosen), execution_options=options)
