"""A field's column in the form in which its values compare as they should."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.core.fields import Field


def comparable(field: Field) -> Any:
    """The column, to be compared with a value.

    SQLite keeps moments as texts, and we write all six digits of the second's fraction. Others
    leave them out, and then `10:00:00` would be less than our `10:00:00.000000`.
    """
    column = field.attribute
    is_written_by_others = not field.is_relation and isinstance(column.type, sa.DateTime)
    return WholeMoment(column) if is_written_by_others else column


class WholeMoment(FunctionElement[Any]):
    """A moment with the six digits of its fraction, whoever has stored it."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(WholeMoment)
def _as_it_is(element: WholeMoment, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(WholeMoment, "sqlite")
def _with_fraction(element: WholeMoment, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)} || '.000000', 1, 26)"
