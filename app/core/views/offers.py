"""The message that says what was done, with the offer to undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from app.core.history.scope import last_operation_id
from app.core.trash import is_trashable

if TYPE_CHECKING:
    from app.core.views.base import Screen

REVERSED_BY = {"add": "delete", "edit": "edit", "delete": "add"}


def action_name(view: Any, verb: str) -> str:
    """What the history calls an operation of a view: `PostView.publish`."""
    return f"{type(view).__name__}.{verb}"


def say_done(view: Screen, verb: str, message: Any) -> None:
    """Flash the message; with a button that undoes the operation, where the user may do that."""
    right = REVERSED_BY.get(verb, "edit")
    if verb == "delete" and is_trashable(view.derived.model):
        right = "delete"
    done = last_operation_id()
    if done is None or not view.allows(right):
        flash(str(message), "success")
        return
    # The page of a new record goes with it.
    after = {"next": view.url("list")} if verb == "add" else {}
    flash({"text": str(message), "undo": str(done), **after}, "success")  # type: ignore[arg-type]
