"""The form of one record, made from the fields of its model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from wtforms.form import BaseForm

from app.core.errors import Invalid
from app.core.fields import Field, fields_of
from app.core.forms.files import FileInput
from app.core.forms.inputs import Input, default_of, input_class
from app.core.forms.named import NamedRowsInput, naming_of
from app.core.kinds.file import File

MESSAGE_LIMIT = 20


class RecordForm(BaseForm):
    """A form whose controls are `Input`s; `general_errors` belong to no single control.

    It stands on WTForms' `BaseForm`, whose controls are items only: as attributes they would hide
    the form's own methods, because a column may well be called `data` or `validate`.
    """

    controls: ClassVar[Mapping[str, Any]] = {}
    shown_when: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Controls that belong to some values of another one only: its name, then the values."""

    def __init__(self, formdata: Any = None, obj: Any = None) -> None:
        super().__init__(self.controls)
        self.general_errors: list[str] = []
        self.unknown_names: list[str] = []
        self.row = obj
        self.process(formdata, obj)
        for control in self.inputs():
            control.read_row(obj)

    def read_json(self, payload: Any, *, replaces: bool = False) -> None:
        """Read the JSON object that an API client sent.

        A field that is not named keeps its value, or becomes empty where the client `replaces`
        the whole record. A name that the form does not know is one error more.
        """
        if not isinstance(payload, Mapping):
            raise Invalid(errors={"": [_("Send one JSON object.")]})
        self.unknown_names = [str(name) for name in payload if name not in self][:MESSAGE_LIMIT]
        for control in self.inputs():
            if control.name in payload:
                control.process_json(payload[control.name])
            elif replaces:
                control.clear()
            else:
                control.is_missing = True

    def inputs(self) -> Iterable[Input]:
        """The controls that stand for fields of the model."""
        return [control for control in self if isinstance(control, Input)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check all controls; one that does not belong to what was chosen must be empty."""
        for control in self.inputs():
            decider = self.decider(control)
            if decider is not None:
                control.leave_out(_value_in_words(decider))
        return bool(super().validate(extra_validators))

    def decider(self, control: Input) -> tuple[Field, Any] | None:
        """The field with the value to which a control does not belong; None where it does."""
        condition = self.shown_when.get(control.name)
        if condition is None:
            return None
        # What is sent counts, and where the form does not have the field, what the row has.
        field = fields_of(control.field.model)[condition[0]]
        value = self[field.name].data if field.name in self else getattr(self.row, field.name, None)
        is_fitting = value is None or field.kind.to_input(value) in condition[1:]
        return None if is_fitting else (field, value)

    def checked(self) -> dict[str, Any]:
        """The values that a client sent; raises `Invalid` with what is wrong with them."""
        if not self.validate() or self.unknown_names:
            self.raise_errors()
        return self.values()

    def values(self) -> dict[str, Any]:
        """The values to save, by field: only what was sent."""
        sent = (control for control in self.inputs() if not control.is_missing)
        return {control.name: control.to_save() for control in sent}

    def add_errors(self, errors: Mapping[str, Iterable[str]]) -> None:
        """Put messages beside their fields; those of no control on this form above all."""
        for name, messages in errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, *messages]
            else:
                self.general_errors.extend(messages)

    def error_list(self) -> list[tuple[str, str, str]]:
        """All messages as (control id, label, message), for the summary above the form."""
        general = [("", "", message) for message in self.general_errors]
        return general + [
            (control.id, str(control.label.text), str(message))
            for control in self
            for message in control.errors
        ]

    def raise_errors(self) -> None:
        """Raise `Invalid` with the messages by field."""
        errors = {control.name: [str(e) for e in control.errors] for control in self}
        found = {name: messages for name, messages in errors.items() if messages}
        if self.general_errors:
            found[""] = self.general_errors
        for name in self.unknown_names:
            found[name] = [_("There is no such field, or you may not write it.")]
        raise Invalid(errors=found)


def _value_in_words(decider: tuple[Field, Any]) -> str:
    field, value = decider
    return _(
        "Leave this empty, or change “%(field)s”: it does not belong to “%(value)s”.",
        field=field.label,
        value=field.text_of(value),
    )


def control_class(field: Field) -> type[Input]:
    """The control for a field."""
    if field.is_many and naming_of(field.target) is not None:
        return NamedRowsInput
    return FileInput if isinstance(field.kind, File) else input_class(field)


def form_for(
    fields: Iterable[Field],
    *,
    validators: Mapping[str, Iterable[Any]] | None = None,
    descriptions: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    shown_when: Mapping[str, Sequence[str]] | None = None,
) -> type[RecordForm]:
    """Make the form class for these fields.

    `validators` are WTForms validators by field name; `extra` are further WTForms fields;
    `shown_when` says which fields belong to some values of another one only.
    """
    controls: dict[str, Any] = {
        field.name: control_class(field)(
            field.label,
            validators=list((validators or {}).get(field.name, ())),
            description=(descriptions or {}).get(field.name, field.help),
            default=default_of(field),
            field=field,
        )
        for field in fields
    }
    parts = {"controls": controls | dict(extra or {}), "shown_when": shown_when or {}}
    return type("RecordForm", (RecordForm,), parts)
