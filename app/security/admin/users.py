"""Users: made, changed and disabled by administrators; nobody ever sees a password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from flask_login import current_user
from wtforms.validators import ValidationError

from app.core.errors import Conflict, Invalid
from app.core.fields import Field
from app.core.forms.inputs import Input
from app.core.kinds import BadValue, Widget
from app.core.kinds.text import Email, Text
from app.core.query.rules import hidden
from app.core.views import ModelView, action, guard
from app.extensions import db
from app.security.accounts import find_user
from app.security.forms import PASSWORD_HELP, SetPasswordForm
from app.security.passwords import MAX_LENGTH, faults_of, hash_password

PASSWORD = Field(
    name="new_password",
    label=_l("Password"),
    kind=Text(MAX_LENGTH),
    model=User,
    is_required=True,
    help="",
)
"""What the form for a new user asks beside the model's own fields."""


class PasswordInput(Input):
    """A control for a password: kept as it was typed, and never shown again."""

    @property
    def widget_name(self) -> str:
        return Widget.PASSWORD

    @property
    def text(self) -> str:
        return ""

    def _parse(self, raw: str) -> str:
        # Spaces at the ends belong to a password.
        self.field.kind.parse(raw)
        return raw


def check_email(_form: Any, control: Any) -> None:
    """Refuse what is no address."""
    if control.data:
        try:
            control.data = Email().parse(control.data)
        except BadValue as error:
            raise ValidationError(str(error)) from error


class UserView(ModelView):
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

    list_columns = ["username", "first_name", "last_name", "email", "active", "roles", "last_login"]
    show_columns = [
        "username",
        "first_name",
        "last_name",
        "email",
        "active",
        "roles",
        "groups",
        "last_login",
        "login_count",
        "fail_login_count",
        "created_on",
    ]
    add_columns = ["username", "first_name", "last_name", "email", "active", "roles", "groups"]
    search_columns = ["username", "first_name", "last_name", "email"]
    filter_columns = ["username", "email", "active", "roles", "groups", "last_login", "created_on"]
    add_form_extra_fields = {
        "new_password": PasswordInput(PASSWORD.label, description=PASSWORD_HELP, field=PASSWORD)
    }
    base_order = ("username", "asc")
    charts = ()

    # The hash of a password and the keys of the API concern no page, export or client. The lists
    # of whom somebody has created are FAB's book-keeping.
    field_rules = [hidden(name) for name in ("password", "api_keys", "created", "changed")]
    exclude_columns = ["password", "api_keys", "created", "changed"]

    def pre_add(self, item: User) -> None:
        """Refuse a taken name and a weak password; keep only the hash of a good one."""
        _refuse_taken(item)
        password = str(item.__dict__.pop(PASSWORD.name))
        faults = faults_of(password, [item.username, item.first_name, item.last_name, item.email])
        if faults:
            raise Invalid(errors={PASSWORD.name: faults})
        item.password = hash_password(password)

    def pre_update(self, item: User) -> None:
        """Refuse a taken name, and disabling oneself."""
        _refuse_taken(item)
        if not item.active:
            _refuse_oneself([item])

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

    @expose("/password/<pk>", methods=["GET", "POST"])
    @guard("set_password")
    def set_password(self, pk: str) -> Any:
        """Give a user a new password; their sessions end."""
        user = self.gate.get(pk, "set_password", columns=self.form_fields("edit"))
        form = SetPasswordForm(request.form, user=user)
        back_url = self.url("show", pk)
        if request.method == "POST" and form.validate():
            user.password = hash_password(str(form.new_password.data))
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
    db.session.commit()
    return ngettext("%(num)d user was changed.", "%(num)d users were changed.", len(users))
