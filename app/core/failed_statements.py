"""What it means for whoever asked that the database did not do what it was asked to do.

It is mostly a 503 (RFC 9110, 15.6.4): the request is right, and may well be answered at another
time. Where waiting helps, `Retry-After` says how long. Where a statement took too long it does not
say so, because the same question would take as long again: what helps is to ask for less. Even
then it is no 400: nothing is wrong with the address, and a missing index is a fault of ours that
whoever watches the site should see among its errors.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout

from app.core.errors import ErrorText, Problem, text_of
from app.core.limits import statement_seconds

AWAY_SECONDS = 30
BUSY_SECONDS = 5
"""How long to wait before asking again, in answers that say so."""

CANCELED = "57014"
HELD_BY_OTHERS = frozenset({"55P03", "40P01", "40001"})
"""A lock that was waited for in vain, a deadlock, and a transaction that met another one."""
CLASSES_OF_AN_OUTAGE = frozenset({"08", "53", "57"})
"""Codes of PostgreSQL begin so where it is not reached, has no room left, or is being stopped."""

BUSY_TEXT = ErrorText(
    _("Too much at once"),
    _("More goes on at this moment than can be done at once. Nothing was saved."),
    _("Try again in a few seconds."),
)
IN_DOUBT_TEXT = ErrorText(
    _("It is not certain that this was saved"),
    _("The connection to the database broke at the very moment of saving."),
    _("Look whether your change is there before you send it again."),
)


def problem_of_statement(error: DBAPIError | PoolTimeout) -> Problem | None:
    """What is answered to a failure of the database; None where the statement itself is wrong."""
    if isinstance(error, PoolTimeout):
        return _busy()
    code = str(getattr(error.orig, "pgcode", None) or "")
    words = str(error.orig)
    if code == CANCELED or words == "interrupted":
        return Problem(503, "took_too_long", _too_long_text())
    if code in HELD_BY_OTHERS or "database is locked" in words:
        return _busy()
    is_unreached = error.connection_invalidated or error.statement is None
    if is_unreached or code[:2] in CLASSES_OF_AN_OUTAGE:
        return _away(error)
    return None


def fields_to_send_again() -> list[tuple[str, str]]:
    """What was typed into the form that this request has sent, for a button that sends it again.

    Files cannot be sent by such a button, and passwords are shown to nobody, so it is empty then.
    """
    fields: list[tuple[str, Any]] = list(request.form.items(multi=True))
    has_files = any(file.filename for file in request.files.values())
    has_secrets = any("password" in name for name, _value in fields)
    return [] if request.method != "POST" or has_files or has_secrets else fields


def _busy() -> Problem:
    return Problem(503, "busy", BUSY_TEXT, headers=_retry_after(BUSY_SECONDS))


def _away(error: DBAPIError) -> Problem:
    """Away; a connection that breaks with no statement under way may have broken in a commit."""
    is_in_doubt = (
        error.connection_invalidated
        and error.statement is None
        and request.method not in ("GET", "HEAD", "OPTIONS")
    )
    text = IN_DOUBT_TEXT if is_in_doubt else text_of(503)
    code = "in_doubt" if is_in_doubt else "unavailable"
    return Problem(503, code, text, headers=_retry_after(AWAY_SECONDS))


def _too_long_text() -> ErrorText:
    return ErrorText(
        _("This takes too long"),
        _(
            "It was stopped after %(count)d s, so that others need not wait. Nothing was saved.",
            count=statement_seconds(),
        ),
        _("Ask for less: add a filter, choose a shorter time, or search for a longer word."),
    )


def _retry_after(seconds: int) -> list[tuple[str, str]]:
    return [("Retry-After", str(seconds))]
