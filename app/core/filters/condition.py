"""One condition of a list: `field:operator:values`, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.sql import ColumnElement

from app.core.errors import NotFound
from app.core.fields import Field, decode_key
from app.core.filters.operators import OPERATORS, Arity, Operator, among_visible, operators_of
from app.core.kinds import BadValue
from app.core.kinds.text import Text

MAX_VALUES = 500


@dataclass(frozen=True)
class Condition:
    """A field compared with values; `raw` is how the address carries them."""

    field: Field
    operator: Operator
    raw: str = ""
    values: tuple[Any, ...] = ()

    @classmethod
    def parse(cls, text: str, fields: Mapping[str, Field]) -> Condition:
        """Read `field:operator:values`; raise `BadValue` that says which part is wrong."""
        name, _colon, rest = text.partition(":")
        operator_name, _colon, raw = rest.partition(":")
        field = fields.get(name)
        if field is None:
            raise BadValue(_("There is no field “%(name)s” to filter by.", name=name))
        operator = OPERATORS.get(operator_name)
        if operator is None or operator not in operators_of(field):
            raise BadValue(
                _(
                    "“%(operator)s” cannot be used on “%(field)s”; use one of %(known)s.",
                    operator=operator_name,
                    field=field.label,
                    known=", ".join(known.name for known in operators_of(field)),
                )
            )
        return cls(field, operator, raw, _read_values(field, operator, raw))

    def clause(self, visible: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
        """The condition in SQL.

        Of a relation, only the rows that meet `visible` count: the others do not exist for
        whoever asks.
        """
        if visible is None or self.field.target is None:
            return self.operator.apply(self.field, self.values)
        return among_visible(self.operator, self.field, self.values, visible)

    def __str__(self) -> str:
        parts = [self.field.name, self.operator.name]
        return ":".join([*parts, self.raw] if self.operator.arity is not Arity.NONE else parts)


def join_values(values: list[str]) -> str:
    """Write several values as one text; a comma inside a value becomes `~3`."""
    return ",".join(value.replace("~", "~0").replace(",", "~3") for value in values)


def _read_values(field: Field, operator: Operator, raw: str) -> tuple[Any, ...]:
    match operator.arity:
        case Arity.NONE:
            if raw:
                raise BadValue(_("This condition takes no value."))
            return ()
        case Arity.ONE:
            return (_read(field, raw, is_part=operator.takes_part),)
    parts = raw.split(",")
    if operator.arity is Arity.TWO and len(parts) != 2:
        raise BadValue(_("Give two values, separated by a comma."))
    if len(parts) > MAX_VALUES:
        raise BadValue(_("Give at most %(count)d values.", count=MAX_VALUES))
    return tuple(_read(field, part.replace("~3", ",").replace("~0", "~")) for part in parts)


def _read(field: Field, raw: str, *, is_part: bool = False) -> Any:
    if not raw.strip():
        raise BadValue(_("Give a value for “%(field)s”.", field=field.label))
    if is_part:
        # A part of a mail address is no mail address, and a part of a text may end in a blank.
        Text().parse(raw)
        return raw
    if field.target is None:
        return field.kind.parse(raw)
    try:
        return decode_key(field.target, raw)
    except NotFound as error:
        raise BadValue(field.kind.expectation()) from error
