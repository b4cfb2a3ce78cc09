"""The screen of the outbox: what waits, what was delivered, what has failed."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _, ngettext

from app.core.outbox.deliver import retry
from app.core.outbox.models import OutboxEvent
from app.core.query.rules import hidden
from app.core.views import ModelView, action
from app.extensions import db


class OutboxView(ModelView):
    """Events, read only; those of the dead list can be tried again."""

    datamodel = SQLAInterface(OutboxEvent)
    list_title = _("Outbox")
    record_title = _("Event")
    plural = "outbox"
    list_columns = ["name", "state", "attempts", "due_at", "last_error", "created_at"]
    show_columns = [
        "name",
        "state",
        "attempts",
        "due_at",
        "last_error",
        "created_at",
        "delivered_at",
        "failed_at",
        "dedupe_key",
    ]
    search_columns = ["name", "last_error"]
    exclude_columns = ["payload"]
    base_order = ("created_at", "desc")
    # A payload may name people and rows that this reader has no right to.
    field_rules = [hidden("payload")]
    charts = ()
    is_readonly = True
    icon = "inbox"

    @action("retry", _("Try again"), icon="refresh")
    def retry(self, events: Sequence[OutboxEvent]) -> str:
        """Take events off the dead list."""
        count = retry([event.id for event in events])
        db.session.commit()
        return ngettext("%(num)d event is tried again.", "%(num)d events are tried again.", count)
