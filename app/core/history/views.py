"""The log of all changes, and undoing."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from app.core.errors import Conflict, NotFound
from app.core.history.log import LogGate, log_fields
from app.core.history.models import Change
from app.core.history.subjects import model_named
from app.core.history.timeline import describe, together
from app.core.history.undo import UndoReport, undo_operation
from app.core.home import require_user
from app.core.query.gate import gate_of
from app.core.query.rules import hidden
from app.core.redirects import came_from, safe_next
from app.core.views import ModelView, guard
from app.core.views.context import registered_views
from app.extensions import db


class UndoView(BaseView):
    """`POST /history/undo/<operation>`: for whoever may change back what the operation changed."""

    route_base = "/history"
    default_view = "undo"
    undo_template = "core/undo.html"

    @expose("/undo/<uuid:operation_id>", methods=["POST"])
    def undo(self, operation_id: uuid.UUID) -> Any:
        """Undo an operation, and say what could not be undone and why."""
        require_user()
        back = safe_next(request.form.get("next"), came_from(self.appbuilder.get_url_for_index))
        report = undo_operation(operation_id, registered_views())
        if report.failures:
            page = self.render_template(
                self.undo_template,
                title=_("Undo"),
                done=report.done,
                done_text=done_in_words(report),
                failures=report.failures,
                undo_id=report.undo_id,
                back_url=back,
            )
            return page if report.done else (page, Conflict.status)
        flash({"text": done_in_words(report), "undo": str(report.undo_id)}, "success")  # type: ignore[arg-type]
        return redirect(back)


class ChangeView(ModelView):
    """All changes, of what whoever reads them may see.

    The recorded values themselves never leave by a column, an export or the API: only in the words
    that obey the rules of the model they belong to.
    """

    datamodel = SQLAInterface(Change)
    list_title = _l("Changes")
    record_title = _l("Change")
    icon = "history"
    is_readonly = True
    show_template = "core/change.html"
    label_columns = {
        "at": _l("When"),
        "user": _l("Who"),
        "real_user": _l("Acted by"),
        "source": _l("From"),
        "model": _l("What"),
        "row_title": _l("Record"),
        "row_key": _l("Key"),
        "row_version": _l("Version"),
        "verb": _l("Change"),
        "operation": _l("Operation"),
    }
    list_columns = ["row_title", "model", "verb", "at", "user", "source"]
    show_columns = ["row_title", "row_key", "model", "verb", "at", "user", "real_user", "source"]
    search_columns = ["row_title", "row_key"]
    filter_columns = ["model", "verb", "at", "user", "real_user", "source", "row_key"]
    order_columns = ["id"]
    exclude_columns = ["before", "after", "operation", "row_version"]
    field_rules = [hidden("before"), hidden("after")]
    base_order = ("id", "desc")
    charts = ()

    def __init__(self) -> None:
        super().__init__()
        derived = self.derived
        derived.fields = log_fields(dict(derived.fields))
        derived.list_columns = (*derived.list_columns, "changed")
        derived.show_columns = (*derived.show_columns, "changed", "details")
        self.gate = LogGate(
            Change,
            subject=self.class_permission_name,
            field_rules=self.field_rules,
            search=derived.search_columns,
            fields=derived.fields,
        )

    @expose("/show/<pk>")
    @guard("read")
    def show(self, pk: str) -> Any:
        """One change, with the way to the record and to its history."""
        change = self.gate.get(pk, columns=[self.gate.fields()["details"]])
        model = model_named(change.model)
        counted = sa.select(Change, together()).where(Change.id == change.id)
        rows = db.session.execute(counted).all()
        entries = describe(gate_of(model), rows) if model is not None else ()
        if model is None or not entries:
            raise NotFound
        return self.render_template(
            self.show_template,
            view=self,
            record=change,
            pk=pk,
            title=entries[0].row_title,
            entry=entries[0],
            subject=registered_views().get(model),
        )


def done_in_words(report: UndoReport) -> str:
    """How much was undone."""
    return str(ngettext("%(num)d change was undone.", "%(num)d changes were undone.", report.done))


def undo_url(operation_id: Any) -> str:
    """The address that undoes an operation."""
    return url_for(f"{UndoView.__name__}.undo", operation_id=operation_id)
