"""Finds the few rows that match a rare word, before a page of them is asked for.

PostgreSQL expects of most words that they are common, and then walks along the order of the list
until a page is full: right for a common word, and a walk through the whole table for a rare one.
So the index is asked first, by itself, for a limited number of keys. What it has found is kept
until a table behind it changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.sql import ColumnElement

from app.core.bounded import TookTooLong, at_most
from app.core.cache import cached
from app.core.query.fingerprint import fingerprint_of
from app.core.search.fts import SHORTEST

FEW = 1_000
"""So many keys are found and given quickly; beyond them a walk meets one soon enough."""
SECONDS = 0.15
"""How long the index may look; after that the word is taken for a common one."""
KEPT_SECONDS = 300
# The only ways left are those that begin with what the indexes find: bitmaps.
BITMAPS_ONLY = dict.fromkeys(("enable_seqscan", "enable_indexscan", "enable_indexonlyscan"), "off")

Keys = tuple[Any, ...]


def few_keys(
    session: Session, model: type, text: str, matching: Callable[[], sa.Select[Any]]
) -> Keys | None:
    """The keys of all rows that a search for `text` finds; None where they are many.

    `matching` makes the statement on the model that selects them.
    """
    mapper: Mapper[Any] = sa.inspect(model)
    dialect = session.get_bind(mapper=mapper).dialect
    # An index finds no word of two letters, and the rows of no key that has several parts.
    is_found = any(len(word) >= SHORTEST for word in text.split()) and len(mapper.primary_key) == 1
    if dialect.name != "postgresql" or not is_found:
        return None
    session.flush()
    matched = matching()
    keys = matched.with_only_columns(mapper.primary_key[0]).limit(FEW + 1)
    found = fingerprint_of(keys, dialect, matched)
    if found is None:
        return None

    def look() -> Keys | None:
        connection = session.connection(bind_arguments={"mapper": mapper})
        try:
            with at_most(connection, SECONDS, BITMAPS_ONLY):
                rows = tuple(connection.execute(keys).scalars())
        except TookTooLong:
            return None
        return rows if len(rows) <= FEW else None

    return cached(f"few:{found.key}", found.tags, look, found.seconds(KEPT_SECONDS))


def is_among(model: type, keys: Keys) -> ColumnElement[bool]:
    """The condition that a row has one of these keys: one parameter, however many there are."""
    mapper: Mapper[Any] = sa.inspect(model)
    column: Any = mapper.primary_key[0]
    listed: Any = sa.bindparam(None, list(keys), type_=sa.ARRAY(column.type))
    found: ColumnElement[bool] = column == sa.any_(listed)
    return found
