"""FAB's `q` parameter, a Rison object, read as the plain parameters of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import prison
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.errors import BadParameter
from app.core.fields import Field
from app.core.filters.condition import join_values

# FAB's operators, by the kind of field: ours for a plain value, ours for a choice or relation.
OPERATORS = {
    "eq": ("eq", "any"),
    "neq": ("ne", "none"),
    "ct": ("contains", "contains"),
    "sw": ("starts", "starts"),
    "gt": ("gt", "gt"),
    "lt": ("lt", "lt"),
    "rel_o_m": ("any", "any"),
    "rel_m_m": ("any", "any"),
}
KEYS = frozenset({"columns", "filters", "order_column", "order_direction", "page", "page_size"})
ALL_ROWS = -1
# Prison's own refusal, and what it stumbles over in texts that are cut off.
_UNREADABLE = (
    prison.decoder.ParserException,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)


def plain_parameters(
    args: MultiDict[str, str], fields: Mapping[str, Field], max_page_size: int
) -> MultiDict[str, str]:
    """The parameters of the address, with a Rison `q` written out; others are left as they are."""
    text = args.get("q", "")
    if not text.startswith("("):
        return args
    asked = _parse(text)
    plain = MultiDict((name, value) for name, value in args.items(multi=True) if name != "q")
    if "columns" in asked:
        plain["columns"] = ",".join(_strings("columns", asked["columns"]))
    if "order_column" in asked:
        sign = "-" if asked.get("order_direction") == "desc" else ""
        plain["sort"] = f"{sign}{asked['order_column']}"
    if "page" in asked:
        plain["page"] = str(_whole("page", asked["page"]) + 1)
    if "page_size" in asked:
        size = _whole("page_size", asked["page_size"])
        plain["page_size"] = str(max_page_size if size == ALL_ROWS else size)
    for condition in _objects(asked.get("filters", [])):
        plain.add("filter", _condition(condition, fields))
    return plain


def _parse(text: str) -> dict[str, Any]:
    try:
        found = prison.loads(text)
    except _UNREADABLE as error:
        raise BadParameter(errors={"q": [_("This is not a valid Rison object.")]}) from error
    if not isinstance(found, dict) or not found.keys() <= KEYS:
        raise BadParameter(errors={"q": [_("Use only: %(names)s.", names=", ".join(sorted(KEYS)))]})
    return found


def _condition(asked: Mapping[str, Any], fields: Mapping[str, Field]) -> str:
    name, operator = str(asked.get("col", "")), str(asked.get("opr", ""))
    if operator not in OPERATORS:
        known = ", ".join(OPERATORS)
        raise BadParameter(errors={"q": [_("Use one of these operators: %(names)s.", names=known)]})
    field = fields.get(name)
    plain, choice = OPERATORS[operator]
    ours = plain
    if field is not None and plain not in field.kind.operators:
        ours = choice if choice in field.kind.operators else "is"
    value = asked.get("value")
    values = value if isinstance(value, list) else [value]
    texts = [_text(item) for item in values]
    if ours not in ("any", "none") and len(texts) != 1:
        raise BadParameter(errors={"q": [_("“%(name)s” takes one value.", name=operator)]})
    return f"{name}:{ours}:{join_values(texts) if ours in ('any', 'none') else texts[0]}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _objects(found: Any) -> list[Mapping[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BadParameter(errors={"q": [_("`filters` must be a list of objects.")]})
    return found


def _strings(name: str, found: Any) -> list[str]:
    if not isinstance(found, list):
        raise BadParameter(errors={"q": [_("“%(name)s” must be a list.", name=name)]})
    return [str(item) for item in found]


def _whole(name: str, found: Any) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise BadParameter(errors={"q": [_("“%(name)s” must be a whole number.", name=name)]})
    return found
