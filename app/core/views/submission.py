"""How REST adds a row below another one, where that is not what the add form does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.fields import Field


@dataclass(frozen=True)
class Submission:
    """What somebody sends, and what becomes of it: a comment that is held until it is approved."""

    asks: Sequence[Field]
    """What the body of a call may name; see `asked` in `app/core/views/actions.py`."""
    submit: Callable[..., Any]
    """Takes the row above and what was sent, by name; adds a row, commits and gives it back."""
    for_visitors: bool = False
    """Whether nobody needs a right to it, nor an account. `submit` bounds how often."""
    thanks: Callable[[Any], str] | None = None
    """What to tell whoever has sent the row."""
