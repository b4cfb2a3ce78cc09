"""The page that asks again who it is, the ways to prove it, and checking them.

The page posts to the address of the change that asked for it, and brings along what was sent
there, sealed: the proof is checked before the view is called, which then finds the form as it was
typed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import (
    Flask,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l
from werkzeug.datastructures import ImmutableMultiDict

from app.core.error_handlers import respond, wants_fragment, wants_json
from app.core.errors import BadParameter, problem_of
from app.core.redirects import came_from
from app.core.sealing import SealBroken, seal, unseal
from app.extensions import db
from app.security.accounts import Account, current_account
from app.security.attempts import TooManyAttempts, confirm
from app.security.audit import record_event
from app.security.models import SessionKind
from app.security.sessions.proof import ConfirmationRequired, mark_confirmed, require_confirmation

__all__ = [
    "ConfirmationRequired",
    "Way",
    "add_way",
    "init_confirmation",
    "mark_confirmed",
    "require_confirmation",
]

WAY, KEPT, PASSWORD = "_confirm", "_kept", "_confirm_password"
"""Fields of the page: the way that was chosen, what was sent before, and the password."""

_EXTENSION = "bureau_confirmations"
_NEVER_KEPT = frozenset({"csrf_token", WAY, KEPT, PASSWORD})


@dataclass(frozen=True)
class Way:
    """A way to prove it: `check` reads its own fields from `request.form`, which `template` shows.

    It may raise `TooManyAttempts`. The template is included in a form of its own with a submit
    button; `is_offered` says for whom there is this way at all.
    """

    name: str
    label: Any
    template: str
    is_offered: Callable[[User], bool]
    check: Callable[[User], bool]
    failure: ClassVar[Any] = _l("This is not right. Try again.")


def init_confirmation(app: Flask) -> None:
    """Ask on a page, and check what is answered before anything else is done."""
    app.register_error_handler(ConfirmationRequired, _ask)
    add_way(
        app,
        Way(
            "password",
            _l("Password"),
            "security/_confirm_password.html",
            is_offered=lambda user: bool(user.password),
            check=lambda user: confirm(user, request.form.get(PASSWORD, "")),
        ),
    )


def add_way(app: Flask, way: Way) -> None:
    """Offer a further way, such as a second factor."""
    app.extensions.setdefault(_EXTENSION, []).append(way)


def ways_of(user: User) -> list[Way]:
    """The ways that there are for this user."""
    ways: Sequence[Way] = current_app.extensions.get(_EXTENSION, ())
    return [way for way in ways if way.is_offered(user)]


def read_confirmation() -> Any:
    """Check a proof that comes with a form, and let the view find the form as it was sent first."""
    if request.method != "POST" or request.is_json or WAY not in request.form:
        return None
    account = current_account()
    if account is None or account.session is None or account.session.kind is SessionKind.API:
        return None
    chosen = [way for way in ways_of(account.real_user) if way.name == request.form[WAY]]
    kept = request.form.get(KEPT, "")
    fields = _unseal(kept, account) if kept else []
    try:
        is_right = bool(chosen) and chosen[0].check(account.real_user)
    except TooManyAttempts:
        problem = _("There were too many attempts. Wait a few minutes and try again.")
        return _page(kept, problem), 429
    if not is_right:
        return _page(kept, str(Way.failure)), 422
    record_event("confirmation", way=chosen[0].name)
    mark_confirmed()
    if kept:
        sent: Any = request._get_current_object()  # type: ignore[attr-defined]
        sent.form = ImmutableMultiDict(fields)
        vars(sent).pop("values", None)
    return None


def confirm_page(next_url: str, *, problem: str = "") -> str:
    """The page that asks, and then leads to another one."""
    return _page("", problem, action=url_for("ConfirmView.show", next=next_url), back_url=next_url)


def _ask(error: ConfirmationRequired) -> Any:
    """Answer a change that needs a proof: with the page, or with its code."""
    if wants_json():
        return respond(problem_of(error))
    db.session.rollback()
    if request.method == "GET":
        return make_response(confirm_page(came_from()), error.status)
    if wants_fragment():
        response = make_response("", error.status)
        response.headers["HX-Redirect"] = url_for("ConfirmView.show", next=came_from())
        return response
    return make_response(_page(_seal()), error.status)


def _page(kept: str, problem: str = "", *, action: str = "", back_url: str = "") -> str:
    account = current_account()
    assert account is not None
    return render_template(
        "security/confirm.html",
        ways=ways_of(account.real_user),
        chosen=request.form.get(WAY, ""),
        user=account.real_user,
        action=action,
        kept=kept,
        problem=problem,
        back_url=back_url or came_from(),
        has_files=bool(request.files),
    )


def _seal() -> str:
    """What was sent, for nobody but this session and this address to read."""
    account = current_account()
    assert account is not None
    assert account.session is not None
    fields = [pair for pair in request.form.items(multi=True) if pair[0] not in _NEVER_KEPT]
    content = {"session": account.session.id, "path": request.full_path, "fields": fields}
    return seal(json.dumps(content), KEPT)


def _unseal(kept: str, account: Account) -> list[tuple[str, str]]:
    try:
        content = json.loads(unseal(kept, KEPT))
    except (SealBroken, ValueError) as error:
        raise _unusable() from error
    assert account.session is not None
    if (content["session"], content["path"]) != (account.session.id, request.full_path):
        raise _unusable()
    return [(name, value) for name, value in content["fields"]]


def _unusable() -> BadParameter:
    return BadParameter(
        _("What you had typed belongs to another page or another sign-in."),
        advice=_("Go back, reload the page and send it again."),
    )
