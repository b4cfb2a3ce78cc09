"""How a new account gets its first password: its owner chooses it, or an administrator types it."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l

from app.core.errors import Invalid
from app.core.fields import Field
from app.core.forms.inputs import Input
from app.core.kinds import Widget
from app.core.kinds.choice import Boolean
from app.core.kinds.text import Text
from app.mail.sender import has_server
from app.security.forms import PASSWORD_HELP
from app.security.links.invitations import invite
from app.security.passwords import MAX_LENGTH, faults_of, hash_password

PASSWORD = Field(
    name="new_password", label=_l("Password"), kind=Text(MAX_LENGTH), model=User, help=""
)
INVITE = Field(
    name="invite", label=_l("Send an invitation by mail"), kind=Boolean(), model=User, help=""
)


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


class InviteInput(Input):
    """A box that is ticked from the start where mails can be sent."""

    @property
    def widget_name(self) -> str:
        return Widget.CHECKBOX


def first_password_inputs() -> dict[str, Any]:
    """What the form for a new user asks beside the model's own fields."""
    return {
        INVITE.name: InviteInput(
            INVITE.label,
            description=_l("They choose a password themselves, by a link that is good for a week."),
            default=has_server,
            field=INVITE,
        ),
        PASSWORD.name: PasswordInput(
            PASSWORD.label,
            description=_l("Where no invitation is sent. %(rule)s", rule=PASSWORD_HELP),
            field=PASSWORD,
        ),
    }


def settle_first_password(user: User) -> None:
    """Keep only the hash of the password that was given, or have an invitation sent.

    Raises `Invalid` where there is neither, where there are both, and for a weak password.
    """
    password = user.__dict__.pop(PASSWORD.name, None) or ""
    is_invited = user.__dict__.pop(INVITE.name, None)
    if is_invited is None:
        is_invited = not password and has_server()
    if is_invited and password:
        message = _("Send an invitation or set a password, not both.")
        raise Invalid(errors={PASSWORD.name: [message]})
    if is_invited:
        invite(user.username)
        return
    if not password:
        raise Invalid(errors={PASSWORD.name: [_("Fill in this field.")]})
    faults = faults_of(password, [user.username, user.first_name, user.last_name, user.email])
    if faults:
        raise Invalid(errors={PASSWORD.name: faults})
    user.password = hash_password(password)
