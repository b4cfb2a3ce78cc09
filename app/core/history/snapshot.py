"""Rows that are about to change, described in SQL as the history keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapper, RelationshipProperty

from app.core.fields.titles import MAX_TITLE_LENGTH, title_attributes
from app.core.history.columns import (
    RecordedColumn,
    origin_columns,
    recorded_columns,
    recorded_links,
)
from app.core.history.models import Change, Verb
from app.core.history.values import (
    is_key_written_by_sql,
    is_written_by_sql,
    key_expression,
    stored_expression,
)
from app.core.kinds import kind_of_column

NAMES = (
    "operation_id",
    "model",
    "row_key",
    "row_title",
    "verb",
    "row_version",
    "before",
    "after",
)
# A function of a database takes a hundred arguments, and a value here takes two.
MAX_COLUMNS_IN_SQL = 50
_OBJECT = {"postgresql": "jsonb_build_object", "sqlite": "json_object"}


@dataclass(frozen=True)
class Chosen:
    """The rows of one model that meet a condition, and what is about to happen to them."""

    mapper: Mapper[Any]
    verb: Verb
    where: Sequence[Any]
    after: Mapping[str, Any] = field(default_factory=dict)
    """Of an edit: what each recorded column becomes, a value or an expression."""
    version: Any = None
    """The version that the rows will have; the one they have when not given."""

    @property
    def columns(self) -> list[RecordedColumn]:
        """The columns whose values are kept."""
        model: Any = self.mapper.class_
        found = recorded_columns(model)
        if self.verb is Verb.EDIT:
            return [column for column in found if column.name in self.after]
        return [*found, *origin_columns(model)]

    @property
    def links(self) -> Sequence[RelationshipProperty[Any]]:
        """The relations whose linked keys are kept."""
        model: Any = self.mapper.class_
        return () if self.verb is Verb.EDIT else recorded_links(model)

    def rows(self, *selected: Any) -> sa.Select[Any]:
        """Select something of each of these rows."""
        return sa.select(*selected).select_from(self.mapper).where(*self.where)


def can_be_written_by_sql(chosen: Chosen, dialect: Dialect) -> bool:
    """Whether the database writes keys and values exactly as Python does."""
    mapper = chosen.mapper
    keys = [*mapper.primary_key, *(c for r in chosen.links for c in far_columns(r))]
    return (
        dialect.name in _OBJECT
        and len(chosen.columns) + len(chosen.links) <= MAX_COLUMNS_IN_SQL
        and all(is_key_written_by_sql(key, kind_of_column(key), dialect) for key in keys)
        and all(is_written_by_sql(c.column, c.kind, dialect) for c in chosen.columns)
    )


def select_changes(chosen: Chosen, operation_id: Any, dialect: Dialect) -> sa.Select[Any]:
    """Select one change for each row, in the order of `NAMES`; it locks what it reads."""
    before = [(c.name, stored_expression(c.kind, c.column, dialect)) for c in chosen.columns]
    before += [(r.key, _linked_keys(r, dialect)) for r in chosen.links]
    after: Any = sa.cast(sa.null(), Change.after.type)
    if chosen.verb is Verb.EDIT:
        new = [(c, as_expression(chosen.after[c.name], c.column, dialect)) for c in chosen.columns]
        after = _json([(c.name, stored_expression(c.kind, e, dialect)) for c, e in new], dialect)
    values = (
        sa.literal(operation_id, Change.operation_id.type),
        sa.literal(chosen.mapper.class_.__name__, sa.Text),
        _key_text(chosen.mapper.primary_key),
        _title(chosen.mapper),
        sa.literal(chosen.verb, Change.verb.type),
        version_of(chosen),
        _json(before, dialect),
        after,
    )
    rows = chosen.rows(*(v.label(n) for n, v in zip(NAMES, values, strict=True)))
    return rows.with_for_update(of=chosen.mapper.class_)


def version_of(chosen: Chosen) -> Any:
    """The version that is written beside the change."""
    column = chosen.mapper.version_id_col
    if column is None or not isinstance(column.type, sa.Integer):
        return sa.cast(sa.null(), sa.Integer)
    return column if chosen.version is None else chosen.version


def as_expression(value: Any, column: sa.Column[Any], dialect: Dialect) -> Any:
    """What a column holds after it was set to this, as its type stores it."""
    if hasattr(value, "__clause_element__"):
        value = value.__clause_element__()
    if isinstance(value, sa.BindParameter) and value.unique:
        # A plain value that values() has wrapped, and taken for a type of its own.
        value = value.effective_value
    made = value if isinstance(value, sa.ClauseElement) else sa.literal(value, column.type)
    # SQLite's CAST changes what it does not know; its columns keep what they are given.
    return sa.cast(made, column.type) if dialect.name == "postgresql" else made


def far_columns(relation: RelationshipProperty[Any]) -> list[sa.Column[Any]]:
    """The columns of an association table that name the linked row, in the order of its key."""
    pairs: Any = relation.secondary_synchronize_pairs or ()
    key = list(relation.mapper.primary_key)
    known = [pair for pair in pairs if pair[0] in key]
    return [far for near, far in sorted(known, key=lambda pair: key.index(pair[0]))]


def title_columns(mapper: Mapper[Any]) -> list[str]:
    """The columns that make up a title."""
    model: Any = mapper.class_
    return [name for name in title_attributes(model) if name in mapper.column_attrs]


def _key_text(columns: Sequence[Any]) -> Any:
    text, *rest = [key_expression(kind_of_column(column), column) for column in columns]
    for part in rest:
        text = text.concat("~1").concat(part)
    return text


def _title(mapper: Mapper[Any]) -> Any:
    """What `title_of` gives for a row without a method of its own."""
    parts = [sa.cast(getattr(mapper.class_, name), sa.Text) for name in title_columns(mapper)]
    text: Any = sa.literal("", sa.Text)
    for number, part in enumerate(parts):
        text = (text.concat(" ") if number else text).concat(sa.func.coalesce(part, ""))
    text = sa.func.trim(text)
    short = sa.func.substr(text, 1, MAX_TITLE_LENGTH - 1).concat("…")
    return sa.case(
        (text == "", sa.literal("#", sa.Text).concat(_key_text(mapper.primary_key))),
        (sa.func.length(text) > MAX_TITLE_LENGTH, short),
        else_=text,
    )


def _json(pairs: Sequence[tuple[str, Any]], dialect: Dialect) -> Any:
    build = getattr(sa.func, _OBJECT[dialect.name])
    arguments = [part for name, value in pairs for part in (sa.literal(name), value)]
    return build(*arguments, type_=Change.before.type)


def _linked_keys(relation: RelationshipProperty[Any], dialect: Dialect) -> Any:
    """The keys of the rows linked to each row, as a list."""
    assert relation.secondary is not None
    key = _key_text(far_columns(relation))
    near = sa.and_(*(local == remote for local, remote in relation.synchronize_pairs))
    is_postgresql = dialect.name == "postgresql"
    gathered = sa.func.jsonb_agg(key) if is_postgresql else sa.func.json_group_array(key)
    found: Any = (
        sa.select(gathered)
        .where(near)
        .select_from(relation.secondary)
        .correlate(relation.parent.local_table)
        .scalar_subquery()
    )
    if is_postgresql:
        return sa.func.coalesce(found, sa.func.jsonb_build_array())
    # Out of a subquery SQLite takes JSON for a text.
    return sa.func.json(found)
