"""The screen of mails: what was written, what was sent, and what could not be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _, lazy_pgettext, ngettext

from app.core.errors import NotFound
from app.core.query.rules import hidden
from app.core.sealing import SealBroken
from app.core.views import ModelView, action, guard
from app.extensions import db
from app.mail.models import MailMessage, MailState
from app.mail.preview import PREVIEW_POLICY as PREVIEW_POLICY, framed
from app.mail.sender import body_of, has_server
from app.mail.watching import Standing, standing
from app.mail.writing import queue

UNSENT = (MailState.FAILED, MailState.KEPT, MailState.BOUNCED)


class MailView(ModelView):
    """Mails, read only; those that were not sent can be sent again."""

    datamodel = SQLAInterface(MailMessage)
    list_title = _("Mails")
    record_title = _("Mail")
    plural = "mails"
    list_template = "mail/list.html"
    show_template = "mail/show.html"
    label_columns = {
        "kind": _("Kind of mail"),
        "name": _("Kind of mail"),
        "recipient": _("Recipient"),
        "locale": _("Language"),
        "subject": lazy_pgettext("mail", "Subject"),
        "state": _("State"),
        "attempts": _("Attempts"),
        "created_at": _("Written"),
        "sent_at": _("Sent"),
        "last_error": _("Last error"),
        "bounced_at": _("Came back"),
        "is_test": _("Test"),
        "message_id": _("Message-ID"),
        "note": _("Note"),
    }
    list_columns = ["subject", "recipient", "state", "kind", "created_at"]
    show_columns = [
        "recipient",
        "kind",
        "state",
        "locale",
        "attempts",
        "created_at",
        "sent_at",
        "bounced_at",
        "last_error",
        "is_test",
        "message_id",
    ]
    search_columns = ["subject", "recipient", "name"]
    filter_columns = ["state", "name", "recipient", "is_test", "created_at", "sent_at"]
    order_columns = ["subject", "recipient", "state", "created_at", "sent_at"]
    exclude_columns = ["text", "html", "sealed", "is_secret", "dedupe_key", "unsubscribe"]
    # A body is on its own page for whoever reads one mail, and in no list, export or search.
    # The address to leave at is as good as a password for that.
    field_rules = [hidden(name) for name in ("text", "html", "sealed", "dedupe_key", "unsubscribe")]
    base_order = ("created_at", "desc")
    charts = ()
    is_readonly = True
    icon = "mail"

    @property
    def has_server(self) -> bool:
        """Whether this site has a mail server."""
        return has_server()

    def standing(self) -> Standing:
        """How many mails somebody should look at."""
        return standing()

    def preview_of(self, row: MailMessage) -> str | None:
        """The text of a mail, where whoever may see this screen may read it."""
        body = _readable(row)
        return None if body is None else body[0]

    @expose("/preview/<pk>")
    @guard("read")
    def preview(self, pk: str) -> Any:
        """A mail as its reader sees it, in a page that may do nothing."""
        body = _readable(self.gate.get(pk))
        if body is None:
            raise NotFound
        return framed(body[1])

    @action("resend", _("Send again"), icon="refresh")
    def resend(self, mails: Sequence[MailMessage]) -> str:
        """Let mails that were not sent start over."""
        unsent = [mail for mail in mails if mail.state in UNSENT and mail.has_body]
        for mail in unsent:
            mail.state, mail.attempts, mail.last_error = MailState.QUEUED, 0, None
            mail.bounced_at = mail.sent_at = None
            queue(mail.id)
        db.session.commit()
        return ngettext("%(num)d mail is sent again.", "%(num)d mails are sent again.", len(unsent))


def _readable(row: MailMessage) -> tuple[str, str] | None:
    """The body, unless it holds a secret of its reader.

    A developer without a mail server could try nothing out then, so they may see it.
    """
    may_see = current_app.config["BUREAU_ENV"] == "development" and not has_server()
    if row.is_secret and not may_see:
        return None
    try:
        return body_of(row)
    except SealBroken:
        return None
