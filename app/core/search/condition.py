"""What a search asks the database, written so that an index answers it where there is one.

Every word must stand in one of the columns, in upper or lower case, as it was typed: `%` and `_`
mean themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.core.fields import Field, key_attributes
from app.core.filters.operators import like, local_key
from app.core.search.fts import fts_of
from app.extensions import db

Visible = Callable[[type], "ColumnElement[bool] | None"]
"""Gives the condition that a related row must meet to exist for the user; None where all do."""


def search_condition(
    model: type,
    names: Sequence[str],
    text: str,
    fields: Mapping[str, Field],
    visible: Visible,
    *,
    listed: bool = False,
) -> ColumnElement[bool]:
    """The condition that every word of `text` stands in one of the columns called `names`.

    `company.name` is a column of a related row. With `listed` the keys of the related rows are
    made into a list first, which PostgreSQL finds by an index; else each row is looked at, which
    is better where most rows match.
    """
    own = [getattr(model, name) for name in names if "." not in name]
    related = [name.rpartition(".") for name in names if "." in name]
    columns = [name_in_table(attribute) for attribute in own]
    fts = fts_of(db.session(), model)
    dialect = db.session.get_bind(mapper=sa.inspect(model)).dialect.name
    found: list[ColumnElement[bool]] = []
    for word in text.split():
        if fts is not None and fts.can_find(columns, word):
            parts = [fts.holds(columns, word)]
        else:
            parts = [holds(attribute, word, dialect) for attribute in own]
        for relation, _dot, column in related:
            field = fields[relation]
            target: Any = field.target
            inner = holds(getattr(target, column), word, dialect)
            condition = visible(target)
            if condition is not None:
                inner = sa.and_(inner, condition)
            parts.append(_among(field, inner, listed=listed))
        found.append(sa.or_(sa.false(), *parts))
    return sa.and_(sa.true(), *found)


def holds(column: Any, word: str, dialect: str) -> ColumnElement[bool]:
    """The condition that a column holds `word`: written as the index on it is."""
    language = language_of(column)
    if language is None or dialect != "postgresql":
        return searched(column).ilike(like(word), escape="\\")
    # Quoted, a word is one to PostgreSQL whatever stands in it; the star lets it go on.
    lexeme = word.replace("\\", "\\\\").replace("'", "''")
    query = sa.func.to_tsquery(_configuration(language), f"'{lexeme}':*")
    document = sa.func.to_tsvector(_configuration(language), searched(column))
    # A word that the language leaves out, such as “the”, is in no index and excludes nothing.
    return sa.or_(document.op("@@", is_comparison=True)(query), sa.func.numnode(query) == 0)


def language_of(column: Any) -> str | None:
    """The language in which PostgreSQL searches a column for words; None for any part of it."""
    language: str | None = column.info.get("full_text")
    if language is not None and not re.fullmatch("[a-z_]+", language):
        raise TypeError(f"{column}: full_text is the name of a configuration, such as english")
    return language


def _configuration(language: str) -> ColumnElement[Any]:
    return sa.literal_column(f"'{language}'::regconfig")


def searched(column: Any) -> ColumnElement[str]:
    """A column as text: as it is where it is one, because an index is on the column itself."""
    if is_plain_text(column):
        return sa.type_coerce(column, sa.Text)
    return sa.cast(column, sa.Text)


def name_in_table(attribute: Any) -> str:
    """What the table calls an attribute of its model; empty where SQL computes the attribute."""
    column = attribute.property.columns[0]
    return str(column.name) if isinstance(column, sa.Column) else ""


def is_plain_text(column: Any) -> bool:
    """Whether the database stores the column as text, so that comparing needs no conversion."""
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    return isinstance(kind, sa.String) and not isinstance(kind, sa.Enum)


def _among(field: Field, inner: ColumnElement[bool], *, listed: bool) -> ColumnElement[bool]:
    """The condition that a related row meets `inner`."""
    target: Any = field.target
    keys = sa.inspect(target).primary_key
    local = None if field.is_many else local_key(field)
    if local is not None and len(local) == 1:
        return _is_in(local[0], sa.select(keys[0]).where(inner), listed=listed)
    own = key_attributes(field.model)
    if listed and len(own) == 1:
        # The same table once more, because what is listed must not depend on the row at hand.
        other: Any = aliased(field.model)
        joined = getattr(other, field.name)
        rows = sa.select(getattr(other, own[0])).join(joined).where(inner)
        return _is_in(getattr(field.model, own[0]), rows, listed=True)
    found: ColumnElement[bool] = (
        field.attribute.any(inner) if field.is_many else field.attribute.has(inner)
    )
    return found


def _is_in(column: Any, keys: sa.Select[Any], *, listed: bool) -> ColumnElement[bool]:
    # The rows may be of the very table that is searched, and are others all the same.
    apart = keys.correlate(None)
    if listed:
        listing: Any = sa.func.array(apart.scalar_subquery(), type_=sa.ARRAY(column.type))
        in_list: ColumnElement[bool] = column == sa.any_(listing)
        return in_list
    in_rows: ColumnElement[bool] = column.in_(apart)
    return in_rows
