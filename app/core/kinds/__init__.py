"""Kinds of values: how each is read, shown, edited, filtered and described to API clients.

A kind is found from the type of a column. Forms, lists, filters, REST, exports and charts all
ask the kind, so a new type of column is one class here and nothing anywhere else.
"""

from app.core.kinds.base import BadValue, Kind, Widget
from app.core.kinds.registry import kind_of_column, kind_of_type

__all__ = ["BadValue", "Kind", "Widget", "kind_of_column", "kind_of_type"]
