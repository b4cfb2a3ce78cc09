"""Which database a statement is for: the models of an adopted one live elsewhere."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def binding_of(statement: sa.Select[Any]) -> dict[str, Any]:
    """What a session must be told to find the database of a statement on a model."""
    entity = statement.column_descriptions[0].get("entity")
    return {"clause": statement} if entity is None else {"mapper": sa.inspect(entity).mapper}
