"""Logging in with a provider, and the page where one links and unlinks one's own identities."""

from __future__ import annotations

import datetime
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _
from flask_login import current_user

from app.core.clock import now
from app.core.errors import BureauError, NotFound, Unauthorized, Unavailable
from app.core.redirects import safe_next
from app.security.accounts import own_account
from app.security.attempts import TooManyAttempts, counted
from app.security.providers import oidc
from app.security.providers.arrival import enter, start_url
from app.security.providers.directory import find_person
from app.security.providers.entry import identities_of, link, unlink
from app.security.providers.forms import DirectoryForm
from app.security.providers.options import LdapOptions, OidcOptions, RemoteOptions, Terms
from app.security.providers.person import Person
from app.security.providers.registry import providers
from app.security.providers.remote import remote_person
from app.security.sessions.proof import require_confirmation

LOG_IN, LINK = "log-in", "link"
PURPOSES = (LOG_IN, LINK)
PENDING = "pending_identity"
PENDING_FOR = datetime.timedelta(minutes=10)


class ProviderView(BaseView):
    """`/login/with/<name>/`. These are links and not forms: a page may not send forms elsewhere."""

    route_base = "/login/with"
    default_view = "start"

    @expose("/<name>/")
    def start(self, name: str) -> Any:
        """Begin: with the provider's page, or with what the proxy says."""
        terms = _find(name)
        next_url = safe_next(request.args.get("next"), self.appbuilder.get_url_for_index)
        purpose = request.args.get("for", LOG_IN)
        if purpose not in PURPOSES:
            raise NotFound
        if purpose != LOG_IN:
            own_account()
        elif current_user.is_authenticated:
            return redirect(next_url)
        try:
            if isinstance(terms, OidcOptions):
                return oidc.start(terms, purpose, next_url)
            return self._arrive(terms, _named_by_proxy(terms), purpose, next_url)
        except BureauError as error:
            return self._refuse(error)

    @expose("/<name>/back/")
    def back(self, name: str) -> Any:
        """The way back from a provider's page."""
        terms = _find(name)
        if not isinstance(terms, OidcOptions):
            raise NotFound
        try:
            someone, purpose, next_url = oidc.finish(terms)
            return self._arrive(terms, someone, purpose, next_url)
        except BureauError as error:
            return self._refuse(error)

    @expose("/<name>/leave/")
    def leave(self, name: str) -> Any:
        """Sign out at the provider, which asks whether one means it."""
        terms = _find(name)
        if not isinstance(terms, OidcOptions) or not terms.logout:
            raise NotFound
        try:
            return oidc.leave(terms)
        except BureauError as error:
            return self._refuse(error)

    def _arrive(self, terms: Terms, someone: Person, purpose: str, next_url: str) -> Any:
        next_url = safe_next(next_url, self.appbuilder.get_url_for_index)
        if purpose == LOG_IN:
            return enter(terms, someone, next_url)
        propose(own_account().user.id, terms, someone)
        return redirect(url_for("IdentitiesView.confirm"))

    def _refuse(self, error: BureauError) -> Any:
        """Say why on the page where there are other ways, or as an error to who is in already."""
        if current_user.is_authenticated or isinstance(error, Unauthorized):
            raise error
        return self.appbuilder.sm.auth_view.refuse(str(error)), error.status


