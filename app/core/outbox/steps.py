"""How far a job is, and the file that says so while it runs on SQLite, see `board.py`."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _


class Steps(NamedTuple):
    """So many of so many; it shows itself as a bar."""

    done: int
    total: int

    def __str__(self) -> str:
        return _("%(done)d of %(total)d", done=self.done, total=self.total)

    def __html__(self) -> str:
        text = escape(str(self))
        bar = f'<progress max="{max(self.total, 1)}" value="{self.done}" aria-label="{text}">'
        return f'{bar}</progress> <span class="dim">{text}</span>'


def steps_of(key: int) -> Steps | None:
    """What a file says about a running job, if there is one."""
    try:
        return Steps(*json.loads(file_of(key, "json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def file_of(key: int, kind: str) -> Path:
    """Where something about a running job is noted."""
    return Path(current_app.config["BUREAU_INSTANCE"]) / "jobs" / f"{key}.{kind}"
