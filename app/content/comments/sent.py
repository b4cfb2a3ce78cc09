"""Comments that come through REST, from visitors too: under the conditions of the form."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _, lazy_gettext as _l

from app.content.comments.models import NAME_LENGTH, TEXT_LENGTH, Comment, CommentState
from app.content.comments.submitting import submit_comment
from app.core.errors import Invalid, NotFound
from app.core.kinds.choice import Boolean
from app.core.kinds.text import Email, LongText, Text
from app.core.query.gate import gate_of
from app.core.views.actions import asked
from app.core.views.submission import Submission


def submit_sent(subject: Any, **sent: Any) -> Comment:
    """Write a comment with what was sent, as far as anything was; it commits."""
    above = sent.pop("parent", None)
    values = {name: value for name, value in sent.items() if value is not None}
    parent = None if above is None else _find(above)
    return submit_comment(subject, parent=parent, address=request.remote_addr, **values)


def _find(key: str) -> Comment:
    try:
        found: Comment = gate_of(Comment).get(key)
    except NotFound as error:
        message = _("The comment that you reply to is no longer there.")
        raise Invalid(errors={"parent": [message]}) from error
    return found


def _thanks(comment: Comment) -> str:
    if comment.state is CommentState.APPROVED:
        return _("Thank you. Your comment is here.")
    return _("Thank you. Your comment waits for approval.")


SUBMISSION = Submission(
    asks=(
        asked("text", _l("Comment"), LongText(TEXT_LENGTH), is_required=True),
        asked("name", _l("Name"), Text(NAME_LENGTH)),
        asked("email", _l("E-mail"), Email()),
        asked("parent", _l("Reply to"), Text(18)),
        asked("wants_replies", _l("Wants to know of replies"), Boolean()),
    ),
    submit=submit_sent,
    for_visitors=True,
    thanks=_thanks,
)
