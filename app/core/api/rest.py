"""The REST resource of a model: list, get, create, replace, change, delete and operations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request, url_for
from flask_appbuilder.api import expose
from flask_babel import gettext as _
from werkzeug.exceptions import UnsupportedMediaType

from app.core.api.checks import check_csrf
from app.core.api.history import HistoryResource
from app.core.api.openapi import describe, written_fields
from app.core.api.rison import plain_parameters
from app.core.api.tags import check_tag, names_a_tag, tag_of
from app.core.errors import BadParameter, Invalid, NotFound
from app.core.fields import Field, Line, Many, Ref, encode_key
from app.core.forms import RecordForm
from app.core.history.scope import operation as named_operation
from app.core.kinds.file import File
from app.core.once import KeyReused, Repeated, answered_once, ticket_of_call
from app.core.query.changes import add_row, change_row, delete_rows, lock
from app.core.query.rows import line_of
from app.core.query.state import ListState
from app.core.views.context import file_linker
from app.core.views.guard import check_verb, guard
from app.core.views.offers import action_name

if TYPE_CHECKING:
    from app.core.views.model_view import ModelView


class ModelRestApi(HistoryResource):
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
    @guard("read")
    def get_list(self) -> Response:
        """One page of rows; takes the list's plain parameters or FAB's Rison `q`."""
        view = self.view
        args = plain_parameters(request.args, view.gate.fields(), view.max_page_size)
        state: ListState = view.read_state(args)
        page = view.gate.page(state)
        return jsonify(
            count=page.count.value,
            count_is_exact=page.count.is_exact,
            next=page.next_url() if page.has_next else None,
            previous=page.previous_url() if page.has_previous else None,
            ids=[line.key for line in page.rows],
            result=[serialise_line(line, page.columns, view) for line in page.rows],
        )

    @expose("/_info", methods=["GET"])
    @guard("read")
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
    @guard("read")
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
                form.read_json(_read_json())
                row = add_row(self.view.gate, self._checked(form), self.view, ticket=ticket)
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
        """Run a named operation on a row."""
        check_csrf()
        action = self.view.actions.get(operation)
        if action is None or not action.single:
            raise NotFound
        check_verb(self, action.name)
        row = self.view.gate.get(pk, action.name)
        with named_operation(action_name(self.view, action.name)):
            message = getattr(self.view, action.method)([row])
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
        form.read_json(_read_json(), replaces=replaces)
        change_row(gate, row, self._checked(form), self.view)
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

    def _checked(self, form: RecordForm) -> dict[str, Any]:
        if not form.validate() or form.unknown_names:
            form.raise_errors()
        return form.values()

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
        visible = self.view.gate.fields()
        names = dict.fromkeys([*self.view.derived.show_columns, "id", "version"])
        return [visible[name] for name in names if name in visible]

    def _item(self, row: Any, fields: Iterable[Field]) -> Response:
        response = jsonify(id=encode_key(row), result=serialise(row, fields, self.view))
        response.set_etag(self._tag(row))
        return response


def api_for(view: ModelView) -> ModelRestApi:
    """The REST resource of a registered view."""
    name = f"{view.resource}Api"
    made: ModelRestApi = type(name, (ModelRestApi,), {"view": view, "__doc__": view.__doc__})()
    return made


def serialise(row: Any, fields: Iterable[Field], view: ModelView) -> dict[str, Any]:
    """A row as JSON: a relation as `{"key", "text"}`, everything else as its kind writes it."""
    shown = tuple(fields)
    return serialise_line(line_of(row, shown), shown, view)


def serialise_line(line: Line, fields: Sequence[Field], view: ModelView) -> dict[str, Any]:
    """The same for a row that was read as a line of these fields."""
    found: dict[str, Any] = {"key": line.key}
    for field, value in zip(fields, line.values, strict=True):
        if isinstance(value, Many):
            found[field.name] = [_link(ref) for ref in value.refs]
        elif value is None:
            found[field.name] = None
        elif isinstance(value, Ref):
            found[field.name] = _link(value)
        else:
            found[field.name] = field.kind.to_json(value)
            if isinstance(field.kind, File):
                found[field.name]["url"] = file_linker(view)(field, line.key)
    return found


def _link(ref: Ref) -> dict[str, str]:
    return {"key": ref.key, "text": ref.title}


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


def _read_json() -> Any:
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return request.get_json()
    except RecursionError as error:
        raise BadParameter from error
