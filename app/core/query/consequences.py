"""What else happens when rows are deleted, for the question before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import ngettext
from sqlalchemy.orm import Mapper, RelationshipProperty

from app.core.fields import holds_one_of
from app.core.labels import humanise, label
from app.core.trash import DELETED_AT, is_trashable
from app.extensions import db


def consequences(model: type, rows: Sequence[Any], *, for_good: bool = False) -> list[str]:
    """One sentence for each kind of row that refers to `rows`; one statement in all.

    `for_good` is for rows that are in the trash already.
    """
    mapper: Mapper[Any] = sa.inspect(model)
    to_trash = is_trashable(model) and not for_good
    relations = [
        relation
        for relation in mapper.relationships
        if relation.uselist
        and relation.secondary is None
        and not relation.viewonly
        # What only loses its link, or is hidden with it, is as it was when the row comes back.
        and not (to_trash and _is_kept_by_trash(relation))
    ]
    if not relations or not rows:
        return []
    counts = db.session.execute(
        sa.select(
            *(_count(relation, rows, kept=to_trash).scalar_subquery() for relation in relations)
        ),
        bind_arguments={"mapper": mapper},
    ).one()
    return [
        _sentence(relation, count, to_trash=to_trash)
        for relation, count in zip(relations, counts, strict=True)
        if count
    ]


def _is_kept_by_trash(relation: RelationshipProperty[Any]) -> bool:
    rules = _rules(relation)
    is_hidden = "CASCADE" in rules and not is_trashable(relation.mapper.class_)
    return is_hidden or _is_unlinked(rules)


def _count(
    relation: RelationshipProperty[Any], rows: Sequence[Any], *, kept: bool
) -> sa.Select[Any]:
    """Count the rows on the other side whose foreign key names one of `rows`."""
    mapper = relation.parent
    pairs = [
        (remote, mapper.get_property_by_column(local).key)
        for local, remote in relation.synchronize_pairs
    ]
    keys = [tuple(getattr(row, name) for _remote, name in pairs) for row in rows]
    columns = [remote for remote, _name in pairs]
    chosen = holds_one_of(columns, keys)
    counted = sa.select(sa.func.count()).select_from(relation.mapper.local_table).where(chosen)
    if kept and is_trashable(relation.mapper.class_):
        return counted.where(relation.mapper.local_table.c[DELETED_AT].is_(None))
    return counted


def _rules(relation: RelationshipProperty[Any]) -> set[str]:
    """What the foreign keys of the other side say about deleting."""
    return {
        str(key.ondelete or "").upper()
        for _local, remote in relation.synchronize_pairs
        for key in remote.foreign_keys
    }


def _is_unlinked(rules: set[str]) -> bool:
    return bool(rules & {"SET NULL", "SET DEFAULT"})


def _sentence(relation: RelationshipProperty[Any], count: int, *, to_trash: bool) -> str:
    things = str(label(humanise(relation.key)))
    rules = _rules(relation)
    if "CASCADE" in rules and to_trash:
        return ngettext(
            "%(things)s: %(num)d goes to the trash too.",
            "%(things)s: %(num)d go to the trash too.",
            count,
            things=things,
        )
    if "CASCADE" in rules:
        return ngettext(
            "%(things)s: %(num)d is deleted too.",
            "%(things)s: %(num)d are deleted too.",
            count,
            things=things,
        )
    if _is_unlinked(rules):
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
