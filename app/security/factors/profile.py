"""One's own factors: set up, looked at, removed."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.core.errors import Conflict, Invalid, NotFound
from app.core.redirects import safe_next
from app.extensions import db
from app.security.factors.challenges import Purpose, Stale
from app.security.factors.changes import note_change
from app.security.factors.forms import CodeForm, PasskeyForm
from app.security.factors.login import PASSKEY_REFUSED, as_json
from app.security.factors.models import Passkey
from app.security.factors.passkeys import (
    MAX_PASSKEYS,
    WrongPasskey,
    authentication_options,
    passkeys_of,
    register_passkey,
    registration_options,
)
from app.security.factors.recovery import draw_codes, forget_codes
from app.security.factors.signing import Owner, Pending, finish, owner
from app.security.factors.site import relying_party, require_party
from app.security.factors.totp import (
    confirm_proposal,
    find_proposal,
    grouped,
    propose,
    qr_code,
    remove_totp,
    setup_uri,
)
from app.security.sessions.confirmation import require_confirmation


class FactorsView(BaseView):
    """`/profile/factors/`: for whoever has signed in, or has to set a factor up first."""

    route_base = "/profile/factors"
    default_view = "show"

    @expose("/")
    def show(self) -> Any:
        """What there is, and what can be added."""
        found = owner()
        return self._page("factors", found, passkeys=passkeys_of(found.user.id))

    # The app

    @expose("/app/start", methods=["POST"])
    def start_app(self) -> Any:
        """Draw a secret and go on to the page that shows it."""
        found = owner()
        require_confirmation()
        propose(found.user.id)
        db.session.commit()
        return self._go("set_up_app")

    @expose("/app/", methods=["GET", "POST"])
    def set_up_app(self) -> Any:
        """Show the secret, and let it count once its first code was given."""
        found = owner()
        secret = find_proposal(found.user.id)
        if secret is None:
            return self._go("show")
        form = CodeForm(request.form)
        if request.method == "POST" and form.validate():
            require_confirmation()
            if confirm_proposal(found.user.id, form.code.data or ""):
                return self._added(found, "app-added")
            form.code.errors = [
                _("This is not the code that the app shows now. Is the clock of the phone right?")
            ]
        page = self._page(
            "factor_app",
            found,
            form=form,
            secret=grouped(secret),
            qr_code=qr_code(setup_uri(found.user, secret)),
        )
        if request.method == "POST":
            page.status_code = Invalid.status
        return page

    @expose("/app/remove", methods=["POST"])
    def remove_app(self) -> Any:
        """Forget the app."""
        found = self._settled()
        if not found.factors.has_totp:
            raise NotFound
        _refuse_last(found)
        remove_totp(found.user.id)
        return self._removed(found, "app-removed", _("The authenticator app was removed."))

    # Recovery codes

    @expose("/codes", methods=["POST"])
    def draw(self) -> Any:
        """Make new recovery codes and show them, this once."""
        found = self._settled()
        if not found.factors.has_any:
            raise Conflict(_("Set up an app or a passkey first."))
        codes = draw_codes(found.user.id)
        note_change(found.user, "codes-drawn", found.session)
        db.session.commit()
        return self._page("factor_codes", found, codes=codes)

    # Passkeys

    @expose("/passkeys/add/", methods=["GET", "POST"])
    def add_passkey(self) -> Any:
        """Keep a key that the browser has made."""
        found, party = owner(), require_party()
        require_confirmation()
        form = PasskeyForm(request.form)
        if request.method == "GET":
            return self._page("factor_passkey", found, form=form)
        if form.validate():
            _refuse_too_many(found)
            sent = form.credential.data or ""
            try:
                register_passkey(party, found.user.id, form.name.data or "", sent)
                return self._added(found, "passkey-added")
            except (Stale, WrongPasskey, IntegrityError):
                db.session.rollback()
                found = owner()
                form.name.errors = [PASSKEY_REFUSED]
        page = self._page("factor_passkey", found, form=form)
        page.status_code = Invalid.status
        return page

    @expose("/passkeys/options", methods=["POST"])
    def options(self) -> Response:
        """What the browser needs to make a key."""
        found, party = owner(), require_party()
        require_confirmation()
        return as_json(registration_options(party, found.user))

    @expose("/passkeys/confirm", methods=["POST"])
    def confirm_options(self) -> Response:
        """What the browser needs to prove with a key that it is still them."""
        found, party = owner(), require_party()
        return as_json(authentication_options(party, Purpose.CONFIRM, found.user.id))

    @expose("/passkeys/<pk>/rename", methods=["POST"])
    def rename(self, pk: str) -> Any:
        """Call a key something else."""
        found = owner()
        passkey = _passkey_of(found, pk)
        form = PasskeyForm(request.form)
        del form.credential
        if not form.validate():
            raise Invalid(errors={"name": [str(text) for text in form.name.errors]})
        passkey.name = form.name.data
        db.session.commit()
        flash(_("The passkey was renamed."), "success")
        return self._go("show")

    @expose("/passkeys/<pk>/remove", methods=["POST"])
    def remove_passkey(self, pk: str) -> Any:
        """Forget a key."""
        found = self._settled()
        passkey = _passkey_of(found, pk)
        _refuse_last(found)
        db.session.delete(passkey)
        return self._removed(found, "passkey-removed", _("The passkey was removed."))

    def _settled(self) -> Owner:
        """Whoever has factors and may change them now."""
        found = owner()
        require_confirmation()
        return found

    def _added(self, found: Owner, change: str) -> Any:
        """Let in whoever had to set a factor up, and show the recovery codes of a first one."""
        codes = draw_codes(found.user.id) if not found.factors.codes_left else []
        note_change(found.user, change, found.session)
        found.session.has_factor = True
        db.session.commit()
        if found.is_pending:
            finish(Pending(found.user, found.session))
        if codes:
            return self._page("factor_codes", found, codes=codes, is_first=True)
        flash(_("The second factor was added. Your other sessions have ended."), "success")
        return self._go("show")

    def _removed(self, found: Owner, change: str, message: str) -> Any:
        if found.factors.count == 1:
            # They stand in for a factor that there is none of any more.
            forget_codes(found.user.id)
        note_change(found.user, change, found.session)
        db.session.commit()
        flash(f"{message} {_('Your other sessions have ended.')}", "success")
        return self._go("show")

    def _go(self, name: str) -> Any:
        onwards: dict[str, Any] = {"next": _next_url()} if "next" in request.values else {}
        return redirect(url_for(f"{self.endpoint}.{name}", **onwards), 303)

    def _page(self, name: str, found: Owner, **values: Any) -> Response:
        """A page that nobody may keep: some of them show what is shown once."""
        page: str = self.render_template(
            f"security/{name}.html",
            user=found.user,
            factors=found.factors,
            is_pending=found.is_pending,
            can_use_passkeys=relying_party() is not None,
            view=self,
            next_url=_next_url(),
            **values,
        )
        answer = make_response(page)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def url(self, name: str, **values: Any) -> str:
        """The address of one of these pages, which goes on to where one wanted to go."""
        onwards: dict[str, Any] = {"next": _next_url()} if "next" in request.values else {}
        return url_for(f"{self.endpoint}.{name}", **values, **onwards)


def _passkey_of(found: Owner, pk: str) -> Passkey:
    for passkey in passkeys_of(found.user.id):
        if str(passkey.id) == pk:
            return passkey
    raise NotFound


def _refuse_last(found: Owner) -> None:
    if found.factors.is_enforced and found.factors.count <= 1:
        raise Conflict(
            _("One of your roles asks for a second factor, so the last one cannot be removed."),
            advice=_("Add another one first."),
        )


def _refuse_too_many(found: Owner) -> None:
    if found.factors.passkeys >= MAX_PASSKEYS:
        raise Conflict(_("You have as many passkeys as one can have. Remove one first."))


def _next_url() -> str:
    return safe_next(request.values.get("next"), current_app.appbuilder.get_url_for_index)  # type: ignore[attr-defined]
