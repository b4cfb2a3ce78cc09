"""WTForms fields that read and write values through their kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
import wtforms
from flask_babel import gettext as _
from sqlalchemy.orm import Mapper
from wtforms.validators import StopValidation

from app.core.errors import NotFound
from app.core.fields import Field, encode_key, title_of
from app.core.formats import current_formats
from app.core.kinds import BadValue, Widget
from app.core.kinds.moment import Moment
from app.core.query.gate import gate_of

MAX_KEYS = 1000
MAX_CHOSEN = 200
"""More related rows than this are shown in their own list, never in a form."""


class Input(wtforms.Field):
    """A form control for one field of a model; `data` is the value as the model has it."""

    data: Any
    widget = None

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        self.field: Field = options.pop("field")
        self.is_missing = False
        self.keeps_hidden = False
        self.json_error = ""
        self.refusal = ""
        super().__init__(label, validators, **options)

    @property
    def widget_name(self) -> str:
        """The macro that draws this control."""
        kind = self.field.kind
        # A box can only say yes or no, so a field that may be empty needs a list of three.
        if kind.widget is Widget.CHECKBOX and self._is_optional():
            return Widget.SELECT
        return kind.widget

    @property
    def is_required(self) -> bool:
        return self.field.is_required and self.widget_name != Widget.CHECKBOX

    @property
    def max_length(self) -> int | None:
        found: int | None = getattr(self.field.kind, "max_length", None)
        return found

    @property
    def text(self) -> str:
        """What the control shows: what was typed where it was refused, else the value."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.field.kind.to_input(self.data)

    @property
    def choices(self) -> tuple[tuple[str, Any], ...]:
        return self.field.kind.choices()

    @property
    def zone(self) -> str:
        """The time zone in which the control shows a moment; nothing for any other value."""
        return str(current_formats().timezone) if isinstance(self.field.kind, Moment) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what a page sent; an unticked box sends nothing."""
        if self.widget_name == Widget.CHECKBOX:
            self.data = bool(valuelist) and valuelist[-1] not in ("", "false")
            return
        if not valuelist:
            self.is_missing = True
            return
        raw = valuelist[0]
        if raw.strip():
            self.data = self.object_data if self._is_untouched(raw) else self._parse(raw)
        elif self.object_data is None and self._has_default():
            self.is_missing = True
        else:
            self.data = None

    def process_json(self, value: Any) -> None:
        """Read what an API client sent."""
        try:
            is_text = self.field.kind.is_text and isinstance(value, str)
            blank = value is None or (is_text and not value.strip())
            self.data = None if blank else self._from_json(value)
        except BadValue as error:
            self.json_error = str(error)

    def read_row(self, row: Any) -> None:
        """Take from the row what the value alone does not say."""

    def to_save(self) -> Any:
        """The value for the row, asked for once nothing is wrong with the form."""
        return self.data

    def clear(self) -> None:
        """Empty the value, as a client does that replaces a record and does not name the field.

        A column that may not be empty and has a default keeps its value.
        """
        self.is_missing = self._has_default()
        self.data = self.data if self.is_missing else None

    def leave_out(self, reason: str) -> None:
        """Empty what does not belong to the record; refuse for this reason what is newly given.

        What was there before goes, as it does where a page sends nothing for what it hides.
        """
        is_given = not self.is_missing and bool(self.raw_data or self.data)
        if self.json_error or (is_given and self.data and self.data != self.object_data):
            self.refusal = reason
            return
        self.process_errors = list[str]()
        self.is_missing = not self._is_optional()
        self.data = [] if self.field.is_many else None

    def pre_validate(self, form: Any) -> None:
        if self.refusal:
            raise StopValidation(self.refusal)
        if self.data is None and self.keeps_hidden and not self.json_error:
            self.is_missing = True
        elif not self.is_missing or (self.data is None and self.field.is_required):
            self._check_value()
        if self.is_missing:
            raise StopValidation

    def _check_value(self) -> None:
        if self.json_error:
            raise StopValidation(self.json_error)
        if self.data is None and not self.process_errors and self._needs_value():
            raise StopValidation(_("Fill in this field."))

    def _is_untouched(self, raw: str) -> bool:
        """Whether it is what the form showed.

        That may say less than the value: no microseconds, and not which of the two hours it was
        when the clocks went back.
        """
        return self.object_data is not None and raw == self.field.kind.to_input(self.object_data)

    def _parse(self, raw: str) -> Any:
        return self.field.kind.parse(raw)

    def _from_json(self, value: Any) -> Any:
        return self.field.kind.from_json(value)

    def _needs_value(self) -> bool:
        # A column with a default may be left out, but not be emptied by hand.
        return self.field.is_required or (not self.is_missing and not self._is_optional())

    def _has_default(self) -> bool:
        """Whether the database or the model fills it in where nobody does."""
        return not self._is_optional() and not self.field.is_required

    def _is_optional(self) -> bool:
        return all(column.nullable for column in self._columns())

    def _columns(self) -> Iterable[Any]:
        """The columns of the model's table that hold the value."""
        return [] if self.field.column is None else [self.field.column]


