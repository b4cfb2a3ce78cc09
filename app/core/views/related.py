"""The lists on a record's page of what belongs to the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import RelationshipProperty

from app.core.filters.condition import join_values
from app.core.views.context import registered_views

if TYPE_CHECKING:
    from app.core.views.base import Screen


@dataclass(frozen=True)
class RelatedList:
    """A list of another view, filtered to what belongs to one record; loaded when it is seen."""

    name: str
    label: Any
    url: str
    fragment_url: str
    add_url: str | None = None
    add_title: str = ""


def related_lists(view: Screen, key: str) -> list[RelatedList]:
    """The related lists of the record with this key that the user may read.

    They are the lists that the related views show anyway, with one condition more, so no rule of
    theirs can be forgotten here.
    """
    found = []
    for field in view.gate.fields().values():
        if not field.is_many or field.target is None:
            continue
        other = _view_for(view, field.target)
        back = _way_back(field.model, field.name)
        if other is None or back is None or not other.gate.can("read"):
            continue
        if back not in other.gate.fields() or back not in other.derived.filter_columns:
            continue
        query = {"filter": f"{back}:any:{join_values([key])}"}
        found.append(
            RelatedList(
                name=field.name,
                label=field.label,
                url=other.url("list", **query),
                fragment_url=other.url("list", **query, view="related", page_size=10),
                add_url=_add_url(other, back, key, view.url("show", key)),
                add_title=other.add_title,
            )
        )
    return found


def _view_for(view: Screen, model: type) -> Any:
    """The view that lists `model` here: one that `related_views` names, else the model's first."""
    first = registered_views().get(model)
    if view.related_views is None:
        return first
    return first if first is not None and type(first) in view.related_views else None


def _way_back(model: type, name: str) -> str | None:
    """The name of the relation that leads from the related row back to ours."""
    relation: RelationshipProperty[Any] = sa.inspect(model).relationships[name]
    for candidate in relation.mapper.relationships:
        if candidate in relation._reverse_property or _mirrors(relation, candidate):
            return str(candidate.key)
    return None


def _mirrors(relation: RelationshipProperty[Any], other: RelationshipProperty[Any]) -> bool:
    if other.mapper is not relation.parent or other.secondary is not relation.secondary:
        return False
    return {frozenset(pair) for pair in relation.local_remote_pairs or ()} == {
        frozenset(pair) for pair in other.local_remote_pairs or ()
    }


def _add_url(other: Any, back: str, key: str, next_url: str) -> str | None:
    names = {field.name for field in other.form_fields("add")}
    if back not in names or not other.allows("add"):
        return None
    url: str = other.url("add", **{back: key, "next": next_url})
    return url
