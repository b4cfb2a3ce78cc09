"""What else happens when rows are deleted, for the question before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import ngettext
from sqlalchemy.orm import Mapper, RelationshipProperty

from app.core.labels import humanise, label
from app.extensions import db


def consequences(model: type, rows: Sequence[Any]) -> list[str]:
    """One sentence for each kind of row that refers to `rows`; one statement in all."""
    mapper: Mapper[Any] = sa.inspect(model)
    relations = [
        relation
        for relation in mapper.relationships
        if relation.uselist and relation.secondary is None and not relation.viewonly
    ]
    if not relations or not rows:
        return []
    counts = db.session.execute(
        sa.select(*(_count(relation, rows).scalar_subquery() for relation in relations)),
        bind_arguments={"mapper": mapper},
    ).one()
    return [
        _sentence(relation, count)
        for relation, count in zip(relations, counts, strict=True)
        if count
    ]


def _count(relation: RelationshipProperty[Any], rows: Sequence[Any]) -> sa.Select[Any]:
    """Count the rows on the other side whose foreign key names one of `rows`."""
    mapper = relation.parent
    pairs = [
        (remote, mapper.get_property_by_column(local).key)
        for local, remote in relation.synchronize_pairs
    ]
    keys = [tuple(getattr(row, name) for _remote, name in pairs) for row in rows]
    columns = [remote for remote, _name in pairs]
    chosen = (
        columns[0].in_([key[0] for key in keys])
        if len(columns) == 1
        else sa.tuple_(*columns).in_(keys)
    )
    return sa.select(sa.func.count()).select_from(relation.mapper.local_table).where(chosen)


def _sentence(relation: RelationshipProperty[Any], count: int) -> str:
    things = str(label(humanise(relation.key)))
    rules = {
        str(key.ondelete or "").upper()
        for _local, remote in relation.synchronize_pairs
        for key in remote.foreign_keys
    }
    if "CASCADE" in rules:
        return ngettext(
            "%(things)s: %(num)d is deleted too.",
            "%(things)s: %(num)d are deleted too.",
            count,
            things=things,
        )
    if rules & {"SET NULL", "SET DEFAULT"}:
        return ngettext(
            "%(things)s: %(num)d loses its link to it.",
            "%(things)s: %(num)d lose their link to it.",
            count,
            things=things,
        )
    return ngettext(
        "%(things)s: %(num)d still refers to it and prevents this.",
        "%(things)s: %(num)d still refer to it and prevent this.",
        count,
        things=things,
    )