class RelationInput(Input):
    """Chooses one row of another model, among those that the user may see."""

    @property
    def pick_name(self) -> str:
        return self.field.name

    def read_row(self, row: Any) -> None:
        """Notice a link to a row that the user may not see; leaving it empty then keeps it."""
        mapper: Mapper[Any] = sa.inspect(self.field.model)
        names = [mapper.get_property_by_column(column).key for column in self._columns()]
        is_saved = sa.inspect(row, raiseerr=False) is not None
        self.keeps_hidden = (
            is_saved
            and self.object_data is None
            and bool(names)
            and all(getattr(row, name) is not None for name in names)
        )

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """The chosen row as (key, title)."""
        return [] if self.data is None else [(encode_key(self.data), title_of(self.data))]

    @property
    def text(self) -> str:
        return self.chosen[0][0] if self.chosen else ""

    def _is_untouched(self, raw: str) -> bool:
        return self.object_data is not None and raw == encode_key(self.object_data)

    def _columns(self) -> Iterable[Any]:
        mapper: Mapper[Any] = sa.inspect(self.field.model)
        return [] if self.field.is_many else mapper.relationships[self.field.name].local_columns

    def _parse(self, raw: str) -> Any:
        return self._load([raw])[0]

    def _from_json(self, value: Any) -> Any:
        return self._parse(self.field.kind.from_json(value))

    def _load(self, keys: Sequence[str]) -> Sequence[Any]:
        """The rows with these keys; a row that the user may not see does not exist for them."""
        assert self.field.target is not None
        kept = {encode_key(row): row for row in self._rows_of(self.object_data)}
        wanted = [key for key in dict.fromkeys(keys) if key not in kept]
        if len(wanted) > MAX_KEYS:
            raise BadValue(_("Choose at most %(count)d records at once.", count=MAX_KEYS))
        gate = gate_of(self.field.target)
        try:
            may_read = gate.can_pick()
            found = gate.named(wanted) if wanted and may_read else []
        except NotFound as error:
            raise BadValue(_("Choose a record that exists.")) from error
        if len(found) != len(wanted):
            raise BadValue(_("Choose a record that exists."))
        loaded = kept | {encode_key(row): row for row in found}
        return [loaded[key] for key in dict.fromkeys(keys)]

    def _rows_of(self, data: Any) -> Iterable[Any]:
        return [] if data is None or isinstance(data, str) else [data]


class RelationsInput(RelationInput):
    """Chooses any number of rows of another model."""

    @property
    def is_too_many(self) -> bool:
        return len(self.data or ()) > MAX_CHOSEN

    @property
    def chosen(self) -> list[tuple[str, str]]:
        return [(encode_key(row), title_of(row)) for row in self.data or ()]

    def process_formdata(self, valuelist: list[str]) -> None:
        # The page sends one empty value first, so that "none" differs from "not asked".
        if not valuelist:
            self.is_missing = True
            return
        self.data = list(self._load([key for key in valuelist if key]))

    def process_json(self, value: Any) -> None:
        super().process_json([] if value is None else value)

    def _from_json(self, value: Any) -> Any:
        return list(self._load(self.field.kind.from_json(value)))

    def clear(self) -> None:
        self.data = []

    def _rows_of(self, data: Any) -> Iterable[Any]:
        return data or []


def default_of(field: Field) -> Any:
    """The value that a form for a new record starts from: the column's plain default."""
    default: Any = None if field.column is None else field.column.default
    return default.arg if default is not None and default.is_scalar else None


def input_class(field: Field) -> type[Input]:
    """The control for a field."""
    if field.is_many:
        return RelationsInput
    return RelationInput if field.is_relation else Input
