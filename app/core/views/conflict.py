"""Two people changed one record: what the later one sees, and how both texts come together.

For each field that differs the page shows what the form started from, what the record has now,
and what was typed. Only a field that both have changed must be decided; nothing typed is dropped.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import gettext as _

from app.core import once
from app.core.errors import Invalid, NotFound
from app.core.fields import Field, title_of
from app.core.forms import RecordForm
from app.core.forms.inputs import Input
from app.core.history.models import Change
from app.core.kinds.base import EMPTY
from app.core.presence import name_of
from app.core.query.changes import stale
from app.core.query.gate import gate_of
from app.core.views.baseline import (
    UNKNOWN,
    Unreadable,
    changes_since,
    is_same,
    is_stale,
    keyed,
    last_change,
    token_of,
    value_in,
    values_at,
)
from app.extensions import db

if TYPE_CHECKING:
    from app.core.views.forms import FormParts

TOKENS = ("_version", "_base")
ORIGIN = "_origin"
ASKED = "_ask"
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Difference:
    """One field: its control with what was typed, the other two texts, and what is chosen."""

    control: Input
    base: str | None
    theirs: str
    choice: str
    """`mine` or `theirs`; empty where somebody has to decide."""
    who: str = ""
    at: datetime.datetime | None = None

    @property
    def choice_name(self) -> str:
        return choice_name(self.control.name)


def choice_name(name: str) -> str:
    """The name of the radio buttons of a field."""
    return f"_take.{name}"


def start_of(form: Mapping[str, str]) -> str:
    """The token that a form carries; empty where it has none, as a program may send it."""
    return next((form[name] for name in TOKENS if form.get(name)), "")


def compared_fields(form: RecordForm) -> list[Field]:
    """The fields whose values the form shows; too many related rows are not on it."""
    return [c.field for c in form.inputs() if not getattr(c, "is_too_many", False)]


def check_start(row: Any, form: RecordForm) -> None:
    """Refuse a save that started from an older version of the record."""
    token = start_of(request.form)
    if token and is_stale(row, compared_fields(form), token):
        raise stale()


def take_choices(form: RecordForm) -> None:
    """Leave alone what the user wants as the others made it; refuse what is not decided."""
    undecided = {}
    for name in request.form.getlist(ASKED):
        if name not in form or not isinstance(form[name], Input):
            continue
        match request.form.get(choice_name(name)):
            case "theirs":
                _keep_theirs(form[name])
            case "mine":
                pass
            case _:
                undecided[name] = [_("Choose which of the two to keep.")]
    if undecided:
        raise Invalid(errors=undecided)


def is_deciding() -> bool:
    """Whether the request comes from the page of a conflict."""
    return bool(request.form.getlist(ASKED)) or ORIGIN in request.form


def conflict_page(
    view: FormParts,
    pk: str,
    errors: Invalid | None = None,
    *,
    only: Collection[str] | None = None,
) -> Any:
    """The page on which the user decides, with everything they typed.

    Raises `NotFound` where the record is gone.
    """
    # A refused save may have left the row half changed.
    db.session.rollback()
    row = view.gate.get(pk, "edit", columns=view.form_fields("edit", only))
    form = view.form_of("edit", request.form, row, only)
    form.validate()
    if errors is None:
        _forget_errors(form)
    else:
        form.add_errors(errors.errors)
    found = differences(row, form)
    asked = [difference.control.name for difference in found]
    origin = request.form.get(ORIGIN) or start_of(request.form)
    hidden = [token_of(row, compared_fields(form)), (ORIGIN, origin)]
    last = next(iter(changes_since(row, origin)), None)
    context = view.form_context(form, row, pk)
    context |= {"is_refused": True, "is_part": only is not None}
    return view.render_template(
        "core/conflict.html",
        **context,
        hidden=[*hidden, *((ASKED, name) for name in asked)],
        differences=found,
        asked=asked,
        who=_author(last),
        at=last.operation.at if last is not None else getattr(row, "updated_at", None),
    )


def gone_page(view: FormParts) -> Any:
    """The page that keeps what was typed into the form of a record that is no more.

    Raises `NotFound` where the request does not come from such a form.
    """
    if not start_of(request.form):
        raise NotFound
    db.session.rollback()
    can_add = view.allows("add")
    form = view.form_of("add" if can_add else "edit", request.form)
    form.validate()
    _forget_errors(form)
    context = view.form_context(form, None, None) | {
        "title": _("This record is gone"),
        "form_action": view.url("add") if can_add else "",
        "is_refused": True,
    }
    return view.render_template(
        "core/gone.html",
        **context,
        hidden=[(once.ONCE, once.new_key())],
        can_add=can_add,
    )


def differences(row: Any, form: RecordForm) -> list[Difference]:
    """The fields of the form that are not the same everywhere, in the order of the form."""
    fields = compared_fields(form)
    seen = start_of(request.form)
    origin = request.form.get(ORIGIN) or seen
    base, shown = values_at(row, fields, origin), values_at(row, fields, seen)
    changes = changes_since(row, origin)
    found = []
    for field in fields:
        control: Input = form[field.name]
        theirs = value_in(row, field)
        mine = typed(control, theirs)
        is_untouched = is_same(field, base[field.name], theirs)
        if is_same(field, mine, theirs):
            continue
        chosen = _choice(field, base[field.name], theirs, mine)
        if field.name in request.form.getlist(ASKED) and is_same(field, shown[field.name], theirs):
            # What was decided about stands as it stood, so the decision does too.
            sent = request.form.get(choice_name(field.name), "")
            chosen = sent if sent in (MINE, THEIRS) else ""
        change = None if is_untouched else last_change(field, changes)
        found.append(
            Difference(
                control,
                base=_shown(field, base[field.name]),
                theirs=_shown(field, theirs) or EMPTY,
                choice=chosen,
                who=_author(change),
                at=change.operation.at if change is not None else None,
            )
        )
    return found


def typed(control: Input, theirs: Any) -> Any:
    """What the user has typed, even where it cannot be read as a value."""
    if control.process_errors:
        return Unreadable(control.text)
    return theirs if control.is_missing else keyed(control.field, control.data)


def _keep_theirs(control: Input) -> None:
    """Save nothing for this field; what was typed stays in the control."""
    control.data, control.is_missing, control.process_errors = control.object_data, True, []


def _choice(field: Field, base: Any, theirs: Any, mine: Any) -> str:
    """Whoever alone has changed the field is right."""
    if is_same(field, base, theirs):
        return MINE
    return THEIRS if is_same(field, base, mine) else ""


def _shown(field: Field, value: Any) -> str | None:
    """A value for people, whole and not shortened; None where it is not known."""
    if value is UNKNOWN:
        return None
    if value in (None, "", ()):
        return EMPTY
    if field.is_relation:
        keys = value if field.is_many else [value]
        return ", ".join(_titles(field, keys)) or EMPTY
    return field.kind.to_input(value) if field.kind.is_long else field.kind.format(value)


def _titles(field: Field, keys: Sequence[str]) -> list[str]:
    """The titles of related rows; one that is gone, or hidden from the user, has none."""
    assert field.target is not None
    try:
        return [title_of(row) for row in gate_of(field.target).find(keys)]
    except NotFound:
        return []


def _author(change: Change | None) -> str:
    user = change.operation.user if change is not None else None
    return "" if user is None else name_of(user)


def _forget_errors(form: RecordForm) -> None:
    """What is wrong with the values is said when they are saved, not before."""
    form.general_errors = []
    for control in form:
        control.errors = []
