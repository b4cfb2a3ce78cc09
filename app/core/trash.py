"""The trash: models whose deleted rows can be got back, and what that hides from everybody else.

::

    class Post(Trashable, Model):
        __tablename__ = "blog_post"
        __table_args__ = (unique_among_kept("slug"),)

The gate leaves rows in the trash out of everything; `Gate.of(Scope.TRASHED)` sees only them.
"""

import datetime
import enum
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.core.types import UtcTime

DELETED_AT = "deleted_at"
TRASH_FIELDS = frozenset({DELETED_AT, "deleted_by"})
# Labels are derived from the names of the columns; here the catalogues find them.
LABELS = (_("Deleted at"), _("Deleted by"))
_MARK = "bureau_trashable"


class Scope(enum.Enum):
    """Which rows a gate speaks of."""

    KEPT = enum.auto()
    TRASHED = enum.auto()
    ALL = enum.auto()


class Trashable:
    """Lets a deleted row wait in the trash, for `__trash_days__` days; None means for ever."""

    __trash_days__: ClassVar[int | None] = 30

    deleted_at: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, index=True, info={"readonly": True}, sort_order=95
    )
    # The operation in the history says who did it; this column is for the page of the trash.
    deleted_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ab_user.id", ondelete="SET NULL"),
        index=True,
        info={"history": False},
        sort_order=96,
    )

    @declared_attr
    def deleted_by(cls: Any) -> Mapped[User | None]:  # noqa: N805 (SQLAlchemy passes the class)
        """Who put the row into the trash."""
        return relationship(User, foreign_keys=[cls.deleted_by_id], viewonly=True)


@event.listens_for(Trashable, "instrument_class", propagate=True)
def _mark_table(mapper: Mapper[Any], _class: type) -> None:
    """Foreign keys lead to tables, and a table does not know its model."""
    table: Any = mapper.local_table
    table.info[_MARK] = True


def is_trashable(model: type) -> bool:
    """Whether rows of this model go to the trash when they are deleted."""
    return issubclass(model, Trashable)


def unique_among_kept(
    *columns: str | ColumnElement[Any],
    name: str | None = None,
    where: str | None = None,
    info: dict[Any, Any] | None = None,
) -> sa.Index:
    """A unique index that rows in the trash do not count for; it goes into `__table_args__`.

    `where` is a condition more, in SQL; `info` may say what people read, see `refused`.
    """
    kept = sa.text(f"{DELETED_AT} IS NULL" + (f" AND ({where})" if where else ""))
    return sa.Index(
        name, *columns, unique=True, sqlite_where=kept, postgresql_where=kept, info=info or {}
    )


# What is hidden


def knows_trash(model: type) -> bool:
    """Whether the trash can hide rows of this model: its own, or those that it cascades to."""
    return scope_condition(model, Scope.KEPT) is not None


@cache
def scope_condition(model: type, scope: Scope) -> ColumnElement[bool] | None:
    """The condition that rows of this scope meet; None where the trash concerns none of them.

    A row that would be deleted with its parent (ON DELETE CASCADE) is hidden with it, too.
    """
    if scope is Scope.ALL:
        return None
    if is_trashable(model):
        column: Any = getattr(model, DELETED_AT)
        return column.is_(None) if scope is Scope.KEPT else column.is_not(None)
    conditions = []
    mapper: Mapper[Any] = sa.inspect(model)
    table = mapper.local_table
    for column, parent in _cascades(table):
        hidden = _hidden_keys(parent, frozenset({table}))
        if hidden is not None and mapper.columns.contains_column(column):
            attribute = getattr(model, mapper.get_property_by_column(column).key)
            conditions.append(sa.or_(attribute.is_(None), attribute.not_in(hidden)))
    return sa.and_(*conditions) if conditions else None


def _hidden_keys(table: Any, seen: frozenset[Any]) -> sa.Select[Any] | None:
    """Select the keys of a table's hidden rows.

    It asks an alias, which no statement around it takes for one of its own tables.
    """
    other = table.alias()
    if is_trash_table(table):
        return sa.select(other.c.id).where(other.c[DELETED_AT].is_not(None))
    if table in seen or len(table.primary_key.columns) != 1:
        return None
    parents = [
        (other.c[column.key], _hidden_keys(parent, seen | {table}))
        for column, parent in _cascades(table)
    ]
    conditions = [column.in_(hidden) for column, hidden in parents if hidden is not None]
    if not conditions:
        return None
    return sa.select(other.c[table.primary_key.columns[0].key]).where(sa.or_(*conditions))


# Foreign keys


def is_trash_table(table: Any) -> bool:
    """Whether the rows of this table go to the trash."""
    return bool(table.info.get(_MARK))


def _cascades(table: Any) -> Iterator[tuple[sa.Column[Any], sa.Table]]:
    """The columns through which rows of `table` are deleted with another row."""
    if not isinstance(table, sa.Table):
        return
    for column, parent, rule in links_of(table):
        if rule == "CASCADE":
            yield column, parent


def links_of(table: sa.Table) -> Iterator[tuple[sa.Column[Any], sa.Table, str]]:
    """The foreign keys of one column: the column, the table it leads to, and ON DELETE."""
    for constraint in sorted(table.foreign_key_constraints, key=lambda found: str(found.name)):
        if len(constraint.elements) == 1:
            rule = str(constraint.ondelete or "RESTRICT").upper()
            yield constraint.elements[0].parent, constraint.referred_table, rule


def children_of(model: type) -> Iterator[tuple[type, sa.Column[Any], str]]:
    """The models whose rows refer to rows of `model`: model, column and ON DELETE."""
    mapper: Mapper[Any] = sa.inspect(model)
    for other in sorted(mapper.registry.mappers, key=lambda found: found.class_.__name__):
        table = other.local_table
        if not isinstance(table, sa.Table):
            continue
        for column, parent, rule in links_of(table):
            if parent is mapper.local_table:
                yield other.class_, column, rule


def expiry_limit(model: type, at: datetime.datetime) -> datetime.datetime | None:
    """The moment before which what was deleted is purged at `at`; None where it stays."""
    days: int | None = getattr(model, "__trash_days__", None)
    return None if days is None else at - datetime.timedelta(days=days)
