"""The OpenAPI 3.0 description of a model's resource, from its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from app.core.fields import Field
from app.core.query.state import PARAMETERS
from app.core.views.context import nested_views

PARAMETER_TEXTS = {
    "q": "Text to search for, or FAB's Rison object.",
    "filter": "A condition `field:operator:values`; may be given several times.",
    "sort": "Fields to sort by, separated by commas; `-` before a name sorts downwards.",
    "page": "The number of the page, from 1.",
    "after": "Begin behind this place, which `next` of an answer gives.",
    "before": "End before this place, which `previous` of an answer gives.",
    "page_size": "Rows of a page.",
    "columns": "The fields to give, separated by commas.",
    "count": "`exact` counts all rows even where that takes long.",
}
TEXT = {
    "in": "query",
    "name": "text",
    "description": "`plain` gives rich text without its markup.",
    "schema": {"type": "string", "enum": ["plain"]},
}
SECURITY: list[dict[str, list[str]]] = [{"jwt": []}, {"key": []}, {"cookie": []}]
ANY = ("400", "401", "403", "429")
"""What any call may be answered with: it cannot be read, or whoever calls may not, or not now."""
CHANGE = ("409", "413", "415", "422")
"""What a change may be answered with besides."""


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
    add_errors(spec)
    view, name = api.view, api.view.resource
    # The document is read by a user, who learns of no field that they may not see.
    fields = [field for field in view.gate.fields().values() if not field.is_computed]
    spec.components.schema(name, component=_schema(fields, writes=False))
    base = api.route_base
    allowed = set(api.base_permissions)
    collection = {"get": _list(view)}
    item = {"get": _operation("One row.", {"200": _answer(name)} | errors("404"))}
    item["get"]["parameters"] = [TEXT]
    for verb in ("add", "edit"):
        if f"can_{verb}" in allowed:
            writable = written_fields(view, verb)
            spec.components.schema(_input(name, verb), component=_schema(writable, writes=True))
    if "can_add" in allowed:
        collection["post"] = _write("Create a row.", name, "add", "201")
    if "can_edit" in allowed:
        item["put"] = _write("Replace a row.", name, "edit", "200")
        item["patch"] = _write("Change what is named.", name, "edit", "200", partial=True)
    if "can_delete" in allowed:
        answers = {"204": {"description": "Deleted"}}
        item["delete"] = _operation("Delete a row.", answers | errors("404", "409", "412"))
        item["delete"]["parameters"] = [IF_MATCH]
    key = _path_parameter("pk", "The key of the row.")
    _add(spec, api, f"{base}/", collection)
    _add(spec, api, f"{base}/_info", {"get": _operation("Fields and rights.", _json_answer())})
    _add(spec, api, f"{base}/{{pk}}", item, [key])
    history = {"get": _operation("Its changes, newest first.", _json_answer() | errors("404"))}
    history["get"]["parameters"] = [
        {"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 1}}
    ]
    _add(spec, api, f"{base}/{{pk}}/history", history, [key])
    for action in view.actions.values():
        if action.single and f"can_{action.name}" in allowed:
            answers = _json_answer() | errors("404", *CHANGE)
            operation = {"post": _operation(str(action.label), answers)}
            if action.asks:
                body = _content(_schema(action.asks, writes=True))["content"]
                operation["post"]["requestBody"] = {"content": body}
            _add(spec, api, f"{base}/{{pk}}/{action.name}", operation, [key])
    for relation, (below, back) in nested_views(view).items():
        _add(spec, api, f"{base}/{{pk}}/{relation}", _nested(below, back), [key])


def _nested(below: Any, back: Field) -> dict[str, Any]:
    """Reading and adding the rows below a row."""
    found = {"get": _list(below)}
    found["get"]["responses"] |= errors("404")
    submission = below.submission
    if submission is not None:
        fields = submission.asks
    elif "can_add" in below.base_permissions:
        fields = [field for field in written_fields(below, "add") if field.name != back.name]
    else:
        return found
    answers = {"201": _answer(below.resource)} | errors("404", *CHANGE)
    found["post"] = _operation("Add a row below this one.", answers)
    body = _content(_schema(fields, writes=True))["content"]
    found["post"]["requestBody"] = {"required": True, "content": body}
    return found


def _add(spec: Any, api: Resource, path: str, operations: Any, parameters: Any = ()) -> None:
    for operation in operations.values():
        operation["tags"] = [api.openapi_spec_tag]
        operation["security"] = SECURITY
        operation["parameters"] = [*parameters, *operation.get("parameters", [])]
    spec.path(path=path, operations=operations)


def _list(view: Any) -> dict[str, Any]:
    result = {
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "count_is_exact": {"type": "boolean"},
            "next": {"type": "string", "nullable": True},
            "previous": {"type": "string", "nullable": True},
            "ids": {"type": "array", "items": {"type": "string"}},
            "result": {"type": "array", "items": _reference(view.resource)},
        },
    }
    operation = _operation("One page of rows.", {"200": _content(result)})
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
    operation["parameters"] += [TEXT, *(_plain_filter(view, name) for name in view.plain_filters)]
    return operation


def _plain_filter(view: Any, name: str) -> dict[str, Any]:
    field = view.gate.all_fields[view.plain_filters[name]]
    described = "The slug or key of a related row." if field.is_relation else "Only of this kind."
    schema = {"type": "string"} if field.is_relation else field.kind.schema()
    return {"in": "query", "name": name, "description": described, "schema": schema}


def _write(
    summary: str, name: str, verb: str, success: str, *, partial: bool = False
) -> dict[str, Any]:
    body: dict[str, Any] = _reference(_input(name, verb))
    if partial:
        body = {"type": "object", "description": f"Any of the properties of {_input(name, verb)}."}
    refusals = errors(*CHANGE, *(("404", "412") if verb == "edit" else ()))
    operation = _operation(summary, {success: _answer(name)} | refusals)
    operation["parameters"] = [IF_MATCH if verb == "edit" else IDEMPOTENCY_KEY]
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _operation(summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "responses": responses | errors(*ANY)}


def _json_answer() -> dict[str, Any]:
    return {"200": _content({"type": "object"})}


def _answer(name: str) -> dict[str, Any]:
    properties = {"id": {"type": "string"}, "result": _reference(name)}
    return _content({"type": "object", "properties": properties})


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def errors(*codes: str) -> dict[str, Any]:
    """The answers that refuse a call, by status; `add_errors` says once what they are."""
    return {code: {"$ref": f"#/components/responses/Error{code}"} for code in codes}


def add_errors(spec: Any) -> None:
    """Let the document say what `errors` refers to, unless it does so already."""
    for code in sorted({*ANY, *CHANGE, "404", "412"}):
        if f"Error{code}" not in spec.components.responses:
            spec.components.response(f"Error{code}", _error(code))


def written_fields(view: Any, verb: str) -> list[Field]:
    """What the body of a call may name: the fields of the form, and what the view adds to it."""
    extra = getattr(view, f"{verb}_form_extra_fields").values()
    added = [control.kwargs["field"] for control in extra if "field" in control.kwargs]
    return [*view.form_fields(verb), *added]


def _error(code: str) -> dict[str, Any]:
    properties = {
        "message": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {}}},
    }
    schema = {"type": "object", "properties": properties, "required": ["message", "code"]}
    headers = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
    return {
        "description": f"Error {code}",
        "content": {"application/json": {"schema": schema}},
    } | ({"headers": headers} if code == "429" else {})


def _schema(fields: Iterable[Field], *, writes: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {} if writes else {"key": {"type": "string", "readOnly": True}}
    required = []
    for field in fields:
        schema = _written(field) if writes else dict(field.kind.schema())
        # A related row that the reader may not see is read as none at all.
        is_link = field.is_relation and not field.is_many and not writes
        if is_link or not field.is_required:
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
    return {"type": "string"} if field.is_relation else dict(field.kind.written_schema())


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
