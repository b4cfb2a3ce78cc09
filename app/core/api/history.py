"""The history of a row and undoing, for programs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request
from flask_appbuilder.api import BaseApi, expose

from app.core.api.checks import check_csrf
from app.core.api.openapi import ANY, SECURITY, add_errors, errors
from app.core.history.timeline import Entry, changes_of
from app.core.history.undo import undo_operation
from app.core.home import require_user
from app.core.views.context import registered_views
from app.core.views.guard import guard
from app.core.views.history import page_number

if TYPE_CHECKING:
    from app.core.views.model_view import ModelView


class HistoryResource(BaseApi):
    """`GET /<pk>/history` of a resource."""

    view: ModelView

    @expose("/<pk>/history", methods=["GET"])
    @guard("read")
    def history(self, pk: str) -> Response:
        """The changes of one row, newest first."""
        timeline = changes_of(self.view.gate, pk, page_number(request.args.get("page")))
        return jsonify(
            title=timeline.title,
            has_next=timeline.has_next,
            result=[written(entry) for entry in timeline.entries],
        )


class UndoApi(BaseApi):
    """`POST /api/v1/history/undo/<operation>`."""

    resource_name = "history"
    allow_browser_login = True

    @expose("/undo/<uuid:operation_id>", methods=["POST"])
    def undo(self, operation_id: uuid.UUID) -> Any:
        """Undo an operation; 409 where nothing of it could be undone."""
        require_user()
        check_csrf()
        report = undo_operation(operation_id, registered_views())
        answer = jsonify(
            operation=str(report.undo_id) if report.undo_id else None,
            done=report.done,
            failures=[vars(failure) for failure in report.failures],
        )
        return answer if report.done else (answer, 409)

    def add_api_spec(self, api_spec: Any) -> None:
        """Describe it; FAB asks each API for its part of the OpenAPI document."""
        add_errors(api_spec)
        operation_id = {"in": "path", "name": "operation_id", "required": True}
        schema = {"type": "string", "format": "uuid"}
        post = {
            "tags": ["history"],
            "summary": "Undo an operation, as far as the caller may and it can be.",
            "security": SECURITY,
            "parameters": [{**operation_id, "schema": schema}],
            "responses": {
                "200": {"description": "What was undone, and what could not be."},
                "409": {"description": "Nothing could be undone, or it was undone before."},
            }
            | errors(*ANY, "404"),
        }
        api_spec.path(path=f"{self.route_base}/undo/{{operation_id}}", operations={"post": post})


def written(entry: Entry) -> dict[str, Any]:
    """A change as JSON, in the words that the reader may read."""
    return {
        "id": entry.id,
        "operation": str(entry.operation_id),
        "verb": entry.verb.value,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "source": entry.source.value,
        "is_undone": entry.is_undone,
        "fields": [
            {"name": field.name, "label": field.label}
            | (
                {"added": field.added, "removed": field.removed}
                if field.added or field.removed
                else {"before": field.before, "after": field.after}
            )
            for field in entry.fields
        ],
    }
