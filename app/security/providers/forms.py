"""The form that asks for a name and a password of the directory."""

from __future__ import annotations

import wtforms
from flask_babel import lazy_gettext as _l

from app.security.forms import REQUIRED, SecurityForm


class DirectoryForm(SecurityForm):
    """Who one is in the directory."""

    directory_name = wtforms.StringField(_l("User name in the directory"), [REQUIRED])
    directory_password = wtforms.PasswordField(_l("Password in the directory"), [REQUIRED])
