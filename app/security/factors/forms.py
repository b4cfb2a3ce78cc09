"""The forms of factors."""

from __future__ import annotations

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired, Length

from app.security.factors.models import MAX_NAME
from app.security.factors.passkeys import MAX_ANSWER
from app.security.forms import REQUIRED, SecurityForm


class CodeForm(SecurityForm):
    """The code that an app shows."""

    code = wtforms.StringField(_l("Code that the app shows now"), [REQUIRED, Length(max=32)])


def _trimmed(value: str | None) -> str | None:
    return value.strip() if value else value


class PasskeyForm(SecurityForm):
    """A name for a key; a script fills in the key itself."""

    name = wtforms.StringField(
        _l("Name"),
        [
            DataRequired(REQUIRED.message),
            Length(max=MAX_NAME, message=_l("Use at most %(count)d characters.", count=MAX_NAME)),
        ],
        filters=[_trimmed],
        description=_l("By which you know it again, such as the name of the device."),
    )
    credential = wtforms.HiddenField(validators=[Length(max=MAX_ANSWER)])
