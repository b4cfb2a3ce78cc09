"""Actions: named operations that a view offers on one row or on many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app.core.fields import Field
from app.core.kinds import Kind


@dataclass(frozen=True)
class Action:
    """An operation on rows; the user needs the permission of its name (`can_<name>`)."""

    name: str
    label: Any
    confirmation: Any = None
    icon: str = "bolt"
    single: bool = True
    multiple: bool = True
    method: str = ""
    is_dangerous: bool = False
    asks: tuple[Field, ...] = ()
    """What a page, or the body of a call, is to say before it runs."""
    warns: Callable[[Sequence[Any]], Sequence[str]] | None = None
    """Gives what speaks against doing it to these rows; a page says so before it runs."""
    when: tuple[str, ...] = ()
    """A field and those of its values with which a record's page offers it; always where empty."""

    @property
    def is_bulk_only(self) -> bool:
        return not self.single


EDIT = Action("edit", _("Edit"), icon="edit", single=False)
"""Its page is a form, see `bulk_edit.py`."""

DELETE = Action(
    "delete",
    _("Delete"),
    confirmation=_("This cannot be undone."),
    icon="trash",
    single=False,
    method="delete_rows",
    is_dangerous=True,
)


def action(
    name: str,
    label: Any,
    confirmation: Any = None,
    icon: str = "bolt",
    *,
    single: bool = True,
    multiple: bool = True,
    asks: Sequence[Field] = (),
    warns: Callable[[Sequence[Any]], Sequence[str]] | None = None,
    when: Sequence[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view's method an action; it takes the rows and returns a message or None.

    The rows are those of the chosen ones that the user may do `name` to, so a method need not
    ask again. `confirmation` is shown before the action runs. What it `asks` for is given to the
    method by name::

        @action("return", _("Return"), asks=[asked("note", _("Note"), LongText(2000))])
        def give_back(self, posts, note): ...

    `when=("status", "review")` offers it on the page of a record in that state only; of many
    rows, the method leaves out those that it has nothing to do with.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        declared = Action(
            name,
            label,
            confirmation,
            icon,
            single,
            multiple,
            method.__name__,
            asks=tuple(asks),
            warns=warns,
            when=tuple(when),
        )
        method._bureau_action = declared  # type: ignore[attr-defined]
        method._permission_name = name  # type: ignore[attr-defined]
        return method

    return decorate


def asked(name: str, label: Any, kind: Kind, *, is_required: bool = False, hint: Any = "") -> Field:
    """One thing that an action asks for: a field that belongs to no model."""
    return Field(name, label, kind, object, is_required=is_required, help=hint)


def actions_of(view: Any) -> dict[str, Action]:
    """The actions that a view class declares, by name, in the order of its attributes."""
    return {declared.name: declared for declared in declared_actions(type(view))}


def declared_actions(view: type[Any]) -> list[Action]:
    """The actions of a view class, in the order of its attributes."""
    found = [getattr(getattr(view, name, None), "_bureau_action", None) for name in dir(view)]
    return [declared for declared in found if declared is not None]
