"""What a model is to people: its fields, the titles of its rows, and their keys as text."""

from app.core.fields.field import COMMON_COLUMNS, Field, common_columns, computed_field, fields_of
from app.core.fields.keys import (
    decode_key,
    encode_key,
    encode_values,
    holds_one_of,
    key_attributes,
)
from app.core.fields.lines import Batch, Line, Many, Ref
from app.core.fields.titles import has_own_title, title_attributes, title_of

__all__ = [
    "COMMON_COLUMNS",
    "Batch",
    "Field",
    "Line",
    "Many",
    "Ref",
    "common_columns",
    "computed_field",
    "decode_key",
    "encode_key",
    "encode_values",
    "fields_of",
    "has_own_title",
    "holds_one_of",
    "key_attributes",
    "title_attributes",
    "title_of",
]
