"""Plain parameters such as `?tag=bread`, which a view offers in `plain_filters`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.errors import BadParameter
from app.core.fields import Field, encode_key
from app.core.filters.condition import join_values
from app.core.kinds.text import is_storable
from app.core.query.gate import gate_of
from app.extensions import db

if TYPE_CHECKING:
    from app.core.views.model_view import ModelView

SLUG = "slug"


def conditions_of(view: ModelView, args: MultiDict[str, str]) -> MultiDict[str, str]:
    """The parameters of a list, with the plain ones written as the conditions that they mean."""
    plain = MultiDict((n, v) for n, v in args.items(multi=True) if n not in view.plain_filters)
    fields, wrong = view.gate.fields(), {}
    for name, field_name in view.plain_filters.items():
        for value in args.getlist(name):
            field = fields.get(field_name)
            text = None if field is None else _value_of(field, value)
            if field is None or text is None:
                wrong[name] = [_("There is no “%(value)s” to filter by.", value=value)]
            else:
                plain.add("filter", f"{field.name}:{_operator(field)}:{text}")
    if wrong:
        raise BadParameter(errors=wrong)
    return plain


def _operator(field: Field) -> str:
    return next(each for each in ("any", "is", "eq") if each in field.kind.operators)


def _value_of(field: Field, value: str) -> str | None:
    """The value as a condition carries it; None where there is no such related row."""
    if field.target is not None:
        return _key_of(field, value)
    return join_values([value]) if "any" in field.kind.operators else value


def _key_of(field: Field, value: str) -> str | None:
    """The key of the related row with this slug, among those that the caller may see.

    A row of a model that has no slugs is named by its key.
    """
    target: Any = field.target
    if not hasattr(target, SLUG):
        return join_values([value])
    if not is_storable(value):
        return None
    found = db.session.scalars(gate_of(target).rows().where(target.slug == value)).first()
    return None if found is None else join_values([encode_key(found)])
