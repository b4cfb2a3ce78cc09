"""Signing in and out, and one's own account."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from app.core.errors import Unauthorized
from app.core.home import require_user
from app.core.redirects import safe_next
from app.extensions import db
from app.security.accounts import current_account
from app.security.attempts import TooManyAttempts, attempt
from app.security.demo import PEOPLE
from app.security.forms import ChangePasswordForm, LoginForm, ProfileForm
from app.security.passwords import hash_password
from app.security.preferences import NAMES, set_choices
from app.security.sessions import sign_in, sign_out


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
            return self._page(LoginForm(), next_url)
        form = LoginForm(request.form)
        if not form.validate():
            return self._page(form, next_url), 422
        try:
            user = attempt(form.username.data, form.password.data)
        except TooManyAttempts:
            problem = _("There were too many attempts. Wait a few minutes and try again.")
            return self._page(form, next_url, problem), 429
        if user is None:
            return self._page(form, next_url, _("The name or the password is wrong.")), 401
        sign_in(user)
        return redirect(next_url, 303)

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """End the session; a link or an image on another site cannot do that."""
        sign_out()
        return redirect(url_for(f"{self.endpoint}.login"), 303)

    def _page(self, form: LoginForm, next_url: str, problem: str = "") -> Any:
        return self.render_template(
            "security/login.html",
            form=form,
            next_url=next_url,
            problem=problem,
            demo_accounts=_demo_accounts(),
        )


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
        require_user()
        user = current_user
        return self.render_template(
            "security/profile.html",
            user=user,
            roles=[role.name for role in user.roles],
            groups=[group.name for group in user.groups],
            password_url=self.password_url(),
            edit_url=url_for(f"{self.endpoint}.edit"),
        )

    @expose("/edit/", methods=["GET", "POST"])
    def edit(self) -> Any:
        """Change one's name, address and choices."""
        account = current_account()
        if account is None:
            raise Unauthorized
        user, chosen = account.user, account.preference
        if request.method == "GET":
            data = {name: getattr(user, name) for name in ("first_name", "last_name", "email")}
            data |= {name: getattr(chosen, name, None) or "" for name in NAMES}
            return self._form(ProfileForm(user=user, data=data))
        form = ProfileForm(request.form, user=user)
        if not form.validate():
            return self._form(form), 422
        form.populate(user)
        set_choices(account.user_id, chosen, {name: form[name].data for name in NAMES})
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            form.email.errors = [_("Another account already has this address.")]
            return self._form(form), 422
        flash(_("Your profile was saved."), "success")
        return redirect(url_for(f"{self.endpoint}.show"), 303)

    @expose("/password/", methods=["GET", "POST"])
    def password(self) -> Any:
        """Change one's password; one stays signed in here and nowhere else."""
        account = current_account()
        if account is None:
            raise Unauthorized
        form = ChangePasswordForm(request.form, user=account.user)
        if request.method == "POST" and form.validate():
            account.user.password = hash_password(form.new_password.data)
            db.session.commit()
            sign_in(account.user)
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
