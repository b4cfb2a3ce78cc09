"""The list behind a segment: the conditions that select exactly the rows it was made of."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from app.core.charts.buckets import Bucket
from app.core.charts.cells import Part
from app.core.charts.dimension import Dimension
from app.core.charts.periods import Zone
from app.core.fields import Field, encode_values
from app.core.filters import Condition
from app.core.filters.condition import join_values
from app.core.kinds import BadValue
from app.core.query.state import ListState

Texts = list[str]


@dataclass(frozen=True)
class Drill:
    """Writes the addresses of segments; gives an empty text for one that no list can show."""

    state: ListState
    fields: Mapping[str, Field]
    filterable: Collection[str]
    zone: Zone

    def query(self, *chosen: tuple[Dimension, Part, Collection[Part]]) -> str:
        """The query string of the list of a segment.

        Each of `chosen` is a dimension, the part of it, and all parts beside it.
        """
        conditions: list[Condition] = []
        for dimension, part, others in chosen:
            found = self._conditions(dimension, part, others)
            if found is None:
                return ""
            conditions.extend(found)
        return self.state.url(filters=(*self.state.filters, *conditions))

    def _conditions(
        self, dimension: Dimension, part: Part, others: Collection[Part]
    ) -> list[Condition] | None:
        if dimension.field.name not in self.filterable:
            return None
        try:
            texts = self._texts(dimension, part, others)
            found = [
                Condition.parse(f"{dimension.field.name}:{text}", self.fields) for text in texts
            ]
        except BadValue:
            return None
        # What is read back must be the key itself: a text with spaces around it is not.
        same = all(c.values == part.key for c in found if c.operator.name == "eq")
        return found if found and same else None

    def _texts(self, dimension: Dimension, part: Part, others: Collection[Part]) -> Texts:
        if part.is_other:
            return self._beyond(dimension, others)
        if part.is_empty:
            return ["empty"]
        if not part.has_key:
            return []
        if dimension.bucket is not None:
            return self._span(dimension.field, dimension.bucket, part.key[0])
        return _equals(dimension.field, part)

    def _beyond(self, dimension: Dimension, others: Collection[Part]) -> Texts:
        """What is left when all the parts shown are taken away."""
        shown = [part for part in others if not part.is_other]
        keyed = [part for part in shown if part.has_key]
        if dimension.bucket is not None:
            earliest = min(part.key[0] for part in keyed)
            return [f"lt:{self._start(dimension.field, earliest)}"]
        is_unclear = any(not part.has_key and not part.is_empty for part in shown)
        if is_unclear or dimension.field.kind.name not in ("enum", "relation", "relations"):
            return []
        filled = ["filled"] if any(part.is_empty for part in shown) else []
        return [f"none:{_joined(dimension.field, keyed)}", *filled] if keyed else filled

    def _span(self, field: Field, bucket: Bucket, start: datetime.date) -> Texts:
        end = bucket.after(start)
        if end is None:
            return [f"ge:{self._start(field, start)}"]
        return [f"ge:{self._start(field, start)}", f"lt:{self._start(field, end)}"]

    def _start(self, field: Field, day: datetime.date) -> str:
        match field.kind.name:
            case "date":
                return day.isoformat()
            case "moment":
                return self.zone.midnight(day).isoformat()
        return f"{day.isoformat()}T00:00:00"


def _equals(field: Field, part: Part) -> Texts:
    value = part.key[0]
    match field.kind.name:
        case "boolean":
            return [f"is:{field.kind.to_input(value)}"]
        case "enum" | "relation" | "relations":
            return [f"any:{_joined(field, [part])}"]
    return [f"eq:{field.kind.to_input(value)}"]


def _joined(field: Field, parts: Iterable[Part]) -> str:
    if field.is_relation:
        return join_values([encode_values(part.key) for part in parts])
    return join_values([field.kind.to_input(part.key[0]) for part in parts])
