"""The gate: one object per model view, from which every statement made for a user comes.

It answers what the signed-in user may see and change of a model: verbs, rows and fields. Lists,
records, forms, pickers, related lists, search, charts, exports, bulk actions and REST all ask it,
so a rule declared once holds behind every door.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask import current_app, g
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.sql import ColumnElement

from app.core.errors import Forbidden, NotFound
from app.core.fields import (
    Batch,
    Field,
    Line,
    decode_key,
    encode_key,
    fields_of,
    holds_one_of,
    title_attributes,
    title_of,
)
from app.core.kept import Kept
from app.core.limits import allow_an_export
from app.core.query.counting import count_rows
from app.core.query.hiding import hidden_relations, rules_of
from app.core.query.loading import UNORDERED, order_by_title, with_columns, with_loaded
from app.core.query.page import Count, ListPage
from app.core.query.paging import read_page
from app.core.query.rows import Shape, line_of, shape_of
from app.core.query.rules import FieldRule, RowRule
from app.core.query.single import (
    MAX_STATEMENTS,
    load_apart,
    parameters,
    select_line,
    select_record,
)
from app.core.query.snapshot import begin_snapshot
from app.core.query.state import ListState, Sort
from app.core.search.condition import search_condition
from app.core.search.narrowing import few_keys, is_among
from app.core.trash import Scope, knows_trash, scope_condition
from app.extensions import db

BATCH_VALUES = 8_000
"""About how many values are read at once of a stream; a row has some, or very many."""
MIN_BATCH, MAX_BATCH = 100, 1_000
MAX_SHAPES = 200
"""How many choices of columns and orders are remembered of a model; people use a few."""


class Gate:
    """What a user may see and change of `model`.

    It is made once, when its view is registered, and keeps nothing of a request: the user comes
    from the request context at each call.
    """

    def __init__(
        self,
        model: type,
        *,
        subject: str | None = None,
        row_rules: Sequence[RowRule] = (),
        field_rules: Sequence[FieldRule] = (),
        search: Sequence[str] | None = None,
        fields: Mapping[str, Field] | None = None,
        public: Sequence[str] = (),
    ) -> None:
        self.model = model
        self.subject = subject or model.__name__
        self.row_rules = tuple(row_rules)
        self.field_rules = tuple(field_rules)
        self.all_fields = fields if fields is not None else fields_of(model)
        self.public_names = frozenset(public)
        self.search_names = tuple(search) if search is not None else self._text_names()
        self.scope = Scope.KEPT
        self.statements: Kept[sa.Select[Any]] = Kept(MAX_STATEMENTS)
        self._shapes: Kept[Shape] = Kept(MAX_SHAPES)

    def of(self, scope: Scope) -> Gate:
        """The same gate for the rows in the trash, or for all rows, as history and undo need it."""
        other = copy.copy(self)
        other.scope = scope
        return other

    # Rights

    def can(self, verb: str) -> bool:
        """Whether the user holds the permission `verb` on this model."""
        security = current_app.appbuilder.sm  # type: ignore[attr-defined]
        return bool(security.has_access(f"can_{verb}", self.subject))

    def require(self, verb: str) -> None:
        """Raise `Forbidden` where the user does not hold `verb`."""
        if not self.can(verb):
            raise Forbidden

    def can_pick(self) -> bool:
        """Whether the user may choose a row where another record points at it.

        A model without a view has no rows of its own to protect.
        """
        return self.model not in gates() or self.can("read") or self.can("pick")

    def is_shared_with_all(self) -> bool:
        """Whether the user may read this model as everybody may, and do nothing else with it."""
        security = current_app.appbuilder.sm  # type: ignore[attr-defined]
        return bool(security.has_only_public_rights(self.subject))

    def fields(self, verb: str = "read") -> Mapping[str, Field]:
        """The fields that the user may see, or for another verb than `read`, may write.

        One that is masked for the user is among those to be seen, as a field of another kind.
        """
        rules = [rule for rule in self.field_rules if not self._is_excepted(rule)]
        dropped = {rule.field for rule in rules if rule.hides or verb != "read"}
        dropped.update(self._private_names())
        masked = {rule.field for rule in rules if rule.masks} - dropped
        if not dropped and not masked:
            return self.all_fields
        kept = {name: field for name, field in self.all_fields.items() if name not in dropped}
        for name in masked & kept.keys():
            kept[name] = kept[name].masked()
        return MappingProxyType(kept)

    def _private_names(self) -> Collection[str]:
        """The fields that are not for those who read rows only because everybody may.

        Unless the view names what everybody sees, these are the ones that tell of accounts.
        """
        if self.public_names:
            names = self.all_fields.keys() - self.public_names
        else:
            names = {name for name, field in self.all_fields.items() if field.target is User}
        return names if names and self.is_shared_with_all() else ()

    def usable_fields(self) -> Mapping[str, Field]:
        """The fields by which the user may search, sort, filter and count: none that is masked."""
        fields = self.fields()
        if not any(rule.masks for rule in self.field_rules):
            return fields
        return {name: field for name, field in fields.items() if not field.is_masked}

    def rules_for(self, verb: str) -> list[RowRule]:
        """The row rules that restrict the user in doing `verb`."""
        found = [rule for rule in self.row_rules if rule.holds_for(verb)]
        return [rule for rule in found if not self._is_excepted(rule)]

    def _is_excepted(self, rule: FieldRule | RowRule) -> bool:
        return rule.unless is not None and self.can(rule.unless)

    def condition(self, verb: str = "read") -> ColumnElement[bool]:
        """The SQL condition that a row must meet before the user may do `verb` to it."""
        user = current_actor()
        rules = [rule.expression(user) for rule in self.rules_for(verb)]
        in_scope = scope_condition(self.model, self.scope)
        if in_scope is not None:
            rules.append(in_scope)
        return sa.and_(*rules) if rules else sa.literal(True)

    @property
    def hides_rows(self) -> bool:
        """Whether there can be rows that this gate does not show."""
        return bool(self.row_rules) or knows_trash(self.model)

    # Reading

    def rows(self, verb: str = "read") -> sa.Select[Any]:
        """Select the rows that the user may do `verb` to."""
        statement: sa.Select[Any] = sa.select(self.model).options(*hidden_relations(self, gates()))
        return statement.where(self.condition(verb)) if self.hides_rows else statement

    def filtered(
        self, state: ListState, verb: str = "read", *, listed: bool = False
    ) -> sa.Select[Any]:
        """Select the rows that a list in this state is about, on all its pages, unordered.

        With `listed` a search is written for the indexes (see `search_condition`).
        """
        statement = self.rows(verb)
        for condition in state.filters:
            statement = statement.where(condition.clause(_visible(condition.field.target)))
        return statement.where(self._search(state.q, listed=listed)) if state.q else statement

    def page(
        self,
        state: ListState,
        verb: str = "read",
        *,
        many_limit: int | None = None,
        whole: bool = False,
    ) -> ListPage:
        """Read one page of a list: the columns shown, the related rows among them, the count.

        Of many related rows the first `many_limit` are read, with their number. With `whole` each
        line has its record too.
        """
        fields = self.fields()
        columns = tuple(fields[name] for name in state.columns if name in fields)
        statement = self.filtered(state, verb)
        count = partial(count_rows, db.session(), statement, exactly=state.counts_exactly)
        listed = partial(self.filtered, state, verb, listed=True)
        few = few_keys(db.session(), self.model, state.q, listed) if state.q else None
        if few is not None:
            statement, count = statement.where(is_among(self.model, few)), partial(Count, len(few))
        shape = self._shape(columns, state.sort, whole=whole)
        return read_page(shape, statement, state, count, self, many_limit)

    def _shape(
        self, columns: tuple[Field, ...], sort: tuple[Sort, ...], *, whole: bool = False
    ) -> Shape:
        """What to select for these columns in this order: worked out once for each choice."""
        key = (whole, tuple((f.name, f.is_masked) for f in columns), tuple(map(str, sort)))
        return self._shapes.get(key, lambda: shape_of(self.model, columns, sort, whole=whole))

    def related_rules(self, model: type) -> tuple[Any, ...]:
        """The options that keep hidden rows out of a statement which reads related rows."""
        return rules_of(gates(), model)

    def prepare(self, records: Sequence[Any], columns: Iterable[Field]) -> None:
        """Called with the records of a page or a batch before values of them are asked for."""

    def stream(self, state: ListState, fields: Sequence[Field]) -> Iterator[Batch]:
        """Read all rows of a list's state as they are at one moment, with flat memory."""
        begin_snapshot(db.session(), sa.inspect(self.model))
        allow_an_export(db.session(), sa.inspect(self.model))
        shape = self._shape(tuple(fields), state.sort)
        size = min(MAX_BATCH, max(MIN_BATCH, BATCH_VALUES // len(fields)))
        yield from shape.stream(self.filtered(state), self, size)

    def get(self, key: str, verb: str = "read", columns: Iterable[Field] = ()) -> Any:
        """Load one row by its key.

        Raises `NotFound` for a row that the user may not see, and `Forbidden` for one that they
        see but may not do `verb` to.
        """
        shown = tuple(columns)
        statement = select_record(self, gates(), shown)
        is_ruled = verb != "read" and self.is_personal
        if is_ruled:
            statement = statement.add_columns(self.condition(verb).label("is_allowed"))
        found = db.session.execute(statement, parameters(self, key)).one_or_none()
        if found is None:
            raise NotFound
        if is_ruled and not found.is_allowed:
            raise Forbidden
        load_apart(self, gates(), found[0], key, shown)
        return found[0]

    def line(self, key: str, columns: Iterable[Field], *, whole: bool = False) -> Line:
        """Read one row by its key as a line of these columns; with `whole` its record too.

        Raises `NotFound` for a row that the user may not see.
        """
        shape = self._shape(tuple(columns), (), whole=whole)
        if shape.is_whole:
            record = self.get(key, columns=shape.columns)
            self.prepare([record], shape.columns)
            return line_of(record, shape.columns)
        statement = select_line(self, gates(), shape)
        found = db.session.execute(statement, parameters(self, key)).one_or_none()
        if found is None:
            raise NotFound
        return shape.lines([found], self)[0]

    def find(self, keys: Iterable[str], verb: str = "read") -> Sequence[Any]:
        """Load the rows with these keys that the user may do `verb` to; the others are left out."""
        identities = [decode_key(self.model, key) for key in keys]
        if not identities:
            return []
        chosen = holds_one_of(sa.inspect(self.model).primary_key, identities)
        return db.session.scalars(order_by_title(self.rows(verb).where(chosen), self.model)).all()

    def named(self, keys: Sequence[str]) -> Sequence[Any]:
        """Like `find`, for rows that others are to point at: what they are called is enough."""
        if len(keys) == 1:
            statement = select_record(self, gates(), ())
            return db.session.scalars(statement, parameters(self, keys[0])).all()
        identities = [decode_key(self.model, key) for key in keys]
        chosen = holds_one_of(sa.inspect(self.model).primary_key, identities)
        statement = with_loaded(self.rows().where(chosen), self.model, (), UNORDERED)
        return db.session.scalars(statement).all() if identities else []

    def choices(self, text: str, limit: int) -> tuple[list[tuple[str, str]], bool]:
        """The rows whose title holds `text`, as (key, title), and whether there are more."""
        statement = order_by_title(self.rows(), self.model).limit(limit + 1)
        if text.strip():
            names = title_attributes(self.model)
            holding = search_condition(self.model, names, text, self.all_fields, _visible)
            statement = statement.where(holding)
        found = db.session.scalars(with_columns(statement, self.model, (), ())).all()
        pairs = [(encode_key(row), title_of(row)) for row in found[:limit]]
        return pairs, len(found) > limit

    # Parts

    @property
    def is_personal(self) -> bool:
        """Whether it depends on the user which rows there are, and what may be done to them."""
        return bool(self.row_rules)

    def _is(self, identity: tuple[Any, ...]) -> ColumnElement[bool]:
        keys: Any = sa.inspect(self.model).primary_key
        return sa.and_(*(key == value for key, value in zip(keys, identity, strict=True)))

    def _search(self, text: str, *, listed: bool = False) -> ColumnElement[bool]:
        """Every word must stand in one of the searched columns that the user may see."""
        names = [name for name in self.search_names if self._is_visible(name)]
        return search_condition(self.model, names, text, self.all_fields, _visible, listed=listed)

    def _is_visible(self, name: str) -> bool:
        """Whether the user may see the field `name`, or the field of a relation."""
        first, _dot, column = name.partition(".")
        field = self.usable_fields().get(first)
        if field is None or not column:
            return field is not None
        return field.target is None or column in gate_of(field.target).usable_fields()

    def _text_names(self) -> tuple[str, ...]:
        return tuple(name for name, field in self.all_fields.items() if field.kind.is_text)

    def default_sort(self) -> tuple[Sort, ...]:
        """The order of a list that declares none: newest first, else by title."""
        for name in ("created_at", "updated_at"):
            if name in self.all_fields:
                return (Sort(self.all_fields[name], descending=True),)
        names = [name for name in title_attributes(self.model) if name in self.all_fields]
        return tuple(Sort(self.all_fields[name]) for name in names)


def current_actor() -> Any:
    """The signed-in user, or None for a visitor."""
    user = g.get("user")
    return user if user is not None and user.is_authenticated else None


def gates() -> dict[type, Gate]:
    """The gates of the running application, by model: the first view of a model makes the rules."""
    found: dict[type, Gate] = current_app.extensions.setdefault("bureau_gates", {})
    return found


def gate_of(model: type) -> Gate:
    """The gate of a model; for a model without a view, one that knows no rule."""
    found = gates().get(model)
    return found if found is not None else Gate(model)


def _visible(model: type | None) -> ColumnElement[bool] | None:
    """Which rows of a related model exist for the user; None where all of them do."""
    gate = gates().get(model) if model is not None else None
    return gate.condition() if gate is not None and gate.hides_rows else None
