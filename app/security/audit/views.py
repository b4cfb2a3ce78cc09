"""The screen of the security events: to search, to read and to export, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from app.core.labels import humanise, humanise_class, label
from app.core.query.gate import gate_of
from app.core.views import ModelView
from app.core.views.context import registered_views
from app.security.audit.kinds import EventKind
from app.security.audit.models import SecurityEvent

DETAIL_LABELS = {
    "fields": _l("Fields"),
    "file_format": _l("Format"),
    "given": _l("Given"),
    "groups": _l("Groups"),
    "permissions": _l("Permissions"),
    "reason": _l("Reason"),
    "repeated": _l("Times more, in the minute before"),
    "roles": _l("Roles"),
    "rows": _l("Records"),
    "statement": _l("Statement"),
    "table": _l("Table"),
}
"""Names of details as people read them; others are humanised."""


class SecurityEventView(ModelView):
    """Security events. They are written by nobody but the platform, and stay for ever."""

    datamodel = SQLAInterface(SecurityEvent)
    list_title = _l("Security events")
    record_title = _l("Security event")
    plural = "security-events"
    icon = "shield"
    is_readonly = True
    show_template = "security/event.html"
    label_columns = {
        "id": _l("Number"),
        "at": _l("When"),
        "kind": _l("What"),
        "outcome": _l("Outcome"),
        "username": _l("Who"),
        "real_username": _l("Who really"),
        "session_key": _l("Session"),
        "address": _l("Address"),
        "agent": _l("Browser or program"),
        "request_id": _l("Request"),
        "method": _l("Method"),
        "path": _l("Path"),
        "subject": _l("Kind of record"),
        "target_key": _l("Key"),
        "target_title": _l("Concerning"),
        "details": _l("Details"),
        "hash": _l("Hash"),
        "previous_hash": _l("Hash of the one before"),
    }
    list_columns = ["kind", "outcome", "username", "target_title", "address", "at"]
    show_fieldsets = [
        (_l("What happened"), {"fields": ["at", "outcome"]}),
        (
            _l("From where"),
            {"fields": ["address", "session_key", "agent", "method", "path", "request_id"]},
        ),
        (_l("Proof"), {"fields": ["id", "hash", "previous_hash"]}),
    ]
    search_columns = ["username", "real_username", "target_title", "address", "path", "request_id"]
    filter_columns = [
        "kind",
        "outcome",
        "username",
        "real_username",
        "address",
        "at",
        "subject",
        "target_key",
        "target_title",
        "session_key",
        "request_id",
    ]
    base_order = ("id", "desc")
    charts = ()

    def __init__(self) -> None:
        super().__init__()
        fields = dict(self.derived.fields)
        fields["kind"] = replace(fields["kind"], kind=EventKind())
        self.derived.fields = fields
        self.gate.all_fields = fields
        self.default_sort = self._read_order()

    def facts(self, event: SecurityEvent) -> list[tuple[Any, list[str]]]:
        """The details of an event, each as a label with its values."""
        return list(_facts(event.details or {}))

    def target(self, event: SecurityEvent) -> tuple[Any, Any]:
        """What the event concerns: the kind of record and its title; or all of a kind."""
        kind = label(humanise_class(event.subject)) if event.subject else ""
        if kind and event.target_title == event.subject:
            return _l("Concerning"), kind
        return kind or _l("Concerning"), event.target_title

    def target_url(self, event: SecurityEvent) -> str | None:
        """The page of the record that the event concerns."""
        return _address_of(event.subject, event.target_key)

    def user_url(self, event: SecurityEvent) -> str | None:
        """The page of whoever did it."""
        return _address_of(User.__name__, event.user_id)


def _facts(details: dict[str, Any], depth: int = 0) -> Iterator[tuple[Any, list[str]]]:
    """The details as a label with its values; what is inside of another stands behind it."""
    for name, value in details.items():
        shown = DETAIL_LABELS.get(name) or label(humanise(name))
        if isinstance(value, dict) and not depth:
            yield from _facts(value, depth + 1)
        elif isinstance(value, list):
            yield shown, [str(item) for item in value]
        else:
            yield shown, [str(value)]


def _address_of(subject: str | None, key: Any) -> str | None:
    """The page of a record, for whoever may read such records; it may have gone since."""
    views = {model.__name__: (model, view) for model, view in registered_views().items()}
    if key in (None, "") or subject not in views:
        return None
    model, view = views[subject]
    if not gate_of(model).can("read"):
        return None
    return url_for(f"{view.endpoint}.show", pk=str(key))
