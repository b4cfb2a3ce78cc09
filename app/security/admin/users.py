"""Users: made, changed and disabled by administrators; nobody ever sees a password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from flask_login import current_user
from wtforms.validators import ValidationError

from app.core.addresses import public_url
from app.core.errors import Conflict, Invalid
from app.core.kinds import BadValue
from app.core.kinds.text import Email
from app.core.query.rules import hidden
from app.core.views import action, guard
from app.extensions import db
from app.security.accounts import find_user
from app.security.admin.acting import UserPages
from app.security.admin.first_password import first_password_inputs, settle_first_password
from app.security.factors.admin import FactorPages
from app.security.factors.columns import HAS_FACTOR
from app.security.forms import SetPasswordForm
from app.security.links.invitations import invite
from app.security.links.mails import tell_password_changed
from app.security.links.models import IS_INVITED
from app.security.passwords import hash_password
from app.security.sessions.proof import require_confirmation
from app.security.sessions.store import end_other_sessions


def check_email(_form: Any, control: Any) -> None:
    """Refuse what is no address."""
    if control.data:
        try:
            control.data = Email().parse(control.data)
        except BadValue as error:
            raise ValidationError(str(error)) from error


class UserView(UserPages, FactorPages):
    """Users of Bureau."""

    datamodel = SQLAInterface(User)
    area = "administration"
    icon = "user"
    list_title = _l("Users")
    record_title = _l("User")

    label_columns = {
        "username": _l("User name"),
        "first_name": _l("First name"),
        "last_name": _l("Last name"),
        "email": _l("Mail address"),
        "active": _l("Active"),
        IS_INVITED: _l("Invited"),
        HAS_FACTOR: _l("Second factor"),
        "roles": _l("Roles"),
        "groups": _l("Groups"),
        "last_login": _l("Last log-in"),
        "login_count": _l("Log-ins"),
        "fail_login_count": _l("Failed log-ins"),
        "created_on": _l("Created on"),
        "changed_on": _l("Changed on"),
        "created_by": _l("Created by"),
        "changed_by": _l("Changed by"),
    }
    description_columns = {"active": _l("Whoever is not active is signed out at once.")}
    validators_columns = {"email": [check_email]}

    show_template = "security/user.html"

    list_columns = [
        "username",
        "first_name",
        "last_name",
        "email",
        "active",
        HAS_FACTOR,
        "roles",
    ]
    show_columns = [
        "username",
        "first_name",
        "last_name",
        "email",
        "active",
        IS_INVITED,
        HAS_FACTOR,
        "roles",
        "groups",
        "last_login",
        "login_count",
        "fail_login_count",
        "created_on",
    ]
    add_columns = ["username", "first_name", "last_name", "email", "active", "roles", "groups"]
    search_columns = ["username", "first_name", "last_name", "email"]
    filter_columns = [
        "username",
        "email",
        "active",
        IS_INVITED,
        HAS_FACTOR,
        "roles",
        "groups",
        "last_login",
        "created_on",
    ]
    add_form_extra_fields = first_password_inputs()
    base_order = ("username", "asc")
    charts = ()

    # The hash of a password and the keys of the API concern no page, export or client. The lists
    # of whom somebody has created are FAB's book-keeping.
    field_rules = [hidden(name) for name in ("password", "api_keys", "created", "changed")]
    exclude_columns = ["password", "api_keys", "created", "changed"]

    def pre_add(self, item: User) -> None:
        """Refuse a taken name; invite the user, or keep the hash of their password."""
        require_confirmation()
        _refuse_taken(item)
        settle_first_password(item)

    def pre_update(self, item: User) -> None:
        """Refuse a taken name, and disabling oneself."""
        _refuse_taken(item)
        if _changes(item, "email", "username"):
            # Whoever holds the address can have the password reset.
            require_confirmation()
        if not item.active:
            _refuse_oneself([item])
            with db.session.no_autoflush:
                end_other_sessions(item)

    def pre_delete(self, item: User) -> None:
        """Refuse to delete oneself."""
        _refuse_oneself([item])

    @action("deactivate", _l("Deactivate"), _l("They are signed out at once."), "lock")
    def deactivate(self, users: Sequence[User]) -> str:
        """Keep users out without losing what they have done."""
        _refuse_oneself(users)
        return _set_active(users, is_active=False)

    @action("activate", _l("Activate"), None, "check")
    def activate(self, users: Sequence[User]) -> str:
        """Let users in again."""
        return _set_active(users, is_active=True)

    @action("invite", _l("Send the invitation again"), None, "mail")
    def invite(self, users: Sequence[User]) -> str:
        """Send a new link to those who have not chosen a password yet; the old link ends."""
        invited = [user for user in users if getattr(user, IS_INVITED)]
        for user in invited:
            invite(user.username)
        db.session.commit()
        count = len(invited)
        return ngettext("%(num)d invitation was sent.", "%(num)d invitations were sent.", count)

    @expose("/password/<pk>", methods=["GET", "POST"])
    @guard("set_password")
    def set_password(self, pk: str) -> Any:
        """Give a user a new password; their sessions end."""
        user = self.gate.get(pk, "set_password", columns=self.form_fields("edit"))
        require_confirmation()
        form = SetPasswordForm(request.form, user=user)
        back_url = self.url("show", pk)
        if request.method == "POST" and form.validate():
            user.password = hash_password(str(form.new_password.data))
            end_other_sessions(user)
            tell_password_changed(user, public_url("AuthView.login"))
            db.session.commit()
            flash(_("The password was set. All sessions of this user have ended."), "success")
            return redirect(back_url, 303)
        page = self.render_template(
            "security/password.html",
            form=form,
            user=user,
            back_url=back_url,
            back_label=user.get_full_name(),
        )
        return (page, Invalid.status) if request.method == "POST" else page


def _changes(item: User, *names: str) -> bool:
    attributes = sa.inspect(item).attrs
    return any(attributes[name].history.has_changes() for name in names)


def _refuse_taken(item: User) -> None:
    """Names and addresses are one, in whatever case: either can be used to sign in."""
    errors = {}
    with db.session.no_autoflush:
        for name in ("username", "email"):
            other = find_user(getattr(item, name) or "")
            if other is not None and other is not item:
                errors[name] = [_("Another account already has this.")]
    if errors:
        raise Invalid(errors=errors)


def _refuse_oneself(users: Sequence[User]) -> None:
    if any(user.id == current_user.id for user in users):
        raise Conflict(_("You cannot lock yourself out."))


def _set_active(users: Sequence[User], *, is_active: bool) -> str:
    for user in users:
        user.active = is_active
        if not is_active:
            end_other_sessions(user)
    db.session.commit()
    return ngettext("%(num)d user was changed.", "%(num)d users were changed.", len(users))
