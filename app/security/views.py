"""Signing in and out, and one's own account."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _
from flask_login import current_user

from app.core.addresses import public_url
from app.core.errors import Unavailable
from app.core.redirects import safe_next
from app.extensions import db
from app.security.accounts import own_account
from app.security.attempts import TooManyAttempts, attempt, may_mail
from app.security.demo import PEOPLE
from app.security.factors.signing import go_on
from app.security.forms import ChangePasswordForm, LoginForm, ProfileForm
from app.security.links.mail_address import ask_address
from app.security.links.mails import tell_password_changed
from app.security.links.registrations import RegistrationMode, registration_mode
from app.security.passwords import hash_password
from app.security.preferences import NAMES, set_choices
from app.security.providers.arrival import goes_by_proxy, login_url_after, start_url
from app.security.providers.entry import NotAdmitted
from app.security.providers.options import REMOTE
from app.security.sessions.proof import require_confirmation
from app.security.sessions.store import end_other_sessions, sign_in, sign_out


class AuthView(BaseView):
    """`/login/` and `/logout/`."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        """Ask for a name and a password, and go on to where one wanted to go."""
        next_url = safe_next(request.values.get("next"), self.appbuilder.get_url_for_index)
        if request.method == "GET":
            if current_user.is_authenticated:
                return redirect(next_url)
            if goes_by_proxy():
                return redirect(start_url(REMOTE, next=next_url))
            return self._page(LoginForm(), next_url)
        form = LoginForm(request.form)
        if not form.validate():
            return self._page(form, next_url), 422
        try:
            user = attempt(form.username.data, form.password.data)
        except TooManyAttempts:
            problem = _("There were too many attempts. Wait a few minutes and try again.")
            return self._page(form, next_url, problem), 429
        except (NotAdmitted, Unavailable) as error:
            return self._page(form, next_url, str(error)), error.status
        if user is None:
            return self._page(form, next_url, _("The name or the password is wrong.")), 401
        return go_on(user, next_url, is_remembered=form.remember.data)

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """End the session; a link or an image on another site cannot do that."""
        address = login_url_after()
        sign_out()
        return redirect(address, 303)

    def refuse(self, problem: str) -> Any:
        """The page with the ways to log in, after another one has failed."""
        return self._page(LoginForm(), self.appbuilder.get_url_for_index, problem)

    def _page(self, form: LoginForm, next_url: str, problem: str = "") -> Any:
        return self.render_template(
            "security/login.html",
            form=form,
            next_url=next_url,
            problem=problem,
            demo_accounts=_demo_accounts(),
            forgotten_url=url_for("AskView.forgot"),
            register_url=_register_url(),
        )


def _register_url() -> str:
    """Where one makes an account for oneself, if that is allowed."""
    is_off = registration_mode() is RegistrationMode.OFF
    return "" if is_off else url_for("AskView.register")


def _demo_accounts() -> list[str]:
    """The names that a developer can use; the password is printed in the terminal only."""
    return list(PEOPLE) if current_app.config["BUREAU_ENV"] == "development" else []


class ProfileView(BaseView):
    """`/profile/`: one's own account, whatever rights one holds."""

    route_base = "/profile"
    default_view = "show"

    @classmethod
    def password_url(cls) -> str:
        """Where one changes one's password."""
        return url_for(f"{cls.__name__}.password")

    @expose("/")
    def show(self) -> Any:
        """Who one is, and which roles one has."""
        user = own_account().user
        return self.render_template(
            "security/profile.html",
            user=user,
            roles=[role.name for role in user.roles],
            groups=[group.name for group in user.groups],
            password_url=self.password_url(),
            edit_url=url_for(f"{self.endpoint}.edit"),
            sessions_url=url_for("OwnSessionsView.show"),
        )

    @expose("/edit/", methods=["GET", "POST"])
    def edit(self) -> Any:
        """Change one's name, address and choices."""
        account = own_account()
        user, chosen = account.user, account.preference
        if request.method == "GET":
            data = {name: getattr(user, name) for name in ("first_name", "last_name", "email")}
            data |= {name: getattr(chosen, name, None) or "" for name in NAMES}
            return self._form(ProfileForm(user=user, data=data))
        form = ProfileForm(request.form, user=user)
        if not form.validate():
            return self._form(form), 422
        if form.has_new_address:
            require_confirmation()
            if not _may_write_to(form.email.data):
                problem = _("There were too many attempts. Wait a few minutes and try again.")
                form.email.errors = [problem]
                return self._form(form), 429
        form.populate(user)
        if form.has_new_address:
            ask_address(user, form.email.data)
        set_choices(account.user_id, chosen, {name: form[name].data for name in NAMES})
        db.session.commit()
        flash(_("Your profile was saved."), "success")
        if form.has_new_address:
            flash(
                _(
                    "Your mail address changes when you open the link that we send to %(address)s.",
                    address=form.email.data,
                ),
                "info",
            )
        return redirect(url_for(f"{self.endpoint}.show"), 303)

    @expose("/password/", methods=["GET", "POST"])
    def password(self) -> Any:
        """Change one's password; one stays signed in here and nowhere else."""
        account = own_account()
        form = ChangePasswordForm(request.form, user=account.user)
        if request.method == "POST" and form.validate():
            held = account.session
            is_remembered = held is not None and held.is_remembered
            has_factor = held is not None and held.has_factor
            account.user.password = hash_password(form.new_password.data)
            end_other_sessions(account.user)
            tell_password_changed(account.user, public_url("AuthView.login"))
            sign_in(account.user, is_remembered=is_remembered, has_factor=has_factor)
            flash(_("Your password was changed. Your other sessions have ended."), "success")
            return redirect(url_for(f"{self.endpoint}.show"), 303)
        page = self.render_template(
            "security/password.html", form=form, back_url=url_for(f"{self.endpoint}.show")
        )
        return (page, 422) if request.method == "POST" else page

    def _form(self, form: ProfileForm) -> Any:
        return self.render_template(
            "security/profile_form.html", form=form, back_url=url_for(f"{self.endpoint}.show")
        )


def _may_write_to(address: str) -> bool:
    """Whether a mail to an address that nobody has confirmed is not one too many."""
    try:
        return may_mail("address", address)
    except TooManyAttempts:
        return False
