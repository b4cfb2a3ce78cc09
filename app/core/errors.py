"""The errors that people and API clients may see: status, stable code, translated message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar

from flask_babel import LazyString, lazy_gettext as _

FieldErrors = Mapping[str, Sequence[str]]


class BureauError(Exception):
    """A request that is answered with an error: `raise NotFound`, or with a message of its own.

    `errors` has messages by field. `code` is what a program tells errors apart by: it never
    changes and is never translated.
    """

    status: ClassVar[int] = 500
    code: str = "internal_error"
    headers: Sequence[tuple[str, str]] = ()

    def __init__(
        self,
        message: str | LazyString | None = None,
        *,
        errors: FieldErrors | None = None,
        code: str | None = None,
        advice: str | LazyString | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.errors = dict(errors or {})
        self.advice = advice
        self.code = code or self.code

    def __str__(self) -> str:
        return str(self.message or text_of(self.status).message)


class BadParameter(BureauError):
    """The address or the body has a value that cannot be read; `errors` names it."""

    status = 400
    code = "bad_parameter"


class Unauthorized(BureauError):
    """Nobody is signed in, and somebody must be."""

    status = 401
    code = "unauthorized"


class Forbidden(BureauError):
    """Whoever is signed in may not do this."""

    status = 403
    code = "forbidden"


class NotFound(BureauError):
    """It does not exist, or this user may not know that it does."""

    status = 404
    code = "not_found"


class Conflict(BureauError):
    """Somebody else changed it first, or a rule between records forbids it."""

    status = 409
    code = "conflict"


class Gone(BureauError):
    """It was here, and was taken back for good."""

    status = 410
    code = "gone"


class PreconditionFailed(BureauError):
    """The request names another version of the record than there is (If-Match, RFC 9110)."""

    status = 412
    code = "precondition_failed"


class TooLarge(BureauError):
    """The upload or the request is larger than allowed."""

    status = 413
    code = "too_large"


class Invalid(BureauError):
    """What was sent can be read but not accepted; `errors` says why, field by field."""

    status = 422
    code = "invalid"


class RateLimited(BureauError):
    """Whoever calls has called too often; they may again after some seconds."""

    status = 429
    code = "rate_limited"

    def __init__(self, retry_after: int) -> None:
        super().__init__(_("There were too many requests. Wait a moment, then go on."))
        self.headers = [("Retry-After", str(retry_after))]


class Unavailable(BureauError):
    """A service that this needs does not answer."""

    status = 503
    code = "unavailable"


@dataclass(frozen=True)
class ErrorText:
    """What an error page says: what happened, and what one can do about it."""

    title: str | LazyString
    message: str | LazyString
    advice: str | LazyString = ""


@dataclass(frozen=True)
class Problem:
    """One error, ready to be answered in any form."""

    status: int
    code: str
    text: ErrorText
    errors: Mapping[str, Any] = field(default_factory=dict)
    headers: Sequence[tuple[str, str]] = ()


TEXTS: Mapping[int, ErrorText] = {
    400: ErrorText(
        _("This request cannot be read"),
        _("The address or the form has a value that makes no sense here."),
        _("Go back and try it another way."),
    ),
    401: ErrorText(
        _("Log in first"),
        _("This page is only for people who are logged in."),
    ),
    403: ErrorText(
        _("Not allowed"),
        _("You do not have permission to do this."),
        _("If you need it for your work, ask an administrator."),
    ),
    404: ErrorText(
        _("Not found"),
        _("There is nothing at this address, or it is not yours to see."),
        _("Check the address, or start again from the menu."),
    ),
    405: ErrorText(
        _("This cannot be done here"),
        _("The address exists, but not for this kind of request."),
        _("Go back and use the buttons of the page."),
    ),
    409: ErrorText(
        _("Somebody else was faster"),
        _("The record was changed after you opened it, so nothing was saved."),
        _("Open it again and compare."),
    ),
    410: ErrorText(
        _("No longer here"),
        _("What stood at this address was taken back."),
        _("Look at what is new, or search for it."),
    ),
    412: ErrorText(
        _("Somebody else was faster"),
        _("Somebody changed this record since you read it."),
        _("Open it again and compare."),
    ),
    413: ErrorText(
        _("Too large"),
        _("What you sent is larger than allowed."),
        _("Send a smaller file, or less at once."),
    ),
    415: ErrorText(
        _("Wrong format"),
        _("This kind of content is not accepted here."),
    ),
    422: ErrorText(
        _("Some values are not accepted"),
        _("Nothing was saved. The messages say what to change."),
    ),
    429: ErrorText(
        _("Too many requests"),
        _("There were too many attempts in a short time."),
        _("Wait a minute and try again."),
    ),
    500: ErrorText(
        _("Something went wrong"),
        _("This is our fault, not yours. It has been noted."),
        _("Try again. If it happens again, report it with the number below."),
    ),
    503: ErrorText(
        _("Not available at the moment"),
        _("A part of the system does not answer. Nothing was saved."),
        _("Try again in a minute."),
    ),
}
CSRF_TEXT = ErrorText(
    _("The page was open too long"),
    _("For your safety, a form can only be sent by whoever opened it, in the same session."),
    _("Go back, reload the page and send it again."),
)


def text_of(status: int) -> ErrorText:
    """What an error page says for this status."""
    if status in TEXTS:
        return TEXTS[status]
    if status < 500:
        return ErrorText(HTTPStatus(status).phrase, TEXTS[400].message, TEXTS[400].advice)
    return TEXTS[503 if status in (502, 504) else 500]


def problem_of(error: BureauError) -> Problem:
    """What is answered to this error."""
    text = text_of(error.status)
    shown = ErrorText(text.title, error.message or text.message, error.advice or text.advice)
    return Problem(error.status, error.code, shown, error.errors, error.headers)
