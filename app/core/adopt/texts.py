"""Guesses whether a text column holds one line, where no value tells."""

from __future__ import annotations

from app.core.adopt.naming import KEY_ENDINGS, snake
from app.core.adopt.schema import Column, Table
from app.core.fields.titles import TITLE_NAMES


def is_short_by_name(column: Column, table: Table) -> bool:
    """Whether the column is called as titles and codes are, or is part of a key."""
    name = snake(column.name)
    is_key = any(column.name in unique for unique in (*table.uniques, table.key))
    return is_key or name in TITLE_NAMES or name.endswith(("_name", *KEY_ENDINGS))
