"""The REST resource of a model: list, get, create, replace, change, delete and operations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request, url_for
from flask_appbuilder.api import expose
from flask_babel import gettext as _

from app.core.api.checks import check_csrf, read_body
from app.core.api.history import HistoryResource
from app.core.api.nested import NestedResource
from app.core.api.openapi import describe, written_fields
from app.core.api.reading import page_of, serialise, shown_fields, wants_plain
from app.core.api.tags import check_tag, names_a_tag, tag_of
from app.core.api.visitors import kept_by_visitors
from app.core.errors import Invalid, NotFound
from app.core.fields import Field, encode_key
from app.core.forms import RecordForm
from app.core.history.scope import operation as named_operation
from app.core.once import KeyReused, Repeated, answered_once, ticket_of_call
from app.core.query.changes import add_row, change_row, delete_rows, lock
from app.core.views.bulk import form_of_action
from app.core.views.guard import check_verb, guard
from app.core.views.offers import action_name

if TYPE_CHECKING:
    from app.core.views.model_view import ModelView


class ModelRestApi(NestedResource, HistoryResource):
    """REST for the model of one view; made by `api_for`, or declared to change something.

    Rights, rows, fields, validation and hooks are those of the view.
    """

    allow_browser_login = True
    view: ModelView

    def __init__(self) -> None:
        self.class_permission_name = self.view.class_permission_name
        self.resource_name = getattr(type(self), "resource_name", None) or self.view.plural
        super().__init__()
        self.base_permissions = [
            name for name in self.view.base_permissions if name != "can_export"
        ]
        self.openapi_spec_tag = getattr(type(self), "openapi_spec_tag", None) or self.resource_name

    @expose("/", methods=["GET"])
    @guard("read", for_visitors=True)
    @kept_by_visitors
    def get_list(self) -> Response:
        """One page of rows; takes the list's plain parameters or FAB's Rison `q`."""
        return page_of(self.view)

    @expose("/_info", methods=["GET"])
    @guard("read", for_visitors=True)
    @kept_by_visitors
    def info(self) -> Response:
        """The fields, what each can be filtered by, and what the caller may do."""
        view = self.view
        return jsonify(
            title=str(view.list_title),
            permissions=[verb for verb, held in view.rights().items() if held],
            fields=[
                _field_info(field, view.derived.filter_columns)
                for field in view.gate.fields().values()
            ],
            add_columns=[field.name for field in written_fields(view, "add")],
            edit_columns=[field.name for field in written_fields(view, "edit")],
        )

    @expose("/<pk>", methods=["GET"])
    @guard("read", for_visitors=True)
    @kept_by_visitors
    def get(self, pk: str) -> Response:
        """One row."""
        fields = self._shown()
        return self._item(self.view.gate.get(pk, columns=fields), fields)

    @expose("/", methods=["POST"])
    @guard("add")
    def post(self) -> Response:
        """Create a row: 201 with its address."""
        check_csrf()
        ticket = ticket_of_call()
        try:
            with answered_once(ticket):
                form = self._form("add", None)
                form.read_json(read_body())
                row = add_row(self.view.gate, form.checked(), self.view, ticket=ticket)
        except KeyReused as error:
            raise Invalid(_("This key was used for another call."), code=error.code) from error
        except Repeated as done:
            response = self._added_before(done.row_key)
            key = done.row_key
        else:
            response, key = self._item(row, self._shown()), encode_key(row)
        response.status_code = 201
        response.headers["Location"] = url_for(f"{self.endpoint}.get", pk=key)
        return response

    @expose("/<pk>", methods=["PUT"])
    @guard("edit")
    def put(self, pk: str) -> Response:
        """Replace a row: what is not named becomes empty."""
        return self._change(pk, replaces=True)

    @expose("/<pk>", methods=["PATCH"])
    @guard("edit")
    def patch(self, pk: str) -> Response:
        """Change what is named."""
        return self._change(pk, replaces=False)

    @expose("/<pk>", methods=["DELETE"])
    @guard("delete")
    def delete(self, pk: str) -> Response:
        """Delete a row: 204."""
        check_csrf()
        row = self._unchanged(pk, "delete")
        delete_rows(self.view.gate, [row], self.view)
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response

    @expose("/<pk>/<operation>", methods=["POST"])
    def operate(self, pk: str, operation: str) -> Response:
        """Run a named operation on a row, or add one below it."""
        check_csrf()
        action = self.view.actions.get(operation)
        if action is None or not action.single:
            return self.add_below(pk, operation)
        check_verb(self, action.name)
        row = self.view.gate.get(pk, action.name)
        form = form_of_action(action)
        if action.asks or request.content_length:
            form.read_json(read_body() if request.content_length else {})
        values = form.checked()
        with named_operation(action_name(self.view, action.name)):
            message = getattr(self.view, action.method)([row], **values)
        return jsonify(id=encode_key(row), message=str(message or ""))

    def add_api_spec(self, api_spec: Any) -> None:
        """Describe the resource; FAB asks each API for its part of the OpenAPI document."""
        self.add_apispec_components(api_spec)
        describe(self, api_spec)

    def _change(self, pk: str, *, replaces: bool) -> Response:
        check_csrf()
        gate, fields = self.view.gate, self.view.form_fields("edit")
        row = self._unchanged(pk, "edit", [*fields, *self._shown()])
        form = self._form("edit", row)
        form.read_json(read_body(), replaces=replaces)
        change_row(gate, row, form.checked(), self.view)
        return self._item(row, self._shown())

    def _added_before(self, key: str) -> Response:
        """Answer a call that was sent twice as it was answered the first time."""
        fields = self._shown()
        try:
            return self._item(self.view.gate.get(key, columns=fields), fields)
        except NotFound:
            return jsonify(id=key)

    def _form(self, verb: str, row: Any) -> RecordForm:
        fields = self.view.form_fields(verb)
        return self.view.record_form(fields, verb)(None, row)

    def _unchanged(self, pk: str, verb: str, fields: Iterable[Field] = ()) -> Any:
        """The row, as long as it is in the state that the call means."""
        gate = self.view.gate
        if not names_a_tag():
            return gate.get(pk, verb, columns=fields)
        lock(gate.model, pk)
        row = gate.get(pk, verb, columns=[*fields, *self._shown()])
        check_tag(self._tag(row))
        return row

    def _tag(self, row: Any) -> str:
        return tag_of(row, lambda: serialise(row, self._shown(), self.view))

    def _shown(self) -> list[Field]:
        return shown_fields(self.view)

    def _item(self, row: Any, fields: Iterable[Field]) -> Response:
        found = serialise(row, fields, self.view, plain=wants_plain())
        response = jsonify(id=encode_key(row), result=found)
        response.set_etag(self._tag(row))
        return response


def api_for(view: ModelView) -> ModelRestApi:
    """The REST resource of a registered view."""
    name = f"{view.resource}Api"
    made: ModelRestApi = type(name, (ModelRestApi,), {"view": view, "__doc__": view.__doc__})()
    return made


def _field_info(field: Field, filterable: Collection[str]) -> dict[str, Any]:
    is_filterable = field.name in filterable and not field.is_computed
    return {
        "name": field.name,
        "label": str(field.label),
        "kind": field.kind.name,
        "required": field.is_required,
        "readonly": field.is_readonly,
        "operators": list(field.kind.operators) if is_filterable else [],
    }
