"""What tells one statement from another: by it, what the database has answered is found again.

Writing a statement as SQL takes longer than asking the cache, so the text of each shape of
statement is worked out once; after that only the values count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import LoaderCriteriaOption
from sqlalchemy.sql.util import find_tables

from app.core.changes import tag_of
from app.core.kept import Kept

MAX_SHAPES = 1_000
FOREIGN_SECONDS = 5
"""How long an answer about tables is kept that other programs change without a word."""
CHANGING = re.compile(
    r"\b(clock_timestamp|date|datetime|julianday|nextval|now|random|statement_timestamp|strftime"
    r"|sysdate|time|timeofday|transaction_timestamp|unixepoch)\s*\("
    r"|\b(current_(date|time|timestamp)|localtime|localtimestamp)\b",
    re.IGNORECASE,
)
"""Functions that may give something else the next time, with the tables as they were."""


@dataclass(frozen=True)
class Fingerprint:
    """A statement with its values, as a key, and the tags of the tables that it reads."""

    key: str
    tags: frozenset[str]
    is_ours: bool
    """Whether only Bureau writes these tables; those of an adopted database have other writers."""

    def seconds(self, ours: int) -> int:
        """How long an answer is kept: for `ours`, or only for moments where others may write."""
        return ours if self.is_ours else FOREIGN_SECONDS


@dataclass(frozen=True)
class _Shape:
    digest: bytes
    places: tuple[int, ...]
    """Which of the statement's values the SQL has; others are of options that do not concern it."""
    tags: frozenset[str]
    is_ours: bool
    is_steady: bool
    """Whether its answer depends on nothing but its values and its tables."""


_shapes: Kept[_Shape] = Kept(MAX_SHAPES)


def fingerprint_of(
    statement: sa.Select[Any], dialect: sa.Dialect, rules: sa.Select[Any] | None = None
) -> Fingerprint | None:
    """The fingerprint of a statement; None where what it gives must not be kept.

    `rules` is the statement that it was made from by choosing other columns, which hides the
    options with the rules for related rows.

    The statement with its rules for rows is what is told apart, and so what different people may
    see of the same list.
    """
    # SQLAlchemy's own cache of compiled statements is asked with the same key.
    found = statement._generate_cache_key()
    if found is None:
        return None
    place = (dialect.name, found.key, rules is not None)

    def make() -> _Shape:
        read = tables_in(statement) | (tables_in(rules) if rules is not None else frozenset())
        return _shape_of(statement, dialect, found.bindparams, read)

    shape = _shapes.get(place, make)
    values = repr([found.bindparams[place].effective_value for place in shape.places])
    # An object without a text of its own shows where it is in memory, where others will be later.
    if not shape.is_steady or " object at 0x" in values:
        return None
    digest = hashlib.blake2b(shape.digest, digest_size=20)
    digest.update(values.encode("utf-8", "backslashreplace"))
    return Fingerprint(digest.hexdigest(), shape.tags, shape.is_ours)


def tables_in(statement: sa.Select[Any]) -> frozenset[str]:
    """The tags of all tables that a statement reads, in whatever part of it."""
    found = set(_tables(statement))
    # Rules for rows of related models come as options, and may ask further tables.
    rules: list[Any] = [*rules_in(statement)]
    while used := [rule for rule in rules if found & set(rule.entity.mapper.tables)]:
        rules = [rule for rule in rules if rule not in used]
        for rule in used:
            found.update(_tables(rule.where_criteria))
    return frozenset(map(tag_of, found))


def rules_in(statement: sa.Select[Any]) -> Sequence[LoaderCriteriaOption]:
    """The rules that a statement bears as options, for rows of related models."""
    options: Iterable[Any] = getattr(statement, "_with_options", ())
    found = (option for option in options if isinstance(option, LoaderCriteriaOption))
    return [rule for rule in found if rule.entity is not None]


def _shape_of(
    statement: sa.Select[Any],
    dialect: sa.Dialect,
    parameters: Sequence[sa.BindParameter[Any]],
    tags: frozenset[str],
) -> _Shape:
    compiled: Any = statement.compile(dialect=dialect)
    text = str(compiled)
    used = {parameter.key for parameter in compiled.bind_names}
    places = [number for number, found in enumerate(parameters) if found.key in used]
    # Tables of one name may stand in several databases, which only their tags tell apart.
    digest = hashlib.blake2b("\0".join([text, *sorted(tags)]).encode()).digest()
    is_ours = all(table.metadata.info.get("bind_key") is None for table in _tables(statement))
    is_steady = CHANGING.search(text) is None
    return _Shape(digest, tuple(places), tags, is_ours, is_steady)


def _tables(clause: Any) -> Iterator[sa.Table]:
    find: Callable[..., list[Any]] = find_tables
    found = find(
        clause,
        check_columns=True,
        include_aliases=True,
        include_joins=True,
        include_selects=True,
    )
    named = (table.element if isinstance(table, sa.Alias) else table for table in found)
    return (table for table in named if isinstance(table, sa.Table))
