import enum

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.core import types
from app.core.kinds import choice, kind_of_column, kind_of_type, moment, number, structure, text
from app.core.kinds.base import UNKNOWN


class Size(enum.Enum):
    SMALL = "s"


class Shouted(sa.types.TypeDecorator):
    impl = sa.String
    cache_ok = True


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (types.Str(40), text.Text(40)),
        (types.Str(2000), text.LongText(2000)),
        (types.Email(), text.Email()),
        (types.Phone(), text.Phone()),
        (types.Html(), text.Html()),
        (types.Money(), number.Money(12, 2)),
        (types.Percent(), number.Percent(5, 2)),
        (types.UtcTime(), moment.Moment()),
        (types.Json, structure.Json()),
        (types.BigId, number.Integer(64)),
        (types.choice(Size), choice.Choice(tuple(Size))),
        (sa.String(50), text.Text(50)),
        (sa.String(), text.Text()),
        (sa.Text(), text.LongText()),
        (sa.SmallInteger(), number.Integer(16)),
        (sa.Integer(), number.Integer(32)),
        (sa.Numeric(6, 1), number.Decimals(6, 1)),
        (sa.Numeric(asdecimal=False), number.Float()),
        (sa.REAL(), number.Float()),
        (sa.Boolean(), choice.Boolean()),
        (sa.Enum("a", "b"), choice.Choice(("a", "b"))),
        (sa.DateTime(), moment.DateTime()),
        (sa.TIMESTAMP(timezone=True), moment.Moment()),
        (sa.Date(), moment.Date()),
        (sa.Time(), moment.Time()),
        (sa.Interval(), moment.Interval()),
        (postgresql.INTERVAL(), moment.Interval()),
        (postgresql.JSONB(), structure.Json()),
        (postgresql.ARRAY(sa.Date), structure.Array(item=moment.Date())),
        (postgresql.CITEXT(), text.LongText()),
        (sa.Uuid(), structure.Uuid()),
        (postgresql.UUID(as_uuid=False), structure.Uuid(is_written_as_text=True)),
        (sa.LargeBinary(), structure.Binary()),
        (Shouted(9), text.Text(9)),
        (sa.PickleType(), UNKNOWN),
        (postgresql.INET(), UNKNOWN),
        (postgresql.TSVECTOR(), UNKNOWN),
        (sa.types.NullType(), UNKNOWN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_type_of_a_column_tells_its_kind(type_, kind):
    assert kind_of_type(type_) == kind
    assert type(kind_of_type(type_)) is type(kind)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", text.Email(max_length=50)),
        ("work_email", text.Email(max_length=50)),
        ("website", text.Url(50)),
        ("logo_url", text.Url(50)),
        ("emails", text.Text(50)),
    ],
)
def test_the_name_of_a_plain_text_tells_more(name, kind):
    assert kind_of_column(sa.Column(name, sa.String(50))) == kind


def test_an_expression_has_the_kind_of_its_type():
    assert kind_of_column(sa.literal(1) == 2) == choice.Boolean()
