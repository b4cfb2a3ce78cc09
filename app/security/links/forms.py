"""The forms of people who are not signed in: asking for a link, and what a link leads to."""

from __future__ import annotations

from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from app.core.kinds import BadValue
from app.core.kinds.text import Email
from app.security.forms import REQUIRED, SecurityForm, at_most


class ForgottenForm(SecurityForm):
    """Who has forgotten their password."""

    username = wtforms.StringField(_l("User name or mail address"), [REQUIRED, at_most(320)])


class RegistrationForm(SecurityForm):
    """Who asks for an account."""

    first_name = wtforms.StringField(_l("First name"), [REQUIRED, at_most(64)])
    last_name = wtforms.StringField(_l("Last name"), [REQUIRED, at_most(64)])
    email = wtforms.EmailField(_l("Mail address"), [REQUIRED, at_most(254)])

    def validate_email(self, field: Any) -> None:
        """Refuse what is no address."""
        try:
            field.data = Email().parse(field.data)
        except BadValue as error:
            raise ValidationError(str(error)) from error
