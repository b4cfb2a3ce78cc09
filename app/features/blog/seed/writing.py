"""Writes many rows at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select

from app.extensions import db


def add_rows(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows, and give each its key.

    Keys rise in the order of the rows. They are read afterwards, because history cannot record an
    INSERT that returns something.
    """
    last = db.session.scalar(select(func.coalesce(func.max(model.id), 0)))
    db.session.execute(insert(model), rows)
    keys = db.session.scalars(select(model.id).where(model.id > last).order_by(model.id))
    for row, key in zip(rows, keys, strict=True):
        row["id"] = key
