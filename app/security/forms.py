"""The forms that no model gives: signing in, one's own profile, passwords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from wtforms.validators import InputRequired, Length, ValidationError

from app.core.i18n import list_languages, list_timezones
from app.core.kinds import BadValue
from app.core.kinds.text import Email, is_storable
from app.core.preferences import DENSITIES, THEMES
from app.security.accounts import find_user
from app.security.attempts import TooManyAttempts, confirm
from app.security.passwords import MAX_LENGTH, MIN_LENGTH, faults_of

Choices = Sequence[tuple[str, Any]]

REQUIRED = InputRequired(_l("Fill in this field."))
PASSWORD_HELP = _l(
    "At least %(count)d characters; several unrelated words are best.", count=MIN_LENGTH
)
THEME_LABELS = {"system": _l("As the system"), "light": _l("Light"), "dark": _l("Dark")}
DENSITY_LABELS = {"cosy": _l("Cosy"), "compact": _l("Compact")}


WTFORMS_TEXTS = (_l("Not a valid choice."),)
"""What WTForms itself says in these forms; named here, so that our catalogues have it."""


class Translations:
    """Looks up what WTForms says in our catalogues; it ships some languages, in its own words."""

    def gettext(self, text: str) -> str:
        """The text in the language of whoever reads it."""
        return _(text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The same of a text that depends on a number."""
        return ngettext(one, many, count)


class SecurityForm(wtforms.Form):
    """A form whose messages are all in our catalogues."""

    class Meta:
        """Where the messages are translated."""

        def get_translations(self, _form: Any) -> Translations:
            """Our catalogues, in place of those of WTForms."""
            return Translations()

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse as well what no database can store."""
        is_valid = bool(super().validate(extra_validators))
        for control in self:
            if self._is_unstorable(control):
                message = _("This has a character that cannot be used.")
                control.errors = [*control.errors, message]
                is_valid = False
        return is_valid

    def _is_unstorable(self, control: Any) -> bool:
        # Of a password only a hash is stored, and one that is tried is wrong or right.
        is_text = isinstance(control.data, str) and not isinstance(control, wtforms.PasswordField)
        return is_text and not is_storable(control.data)

    def error_list(self) -> list[tuple[str, str, str]]:
        """All messages as (control id, label, message), as the forms of records give them."""
        return [
            (control.id, str(control.label.text), str(message))
            for control in self
            for message in control.errors
        ]


class LoginForm(SecurityForm):
    """A name and a password; what is wrong with them is never said field by field."""

    username = wtforms.StringField(_l("User name or mail address"), [REQUIRED])
    password = wtforms.PasswordField(_l("Password"), [REQUIRED])
    remember = wtforms.BooleanField(_l("Stay logged in on this device"))

    def _is_unstorable(self, control: Any) -> bool:
        return False


class NewPassword:
    """Refuses a password that may not be one; `user` is whose it is to become."""

    field_flags = {"required": True, "maxlength": MAX_LENGTH}

    def __call__(self, form: Any, field: Any) -> None:
        user = getattr(form, "user", None)
        about = () if user is None else (user.username, user.first_name, user.last_name, user.email)
        faults = faults_of(field.data or "", [str(word) for word in about])
        if faults:
            raise ValidationError(faults[0])


class SetPasswordForm(SecurityForm):
    """A new password for an account, typed twice."""

    new_password = wtforms.PasswordField(
        _l("New password"), [REQUIRED, NewPassword()], description=PASSWORD_HELP
    )
    repeated = wtforms.PasswordField(_l("New password again"), [REQUIRED])

    def __init__(self, formdata: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(formdata, **options)
        self.user = user

    def validate_repeated(self, field: Any) -> None:
        """Refuse a slip of the fingers."""
        if field.data != self.new_password.data:
            raise ValidationError(_("The two passwords differ."))


class ChangePasswordForm(SetPasswordForm):
    """The same for one's own account, which needs the password one has now."""

    current_password = wtforms.PasswordField(_l("Current password"), [REQUIRED])

    def __iter__(self) -> Any:
        """The current password stands first."""
        return iter([self.current_password, self.new_password, self.repeated])

    def validate_current_password(self, field: Any) -> None:
        """Refuse somebody who only found the screen unlocked."""
        try:
            is_right = confirm(self.user, field.data or "")
        except TooManyAttempts as error:
            raise ValidationError(_("There were too many attempts. Try again later.")) from error
        if not is_right:
            raise ValidationError(_("This is not your current password."))


def _languages() -> Choices:
    return [("", _("As the browser")), *list_languages()]


def _timezones() -> Choices:
    default = current_app.config["BABEL_DEFAULT_TIMEZONE"]
    return [("", _("Default (%(name)s)", name=default)), *((n, n) for n in list_timezones())]


def _named(values: Sequence[str], labels: dict[str, Any]) -> Choices:
    return [(value, labels[value]) for value in values]


def at_most(count: int) -> Length:
    """Refuse what its column could not hold."""
    return Length(max=count, message=_l("Use at most %(count)d characters.", count=count))


class ReasonForm(SecurityForm):
    """Why somebody acts as another user; it is recorded."""

    reason = wtforms.StringField(
        _l("Reason"),
        [REQUIRED, at_most(200)],
        description=_l("Such as the number of the request for help."),
    )

    def validate_reason(self, field: Any) -> None:
        """Refuse spaces in the place of a reason."""
        if not (field.data or "").strip():
            raise ValidationError(_("Fill in this field."))


class ProfileForm(SecurityForm):
    """One's own name, address and choices."""

    first_name = wtforms.StringField(_l("First name"), [REQUIRED, at_most(64)])
    last_name = wtforms.StringField(_l("Last name"), [REQUIRED, at_most(64)])
    email = wtforms.EmailField(_l("Mail address"), [REQUIRED, at_most(254)])
    locale = wtforms.SelectField(_l("Language"), choices=_languages)
    timezone = wtforms.SelectField(_l("Time zone"), choices=_timezones)
    theme = wtforms.SelectField(_l("Theme"), choices=lambda: _named(THEMES, THEME_LABELS))
    density = wtforms.SelectField(_l("Density"), choices=lambda: _named(DENSITIES, DENSITY_LABELS))

    def __init__(self, formdata: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(formdata, **options)
        self.user = user

    @property
    def has_new_address(self) -> bool:
        """Whether another address was given; it counts when somebody answers from there."""
        return bool(self.email.data.lower() != (self.user.email or "").lower())

    def populate(self, user: User) -> None:
        """Write what the user may change of themselves, and nothing else."""
        for name in ("first_name", "last_name"):
            setattr(user, name, self[name].data)

    def validate_email(self, field: Any) -> None:
        """Refuse what is no address, and one that belongs to another account."""
        try:
            field.data = Email().parse(field.data)
        except BadValue as error:
            raise ValidationError(str(error)) from error
        other = find_user(field.data)
        if other is not None and other.id != self.user.id:
            raise ValidationError(_("Another account already has this address."))
