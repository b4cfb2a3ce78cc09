"""The pages between the right password and being signed in, and passkeys in place of both."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from flask_login import current_user

from app.core.errors import Unauthorized
from app.core.redirects import safe_next
from app.extensions import db
from app.security.attempts import TooManyAttempts, note_log_in
from app.security.audit import record_event
from app.security.factors.challenges import Purpose, Stale
from app.security.factors.passkeys import WrongPasskey, authentication_options, use_passkey
from app.security.factors.policy import factors_of
from app.security.factors.recovery import FEW
from app.security.factors.signing import (
    PASSKEY,
    RECOVERY,
    Pending,
    find_pending,
    finish,
    give_code,
    note_factor,
)
from app.security.factors.site import relying_party, require_party
from app.security.sessions.store import sign_in

WRONG_CODE = _l("This code is wrong, or it was used already.")
TOO_MANY = _l("There were too many attempts. Wait a few minutes and try again.")
PASSKEY_REFUSED = _l("The passkey was not accepted. Try again, or use another way.")


class FactorView(BaseView):
    """`/login/factor/` and `/login/passkey/`."""

    route_base = "/login"
    default_view = "ask"

    @expose("/factor/", methods=["GET", "POST"])
    def ask(self) -> Any:
        """Ask whoever gave the right password for a code or a passkey."""
        pending = find_pending()
        if pending is None:
            return self._start_again()
        if request.method == "GET":
            return self._page(pending)
        try:
            method = give_code(pending.user, request.form.get("code", ""))
        except TooManyAttempts:
            return self._page(pending, TOO_MANY), 429
        if method is None:
            return self._page(pending, WRONG_CODE), 401
        finish(pending)
        if method == RECOVERY:
            _say_left(factors_of(pending.user.id).codes_left)
        return redirect(_next_url(), 303)

    @expose("/factor/passkey/options", methods=["POST"])
    def factor_options(self) -> Response:
        """What the browser needs to ask for a passkey of this user."""
        pending, party = find_pending(), require_party()
        if pending is None:
            raise Unauthorized
        return as_json(authentication_options(party, Purpose.SECOND_FACTOR, pending.user.id))

    @expose("/factor/passkey/", methods=["POST"])
    def factor_passkey(self) -> Any:
        """Let in whoever has a passkey beside the password."""
        pending = find_pending()
        if pending is None:
            return self._start_again()
        sent, user = request.form.get("credential", ""), pending.user
        try:
            use_passkey(require_party(), Purpose.SECOND_FACTOR, sent, user.id)
        except (Stale, WrongPasskey):
            note_factor(user, None)
            return self._page(pending, PASSKEY_REFUSED), 401
        note_factor(user, PASSKEY)
        finish(pending)
        return redirect(_next_url(), 303)

    @expose("/passkey/options", methods=["POST"])
    def login_options(self) -> Response:
        """What the browser needs to ask for whichever passkey it has."""
        return as_json(authentication_options(require_party(), Purpose.SIGN_IN))

    @expose("/passkey/", methods=["POST"])
    def login_passkey(self) -> Any:
        """Let in whoever has a passkey and has shown the device who they are."""
        party, sent = require_party(), request.form.get("credential", "")
        try:
            passkey = use_passkey(party, Purpose.SIGN_IN, sent)
            user = db.session.get(User, passkey.user_id)
        except (Stale, WrongPasskey):
            user = None
        if user is None or not user.active:
            db.session.rollback()
            record_event("log-in", outcome="failure", by=PASSKEY)
            flash(PASSKEY_REFUSED, "error")
            return redirect(_login_url(), 303)
        note_factor(user, PASSKEY)
        note_log_in(user)
        sign_in(user, is_remembered=bool(request.form.get("remember")), has_factor=True)
        return redirect(_next_url(), 303)

    def _start_again(self) -> Any:
        """Nobody waits here: the ten minutes are over, or the browser has signed in already."""
        if current_user.is_authenticated:
            return redirect(_next_url(), 303)
        if request.method == "POST":
            flash(_("That took too long. Log in again."), "warning")
        return redirect(_login_url(), 303)

    def _page(self, pending: Pending, problem: Any = "") -> Any:
        return self.render_template(
            "security/factor.html",
            user=pending.user,
            factors=factors_of(pending.user.id),
            can_use_passkeys=relying_party() is not None,
            next_url=_next_url(),
            again_url=_login_url(),
            problem=problem,
        )


def as_json(text: str) -> Response:
    """Options for the browser, which nobody keeps."""
    answer = Response(text, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _next_url() -> str:
    return safe_next(request.values.get("next"), current_app.appbuilder.get_url_for_index)  # type: ignore[attr-defined]


def _login_url() -> str:
    return url_for("AuthView.login", next=_next_url())


def _say_left(left: int) -> None:
    """Tell whoever used a recovery code how many there are now."""
    said = ngettext(
        "You have %(num)d recovery code left.", "You have %(num)d recovery codes left.", left
    )
    advice = _("Make new ones on the page of your second factors.") if left <= FEW else ""
    flash(f"{said} {advice}".rstrip(), "warning")
