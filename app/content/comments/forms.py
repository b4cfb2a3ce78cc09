"""The form with which one comments."""

from __future__ import annotations

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from app.content.comments.models import NAME_LENGTH, TEXT_LENGTH
from app.security.forms import REQUIRED, SecurityForm, at_most


class TextForm(SecurityForm):
    """What somebody has to say."""

    text = wtforms.TextAreaField(
        _l("Comment"),
        [REQUIRED, at_most(TEXT_LENGTH)],
        description=_l("Plain text; addresses of pages become links."),
        render_kw={"rows": 6, "dir": "auto"},
    )


class CommentForm(TextForm):
    """A comment of somebody who is not signed in."""

    name = wtforms.StringField(
        _l("Name"),
        [REQUIRED, at_most(NAME_LENGTH)],
        render_kw={"autocomplete": "name", "dir": "auto"},
    )
    email = wtforms.EmailField(
        _l("Mail address"),
        [REQUIRED, at_most(254)],
        description=_l("Shown to nobody but those who decide about comments."),
        render_kw={"autocomplete": "email"},
    )
    wants_replies = wtforms.BooleanField(
        _l("Write me a mail when somebody replies to me"), [Optional()]
    )


def form_class(*, is_signed_in: bool) -> type[TextForm]:
    """The form to be filled in: whoever is signed in has a name already."""
    return TextForm if is_signed_in else CommentForm
