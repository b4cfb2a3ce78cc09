"""What a form for a comment carries: when it was opened, for what, and the answer it asks for.

All of it is sealed, so that the page needs no row and no session, and nobody can read or make one.
"""

from __future__ import annotations

import datetime
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.content.comments.models import Comment
from app.core.clock import now
from app.core.once import KEPT_FOR, VISITOR, Ticket
from app.core.sealing import SealBroken, seal, unseal

EDIT_WINDOW = datetime.timedelta(minutes=15)
"""How long the writer of a comment may correct it."""
MAX_TERM = 9
_FORM, _EDIT, _LEAVE = "comments.form", "comments.edit", "comments.leave"


@dataclass(frozen=True)
class FormTicket:
    """A form that was opened at a moment, for one subject; it is good for one comment."""

    subject: str
    opened_at: float
    key: str
    first: int
    second: int

    @property
    def question(self) -> str:
        """What only people are to know; empty where the site asks nothing."""
        if not current_app.config["BUREAU_COMMENT_QUESTION"]:
            return ""
        first, second = self.first, self.second
        return _("How much is %(first)d plus %(second)d?", first=first, second=second)

    @property
    def is_hasty(self) -> bool:
        """Whether it came back sooner than anybody reads and writes."""
        return self.age < current_app.config["BUREAU_COMMENT_SECONDS"]

    @property
    def is_stale(self) -> bool:
        """Whether it is too old for us to know whether it was used."""
        return self.age > KEPT_FOR.total_seconds()

    @property
    def age(self) -> float:
        """Seconds since the form was opened."""
        return now().timestamp() - self.opened_at

    def is_answered_by(self, answer: str) -> bool:
        """Whether the question is answered; digits of any script count."""
        if not self.question:
            return True
        text = answer.strip()
        return text.isdecimal() and len(text) < 4 and int(text) == self.first + self.second

    def once(self, fingerprint: str) -> Ticket:
        """What makes a comment that is sent twice one comment."""
        return Ticket(VISITOR, f"comment:{self.key}", fingerprint)


def open_form(subject: str) -> str:
    """The sealed ticket of a form that is opened now."""
    first, second = secrets.randbelow(MAX_TERM) + 1, secrets.randbelow(MAX_TERM) + 1
    ticket = FormTicket(subject, now().timestamp(), secrets.token_urlsafe(12), first, second)
    return seal(json.dumps(asdict(ticket)), _FORM)


def read_form(sealed: str, subject: str) -> FormTicket | None:
    """The ticket of a form for this subject; None where it is none of ours."""
    found = _unsealed(sealed, _FORM)
    if found is None or found.get("subject") != subject:
        return None
    return FormTicket(**found)


def edit_token(comment: Comment) -> str:
    """What lets the writer of a comment, who need not be signed in, correct it for a while.

    Whoever sends the form once more gets it again, and no more time.
    """
    until = comment.created_at + EDIT_WINDOW
    return seal(json.dumps({"id": comment.id, "until": until.timestamp()}), _EDIT)


def read_edit_token(token: str) -> int | None:
    """The key of the comment that may be corrected; None where the time is over."""
    found = _unsealed(token, _EDIT)
    return None if found is None or found["until"] < now().timestamp() else int(found["id"])


def leave_token(email: str) -> str:
    """What ends the mails about replies to an address."""
    return seal(json.dumps({"email": email}), _LEAVE)


def read_leave_token(token: str) -> str | None:
    """The address that wants no more mails."""
    found = _unsealed(token, _LEAVE)
    return None if found is None else str(found["email"])


def _unsealed(sealed: str, purpose: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(unseal(sealed, purpose))
    except (SealBroken, ValueError):
        return None
    return found
