"""Lets a constraint say, in its declaration, what people read when it refuses their values.

::

    CheckConstraint(
        "remind_at IS NULL OR due_on IS NOT NULL",
        name="reminder_needs_due_date",
        info=refused("due_on", _("A reminder needs a due date.")),
    )

So the rule stands once, in the table, and every door through which values come explains it alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_KEY = "bureau_refusal"


@dataclass(frozen=True)
class Refusal:
    """The message beside `field` and the code for programs, of one constraint or unique index."""

    field: str
    message: Any
    code: str


def refused(field: str, message: Any, *, code: str = "invalid") -> dict[str, Refusal]:
    """The `info` of a constraint or unique index that explains itself."""
    return {_KEY: Refusal(field, message, code)}


def refusal_of(constraint: Any) -> Refusal | None:
    """What the constraint says of itself, if anything."""
    found: Refusal | None = constraint.info.get(_KEY)
    return found
