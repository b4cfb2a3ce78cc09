"""The gate: one object per model view, from which every statement made for a user comes.

It answers what the signed-in user may see and change of a model: verbs, rows and fields. Lists,
records, forms, pickers, related lists, search, charts, exports, bulk actions and REST all ask it,
so a rule declared once holds behind every door.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask import current_app, g
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql import ColumnElement

from app.core.errors import Forbidden, NotFound
from app.core.fields import (
    Field,
    decode_key,
    encode_key,
    fields_of,
    holds_one_of,
    title_attributes,
    title_of,
)
from app.core.filters.operators import like
from app.core.query.loading import order_by_title, with_columns
from app.core.query.page import ListPage, count_rows
from app.core.query.paging import read_page
from app.core.query.rules import FieldRule, RowRule
from app.core.query.state import ListState, Sort
from app.core.trash import Scope, knows_trash, scope_condition
from app.extensions import db

STREAM_BATCH = 500


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
    ) -> None:
        self.model = model
        self.subject = subject or model.__name__
        self.row_rules = tuple(row_rules)
        self.field_rules = tuple(field_rules)
        self.all_fields = fields if fields is not None else fields_of(model)
        self.search_names = tuple(search) if search is not None else self._text_names()
        self.scope = Scope.KEPT

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

    def fields(self, verb: str = "read") -> Mapping[str, Field]:
        """The fields that the user may see, or for another verb than `read`, may write.

        One that is masked for the user is among those to be seen, as a field of another kind.
        """
        rules = [rule for rule in self.field_rules if not self._is_excepted(rule)]
        dropped = {rule.field for rule in rules if rule.hides or verb != "read"}
        masked = {rule.field for rule in rules if rule.masks} - dropped
        if not dropped and not masked:
            return self.all_fields
        kept = {name: field for name, field in self.all_fields.items() if name not in dropped}
        for name in masked & kept.keys():
            kept[name] = kept[name].masked()
        return MappingProxyType(kept)

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
        statement: sa.Select[Any] = sa.select(self.model).options(*hidden_relations(self))
        return statement.where(self.condition(verb)) if self.hides_rows else statement

    def filtered(self, state: ListState, verb: str = "read") -> sa.Select[Any]:
        """Select the rows that a list in this state is about, on all its pages, unordered."""
        statement = self.rows(verb)
        for condition in state.filters:
            statement = statement.where(condition.clause(_visible(condition.field.target)))
        return statement.where(self._search(state.q)) if state.q else statement

    def page(self, state: ListState, verb: str = "read") -> ListPage:
        """Load one page of a list: the rows, the relations shown, and the count."""
        fields = self.fields()
        columns = tuple(fields[name] for name in state.columns if name in fields)
        statement = self.filtered(state, verb)
        count = count_rows(db.session(), statement)
        return read_page(self.model, statement, state, columns, count)

    def stream(self, state: ListState, fields: Sequence[Field]) -> Iterator[Any]:
        """Read all rows of a list's state, a batch at a time, with flat memory."""
        statement = with_columns(self.filtered(state), self.model, fields, state.sort)
        result = db.session.execute(statement.execution_options(yield_per=STREAM_BATCH))
        for batch in result.scalars().partitions():
            yield from batch

    def get(self, key: str, verb: str = "read", columns: Iterable[Field] = ()) -> Any:
        """Load one row by its key.

        Raises `NotFound` for a row that the user may not see, and `Forbidden` for one that they
        see but may not do `verb` to.
        """
        identity = decode_key(self.model, key)
        statement = self.rows().where(self._is(identity))
        allowed = self.condition(verb) if verb != "read" else sa.literal(True)
        statement = statement.add_columns(allowed.label("is_allowed"))
        found = db.session.execute(with_columns(statement, self.model, columns, ())).one_or_none()
        if found is None:
            raise NotFound
        if not found.is_allowed:
            raise Forbidden
        return found[0]

    def find(self, keys: Iterable[str], verb: str = "read") -> Sequence[Any]:
        """Load the rows with these keys that the user may do `verb` to; the others are left out."""
        identities = [decode_key(self.model, key) for key in keys]
        if not identities:
            return []
        chosen = holds_one_of(sa.inspect(self.model).primary_key, identities)
        return db.session.scalars(order_by_title(self.rows(verb).where(chosen), self.model)).all()

    def choices(self, text: str, limit: int) -> tuple[list[tuple[str, str]], bool]:
        """The rows whose title holds `text`, as (key, title), and whether there are more."""
        statement = order_by_title(self.rows(), self.model).limit(limit + 1)
        for word in text.split():
            names = title_attributes(self.model)
            statement = statement.where(sa.or_(*(self._holds(name, word) for name in names)))
        found = db.session.scalars(with_columns(statement, self.model, (), ())).all()
        pairs = [(encode_key(row), title_of(row)) for row in found[:limit]]
        return pairs, len(found) > limit

    # Parts

    def _is(self, identity: tuple[Any, ...]) -> ColumnElement[bool]:
        keys: Any = sa.inspect(self.model).primary_key
        return sa.and_(*(key == value for key, value in zip(keys, identity, strict=True)))

    def _search(self, text: str) -> ColumnElement[bool]:
        """Every word must stand in one of the searched columns that the user may see."""
        names = [name for name in self.search_names if self._is_visible(name)]
        words = text.split()
        return sa.and_(*(sa.or_(sa.false(), *(self._holds(n, w) for n in names)) for w in words))

    def _is_visible(self, name: str) -> bool:
        """Whether the user may see the field `name`, or the field of a relation."""
        first, _dot, column = name.partition(".")
        field = self.usable_fields().get(first)
        if field is None or not column:
            return field is not None
        return field.target is None or column in gate_of(field.target).usable_fields()

    def _holds(self, name: str, word: str) -> ColumnElement[bool]:
        relation, _dot, column = name.rpartition(".")
        if relation:
            field = self.all_fields[relation]
            inner: ColumnElement[bool] = sa.cast(getattr(field.target, column), sa.Text).ilike(
                like(word), escape="\\"
            )
            related = gate_of(field.target) if field.target else None
            if related is not None:
                inner = sa.and_(inner, related.condition())
            return field.attribute.any(inner) if field.is_many else field.attribute.has(inner)
        return sa.cast(getattr(self.model, name), sa.Text).ilike(like(word), escape="\\")

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


def hidden_relations(asked: Gate | None = None) -> list[Any]:
    """Keep rows that the user may not see out of every relation that a statement loads.

    The model of the statement is among them, because a row may refer to another of its kind; a
    gate that is asked for the trash shows those of the trash.
    """
    found = gates()
    if asked is not None and asked.scope is not Scope.KEPT:
        found = {**found, asked.model: asked}
    return [
        with_loader_criteria(other, gate.condition(), include_aliases=True)
        for other, gate in found.items()
        if gate.hides_rows
    ]
