"""Answers every error in the caller's own form: JSON, a page, or a message in the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus

from flask import (
    Flask,
    Response,
    current_app,
    g,
    get_template_attribute,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import (
    CSRF_TEXT,
    BureauError,
    Conflict,
    Problem,
    problem_of,
    text_of,
)
from app.core.failed_statements import fields_to_send_again, problem_of_statement
from app.core.redirects import came_from
from app.core.signals import announce
from app.core.telemetry import request_id
from app.extensions import db

logger = logging.getLogger(__name__)

HTTP_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}
_EXTENSION = "bureau_error_pages"
PLAIN_PAGE = (
    "<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head>"
    "<body><h1>{title}</h1><p>{message}</p><p>{advice}</p><p>{request_id}</p></body></html>"
)


def init_errors(app: Flask) -> None:
    """Answer our errors, Werkzeug's, and those of the database."""
    app.register_error_handler(BureauError, lambda error: respond(problem_of(error)))
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(StaleDataError, lambda _error: respond(problem_of(Conflict())))
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(PoolTimeout, _answer_database)


def wants_json() -> bool:
    """Whether the caller is a program: it asks the API, sends JSON, or would rather have JSON."""
    if request.path.startswith("/api/") or request.is_json:
        return True
    return _prefers_json(request.environ.get("HTTP_ACCEPT", ""))


@lru_cache(maxsize=500)
def _prefers_json(accepted: str) -> bool:
    """What a header `Accept` says; there are few, each browser has its own."""
    found = parse_accept_header(accepted, MIMEAccept)
    return found.best_match(["text/html", "application/json"]) == "application/json"


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page, so that a whole page would break this one."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def respond(problem: Problem) -> AnyResponse:
    """Answer with an error, in the form the caller can use."""
    _discard_changes()
    if problem.status == HTTPStatus.FORBIDDEN:
        announce("access", outcome="refused", details={"reason": problem.code})
    if wants_json():
        response = _json(problem)
    elif problem.status == 401 and hasattr(current_app, "appbuilder"):
        return _to_login()
    elif wants_fragment():
        response = _fragment(problem)
    else:
        response = _page(problem)
    response.headers.extend(problem.headers)
    return response


def _json(problem: Problem) -> Response:
    errors = {
        name: [str(message) for message in messages] for name, messages in problem.errors.items()
    }
    body = jsonify(message=str(problem.text.message), code=problem.code, errors=errors)
    return make_response(body, problem.status)


def _page(problem: Problem) -> Response:
    text = problem.text
    shown = {
        "title": text.title,
        "message": text.message,
        "advice": text.advice,
        "request_id": request_id(),
    }
    try:
        page = render_template(
            _template(),
            status=problem.status,
            errors=problem.errors,
            sent=fields_to_send_again() if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else [],
            **shown,
        )
    except Exception:
        # The page has a menu and so a user, which may need the very thing that has failed;
        # whatever goes wrong here must not hide the error that is being answered.
        logger.exception("The error page cannot be shown, so a plain one is")
        page = PLAIN_PAGE.format(**{name: escape(value) for name, value in shown.items()})
    return make_response(page, problem.status)


def register_error_page(app: Flask, template: str, is_meant: Callable[[], bool]) -> None:
    """Show errors in the look of other pages, wherever `is_meant` says so of the request."""
    app.extensions.setdefault(_EXTENSION, []).append((is_meant, template))


def _template() -> str:
    looks: list[tuple[Callable[[], bool], str]] = current_app.extensions.get(_EXTENSION, [])
    return next((name for is_meant, name in looks if is_meant()), "errors/error.html")


def _fragment(problem: Problem) -> Response:
    """A toast: htmx leaves the page as it is and adds this to the messages."""
    lines = [str(problem.text.message)]
    lines += [str(message) for messages in problem.errors.values() for message in messages]
    toast = get_template_attribute("base/_toasts.html", "toast")
    response = make_response(toast("error", " ".join(lines)), problem.status)
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    response.headers["HX-Reselect"] = ".toast"
    return response


def _to_login() -> AnyResponse:
    """Ask to log in, and come back to the page one was on."""
    address = current_app.appbuilder.get_url_for_login_with(came_from())  # type: ignore[attr-defined]
    if wants_fragment():
        return Response(status=401, headers={"HX-Redirect": address})
    return Response(status=302, headers={"Location": address})


def _answer_http(error: HTTPException) -> AnyResponse | HTTPException:
    if error.response is not None or error.code is None:
        # Whoever raised it has said what to answer.
        return error
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    code = HTTP_CODES.get(error.code, "bad_request" if error.code < 500 else "internal_error")
    return respond(Problem(error.code, code, text_of(error.code), headers=headers))


def _answer_csrf(error: CSRFError) -> AnyResponse:
    logger.info("A form was refused: %s", error.description)
    if not wants_json() and _is_logged_out():
        return _to_login()
    return respond(Problem(400, "csrf", CSRF_TEXT))


def _is_logged_out() -> bool:
    """Whether the session that the form was opened in has ended, so that logging in helps."""
    appbuilder = getattr(current_app, "appbuilder", None)
    if appbuilder is None or current_user.is_authenticated:
        return False
    return bool(request.path != appbuilder.get_url_for_login)


def _answer_database(error: DBAPIError | PoolTimeout) -> AnyResponse:
    """Say what is the matter with the database; a wrong statement is a fault of ours."""
    problem = problem_of_statement(error)
    if problem is None:
        raise error
    logger.error("The database has not done it (%s): %s", problem.code, error)
    if isinstance(error, PoolTimeout) or problem.code in ("unavailable", "in_doubt"):
        _ask_no_more()
    return respond(problem)


def _ask_no_more() -> None:
    """Answer as if to a visitor: to show who it is would ask the database once more, in vain."""
    if hasattr(current_app, "login_manager"):
        g._login_user = current_app.login_manager.anonymous_user()


def _discard_changes() -> None:
    """Forget what the failed request had begun, so that showing the error cannot save it."""
    if db.session.registry.has():
        with suppress(SQLAlchemyError):
            db.session.rollback()