class IdentitiesView(BaseView):
    """`/profile/identities/`: the providers that one may log in with."""

    route_base = "/profile/identities"
    default_view = "show"

    @expose("/")
    def show(self) -> Any:
        """The identities that are linked, and those that can be."""
        user = own_account().user
        linked = identities_of(user)
        return self.render_template(
            "security/identities.html",
            identities=[(found, _title(found.provider)) for found in linked],
            offers=[(terms.title, _link_url(terms)) for terms in providers() if _can_link(terms)],
            is_last=len(linked) == 1 and not user.password,
            unlink_url=lambda key: url_for(f"{self.endpoint}.unlink", key=key),
            back_url=url_for("ProfileView.show"),
        )

    @expose("/confirm", methods=["GET", "POST"])
    def confirm(self) -> Any:
        """Link the identity that one has come back with, when one says so."""
        account = own_account()
        pending = proposed(account.user.id)
        if pending is None:
            flash(_("That took too long. Link it again."), "warning")
            return self._back()
        terms, someone = pending
        if request.method == "POST":
            require_confirmation()
            session.pop(PENDING, None)
            return self._link(account.user, terms, someone)
        return self.render_template(
            "security/identity_confirm.html",
            provider=terms.title,
            someone=someone,
            back_url=url_for(f"{self.endpoint}.show"),
        )

    @expose("/directory", methods=["GET", "POST"])
    def directory(self) -> Any:
        """Link an entry of the directory, with the name and the password there."""
        account, terms = own_account(), providers().ldap
        if terms is None:
            raise NotFound
        require_confirmation()
        form, problem, status = DirectoryForm(request.form), "", 422
        if request.method == "POST" and form.validate():
            try:
                with counted(str(form.directory_name.data), "identity-linked") as outcome:
                    name, password = form.directory_name.data, form.directory_password.data
                    someone = find_person(terms, str(name), str(password))
                    outcome.is_right = someone is not None
                if someone is not None:
                    return self._link(account.user, terms, someone)
                problem = _("The name or the password is wrong.")
            except TooManyAttempts:
                problem = _("There were too many attempts. Wait a few minutes and try again.")
                status = 429
            except Unavailable as error:
                problem, status = str(error), error.status
        page = self.render_template(
            "security/identity_directory.html",
            form=form,
            provider=terms.title,
            problem=problem,
            back_url=url_for(f"{self.endpoint}.show"),
        )
        return (page, status) if request.method == "POST" else page

    @expose("/unlink/<int:key>", methods=["POST"])
    def unlink(self, key: int) -> Any:
        """Take an identity away, unless it is the last way in."""
        account = own_account()
        require_confirmation()
        gone = unlink(account.user, key)
        name = _title(gone.provider)
        flash(_("You can no longer log in with %(provider)s.", provider=name), "success")
        return self._back()

    def _link(self, user: Any, terms: Terms, someone: Person) -> Any:
        link(user, terms, someone)
        flash(_("From now on you can log in with %(provider)s.", provider=terms.title), "success")
        return self._back()

    def _back(self) -> Any:
        return redirect(url_for(f"{self.endpoint}.show"), 303)


def propose(user_id: int, terms: Terms, someone: Person) -> None:
    """Remember in the signed cookie who has come back, until it is said that it shall be linked.

    So a link on somebody's page cannot make the link: it ends at a question.
    """
    session[PENDING] = {
        "user": user_id,
        "provider": terms.name,
        "subject": someone.subject,
        "username": someone.username,
        "email": someone.email,
        "at": now().timestamp(),
    }


def proposed(user_id: int) -> tuple[Terms, Person] | None:
    """Whom this user has come back as in the last ten minutes."""
    found = session.get(PENDING)
    if not isinstance(found, dict) or found["user"] != user_id:
        return None
    terms = providers().find(str(found["provider"]))
    if terms is None or now().timestamp() - found["at"] > PENDING_FOR.total_seconds():
        return None
    names = {name: found[name] for name in ("subject", "username", "email")}
    return terms, Person(**names)


def _find(name: str) -> Terms:
    terms = providers().find(name)
    if terms is None or isinstance(terms, LdapOptions):
        raise NotFound
    return terms


def _named_by_proxy(terms: Terms) -> Person:
    someone = remote_person() if isinstance(terms, RemoteOptions) else None
    if someone is None:
        raise oidc.LoginFailed(
            _(
                "%(provider)s has not confirmed who you are. Try again, or log in another way.",
                provider=terms.title,
            )
        )
    return someone


def _title(name: str) -> str:
    terms = providers().find(name)
    return terms.title if terms is not None else name


def _can_link(terms: Terms) -> bool:
    return not isinstance(terms, RemoteOptions) or remote_person() is not None


def _link_url(terms: Terms) -> str:
    if isinstance(terms, LdapOptions):
        return url_for("IdentitiesView.directory")
    return start_url(terms.name, **{"for": LINK})
