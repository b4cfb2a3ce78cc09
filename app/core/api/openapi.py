"""The OpenAPI 3.0 description of a model's resource, from its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from app.core.fields import Field
from app.core.query.state import PARAMETERS

PARAMETER_TEXTS = {
    "q": "Text to search for, or FAB's Rison object.",
    "filter": "A condition `field:operator:values`; may be given several times.",
    "sort": "Fields to sort by, separated by commas; `-` before a name sorts downwards.",
    "page": "The number of the page, from 1.",
    "after": "Begin behind this place, which `next` of an answer gives.",
    "before": "End before this place, which `previous` of an answer gives.",
    "page_size": "Rows of a page.",
    "columns": "The fields to give, separated by commas.",
}
SECURITY: list[dict[str, list[str]]] = [{"jwt": []}, {"cookie": []}]


IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The `ETag` of the row that the change is meant for.",
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A text of your choice: a call repeated with it adds no second row.",
    "schema": {"type": "string", "maxLength": 255},
}


class Resource(Protocol):
    """What is described: a view behind addresses that begin alike."""

    view: Any
    route_base: str
    base_permissions: list[str]
    openapi_spec_tag: str


def describe(api: Resource, spec: Any) -> None:
    """Add the schemas and paths of one resource to the document."""
    view, name = api.view, api.view.resource
    # The document is read by a user, who learns of no field that they may not see.
    fields = [field for field in view.gate.fields().values() if not field.is_computed]
    spec.components.schema(name, component=_schema(fields, writes=False))
    base = api.route_base
    allowed = set(api.base_permissions)
    collection = {"get": _list(name)}
    item = {"get": _operation("One row.", {"200": _answer(name), "404": _error("404")})}
    for verb in ("add", "edit"):
        if f"can_{verb}" in allowed:
            writable = view.form_fields(verb)
            spec.components.schema(_input(name, verb), component=_schema(writable, writes=True))
    if "can_add" in allowed:
        collection["post"] = _write("Create a row.", name, "add", "201")
    if "can_edit" in allowed:
        item["put"] = _write("Replace a row.", name, "edit", "200")
        item["patch"] = _write("Change what is named.", name, "edit", "200", partial=True)
    if "can_delete" in allowed:
        answers = {"204": {"description": "Deleted"}}
        answers |= {code: _error(code) for code in ("404", "409", "412")}
        item["delete"] = _operation("Delete a row.", answers) | {"parameters": [IF_MATCH]}
    key = _path_parameter("pk", "The key of the row.")
    _add(spec, api, f"{base}/", collection)
    _add(spec, api, f"{base}/_info", {"get": _operation("Fields and rights.", _json_answer())})
    _add(spec, api, f"{base}/{{pk}}", item, [key])
    history = {"get": _operation("Its changes, newest first.", _json_answer())}
    history["get"]["parameters"] = [
        {"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 1}}
    ]
    _add(spec, api, f"{base}/{{pk}}/history", history, [key])
    for action in view.actions.values():
        if action.single and f"can_{action.name}" in allowed:
            answers = _json_answer() | {code: _error(code) for code in ("403", "404", "409", "422")}
            operation = {"post": _operation(str(action.label), answers)}
            _add(spec, api, f"{base}/{{pk}}/{action.name}", operation, [key])


def _add(spec: Any, api: Resource, path: str, operations: Any, parameters: Any = ()) -> None:
    for operation in operations.values():
        operation["tags"] = [api.openapi_spec_tag]
        operation["security"] = SECURITY
        operation["parameters"] = [*parameters, *operation.get("parameters", [])]
    spec.path(path=path, operations=operations)


def _list(name: str) -> dict[str, Any]:
    result = {
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "count_is_exact": {"type": "boolean"},
            "next": {"type": "string", "nullable": True},
            "previous": {"type": "string", "nullable": True},
            "ids": {"type": "array", "items": {"type": "string"}},
            "result": {"type": "array", "items": _reference(name)},
        },
    }
    operation = _operation("One page of rows.", {"200": _content(result), "400": _error("400")})
    operation["parameters"] = [
        {
            "in": "query",
            "name": parameter,
            "description": PARAMETER_TEXTS[parameter],
            "schema": {"type": "string"},
        }
        for parameter in PARAMETERS
        if parameter in PARAMETER_TEXTS
    ]
    return operation


def _write(
    summary: str, name: str, verb: str, success: str, *, partial: bool = False
) -> dict[str, Any]:
    body: dict[str, Any] = _reference(_input(name, verb))
    if partial:
        body = {"type": "object", "description": f"Any of the properties of {_input(name, verb)}."}
    answers = {success: _answer(name)}
    answers |= {code: _error(code) for code in ("400", "403", "404", "409", "415", "422")}
    if verb == "edit":
        answers["412"] = _error("412")
    operation = _operation(summary, answers)
    operation["parameters"] = [IF_MATCH if verb == "edit" else IDEMPOTENCY_KEY]
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _operation(summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "responses": responses | {"401": _error("401")}}


def _json_answer() -> dict[str, Any]:
    return {"200": _content({"type": "object"})}


def _answer(name: str) -> dict[str, Any]:
    properties = {"id": {"type": "string"}, "result": _reference(name)}
    return _content({"type": "object", "properties": properties})


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def _error(code: str) -> dict[str, Any]:
    properties = {
        "message": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {}}},
    }
    schema = {"type": "object", "properties": properties}
    return {"description": f"Error {code}", "content": {"application/json": {"schema": schema}}}


def _schema(fields: Iterable[Field], *, writes: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {} if writes else {"key": {"type": "string", "readOnly": True}}
    required = []
    for field in fields:
        schema = _written(field) if writes else dict(field.kind.schema())
        if not field.is_required:
            schema["nullable"] = True
        elif writes:
            required.append(field.name)
        if field.help:
            schema["description"] = field.help
        properties[field.name] = schema
    return {"type": "object", "properties": properties} | (
        {"required": required} if required else {}
    )


def _written(field: Field) -> dict[str, Any]:
    """A relation is written by its key, though it is read with its title too."""
    if field.is_many:
        return {"type": "array", "items": {"type": "string"}}
    return {"type": "string"} if field.is_relation else dict(field.kind.schema())


def _input(name: str, verb: str) -> str:
    return f"{name}.{verb}"


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _path_parameter(name: str, description: str) -> dict[str, Any]:
    return {
        "in": "path",
        "name": name,
        "required": True,
        "description": description,
        "schema": {"type": "string"},
    }
