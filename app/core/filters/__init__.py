"""Filter operators: what a condition on a field means in SQL. See `operators.py` for the list."""

from app.core.filters.condition import Condition
from app.core.filters.operators import OPERATORS, Operator, operators_of

__all__ = ["OPERATORS", "Condition", "Operator", "operators_of"]
