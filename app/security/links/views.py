"""The pages of people who are not signed in: forgotten passwords, registrations, and links."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l

from app.core.errors import Conflict, NotFound
from app.core.i18n import current_locale, select_timezone
from app.extensions import db
from app.security.attempts import TooManyAttempts, may_mail
from app.security.factors.signing import go_on
from app.security.forms import SecurityForm, SetPasswordForm
from app.security.links.forms import ForgottenForm, RegistrationForm
from app.security.links.mail_address import change_address
from app.security.links.models import LinkPurpose, SecurityLink
from app.security.links.registrations import (
    RegistrationMode,
    apply,
    ask_registration,
    register,
    registration_mode,
)
from app.security.links.resets import ask_reset, set_new_password
from app.security.links.tokens import find_link, use_link
from app.security.rights.granting import given_by_the_site

CHOOSING = (LinkPurpose.INVITATION, LinkPurpose.RESET)
GONE = 410
TOO_MANY = _l("There were too many attempts. Wait a few minutes and try again.")


class AskView(BaseView):
    """`/forgot/` and `/register/`: they answer the same, whoever is asked for."""

    route_base = ""
    default_view = "forgot"

    @expose("/forgot/", methods=["GET", "POST"])
    def forgot(self) -> Any:
        """Ask for a link to choose a new password."""
        form = ForgottenForm(request.form)
        page = {
            "title": _("Forgot the password?"),
            "intro": _("We send a link to the mail address of the account."),
            "submit": _("Send the link"),
            "autocomplete": {"username": "username"},
        }
        if request.method == "GET":
            return self._form(form, page)
        if not form.validate():
            return self._form(form, page), 422
        name = form.username.data
        try:
            if may_mail("reset", name):
                ask_reset(name)
                db.session.commit()
        except TooManyAttempts:
            return self._form(form, page, TOO_MANY), 429
        return self._sent(
            _("If there is such an account, a mail is on its way. Its link is good for an hour.")
        )

    @expose("/register/", methods=["GET", "POST"])
    def register(self) -> Any:
        """Ask for an account."""
        if registration_mode() is RegistrationMode.OFF:
            raise NotFound
        form = RegistrationForm(request.form)
        names = {"first_name": "given-name", "last_name": "family-name", "email": "email"}
        page = {
            "title": _("Make an account"),
            "intro": _("We send a link to this address, so that nobody can use another's."),
            "submit": _("Send the link"),
            "autocomplete": names,
        }
        if request.method == "GET":
            return self._form(form, page)
        if not form.validate():
            return self._form(form, page), 422
        name, email = (form.first_name.data.strip(), form.last_name.data.strip()), form.email.data
        try:
            if may_mail("registration", email):
                ask_registration(name, email, str(current_locale()), select_timezone())
                db.session.commit()
        except TooManyAttempts:
            return self._form(form, page, TOO_MANY), 429
        return self._sent(_("A mail is on its way to %(address)s.", address=email))

    def _form(self, form: SecurityForm, page: dict[str, Any], problem: Any = "") -> Any:
        return self.render_template(
            "security/link_form.html",
            form=form,
            problem=problem,
            back_url=url_for("AuthView.login"),
            **page,
        )

    def _sent(self, text: str) -> Any:
        return self.render_template(
            "security/link_notice.html",
            title=_("Look into your mailbox"),
            text=text,
            hint=_("Nothing there after some minutes? Look among the spam, or try again."),
            next_url=url_for("AuthView.login"),
            next_label=_("To the log-in"),
        )


class LinkView(BaseView):
    """`/links/…`: where the links in mails lead. Opening one changes nothing, its form does."""

    route_base = "/links"
    default_view = "choose_password"

    @expose("/password/<token>", methods=["GET", "POST"])
    def choose_password(self, token: str) -> Any:
        """Choose a password: the first one, or a new one."""
        link = find_link(token, *CHOOSING)
        user = link.user if link is not None else None
        if link is None or user is None or not user.active:
            return self._gone()
        form = SetPasswordForm(request.form, user=user)
        if request.method == "POST" and form.validate():
            with given_by_the_site():
                if use_link(token, *CHOOSING) is None:
                    return self._gone()
                return self._begin(link, user, str(form.new_password.data))
        return self._form(
            form,
            title=_("Choose a password"),
            intro=_("For the account %(name)s.", name=user.username),
            submit=_("Set the password"),
            username=user.username,
        )

    @expose("/registration/<token>", methods=["GET", "POST"])
    def confirm_registration(self, token: str) -> Any:
        """Confirm a mail address, and either choose a password or wait for an administrator."""
        mode, link = registration_mode(), find_link(token, LinkPurpose.REGISTRATION)
        if link is None or mode is RegistrationMode.OFF:
            return self._gone()
        if mode is RegistrationMode.APPROVAL:
            return self._apply(token, link)
        form = SetPasswordForm(request.form, user=_newcomer(link))
        if request.method == "POST" and form.validate():
            if use_link(token, LinkPurpose.REGISTRATION) is None:
                return self._gone()
            try:
                user = register(link, str(form.new_password.data))
            except Conflict as refused:
                db.session.rollback()
                return self._gone(str(refused))
            return self._let_in(user)
        return self._form(
            form,
            title=_("Choose a password"),
            intro=_("For the account %(name)s.", name=link.email),
            submit=_("Make the account"),
            username=link.email,
        )

    @expose("/address/<token>", methods=["GET", "POST"])
    def confirm_address(self, token: str) -> Any:
        """Let this be the mail address of the account."""
        link = find_link(token, LinkPurpose.ADDRESS)
        user = link.user if link is not None else None
        if link is None or user is None or not user.active:
            return self._gone()
        if request.method == "GET":
            return self._form(
                SecurityForm(),
                title=_("New mail address"),
                intro=_(
                    "Let %(address)s be the mail address of the account %(name)s?",
                    address=link.email,
                    name=user.username,
                ),
                submit=_("Use this address"),
            )
        if use_link(token, LinkPurpose.ADDRESS) is None:
            return self._gone()
        is_changed = change_address(link, user)
        db.session.commit()
        if not is_changed:
            return self._gone(_("There is an account with this mail address already."))
        flash(_("Your mail address was changed."), "success")
        return redirect(self.appbuilder.get_url_for_index, 303)

    def _begin(self, link: SecurityLink, user: User, password: str) -> Any:
        """Set the password; who was invited is signed in, and others sign in, with all it takes."""
        set_new_password(user, password)
        if link.purpose is LinkPurpose.INVITATION:
            return self._let_in(user)
        db.session.commit()
        flash(_("Your password was changed. Log in with it."), "success")
        return redirect(url_for("AuthView.login"), 303)

    def _apply(self, token: str, link: SecurityLink) -> Any:
        if request.method == "GET":
            return self._form(
                SecurityForm(),
                title=_("Confirm your mail address"),
                intro=_(
                    "An administrator then decides about the account for %(address)s.",
                    address=link.email,
                ),
                submit=_("Confirm"),
            )
        if use_link(token, LinkPurpose.REGISTRATION) is None:
            return self._gone()
        apply(link)
        db.session.commit()
        return self._page(
            "security/link_notice.html",
            title=_("Thank you"),
            text=_("Your address is confirmed. You get a mail as soon as somebody has decided."),
            next_url=url_for("AuthView.login"),
            next_label=_("To the log-in"),
        )

    def _let_in(self, user: User) -> Any:
        """Sign a newcomer in, as far as a password alone does that. It commits."""
        answer = go_on(user, self.appbuilder.get_url_for_index)
        flash(_("Welcome! Your password is set."), "success")
        return answer

    def _gone(self, text: str = "") -> Any:
        """The same for a link that never was, that is used up, and that is too old."""
        return self._page(
            "security/link_notice.html",
            title=_("This link does not work any more"),
            text=text or _("It was used already, or it is too old. Ask for a new one."),
            next_url=url_for("AuthView.login"),
            next_label=_("To the log-in"),
            status=GONE,
        )

    def _form(self, form: SecurityForm, **page: Any) -> Any:
        status = 422 if request.method == "POST" else 200
        names = {"new_password": "new-password", "repeated": "new-password"}
        shown = {"problem": "", "back_url": "", "autocomplete": names, **page}
        return self._page("security/link_form.html", form=form, status=status, **shown)

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page whose address is a secret: no cache keeps it, and other pages learn the host."""
        response = make_response(self.render_template(template, **values), status)
        response.headers["Cache-Control"] = "no-store"
        # Over HTTPS the check of forms asks for the host that they come from.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response


def _newcomer(link: SecurityLink) -> User:
    """Whose password it is to become, as far as it can be guessed from."""
    known = link.payload
    return User(
        username=link.email,
        first_name=known["first_name"],
        last_name=known["last_name"],
        email=link.email,
    )
