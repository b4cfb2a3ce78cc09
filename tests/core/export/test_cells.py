"""Values on their way into a file."""

import datetime
import uuid
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from app.core.export.cells import FORMULA_STARTS, cells_of, json_of, neutralise
from app.core.fields import Many, Ref, fields_of
from app.core.kinds import kind_of_type
from app.core.types import Money, UtcTime
from tests.core.desk import Channel, Person, Room, Tag, Ticket

FIELDS = fields_of(Ticket)
MOMENT = datetime.datetime(2026, 7, 1, 23, 30, tzinfo=datetime.UTC)


def cell(type_, value):
    """What a column of this type gives for the value."""
    field = replace(FIELDS["country"], kind=kind_of_type(type_))
    (made,) = cells_of(field)([value])
    return made


@pytest.fixture
def tiny(make_tiny):
    """A reader in Lisbon, an hour ahead of UTC in summer."""
    with make_tiny(BABEL_DEFAULT_TIMEZONE="Europe/Lisbon").test_request_context():
        yield


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (sa.String(9), "a", "a"),
        (sa.String(9), None, None),
        (sa.Integer(), -3, -3),
        (Money(), Decimal("1.50"), Decimal("1.50")),
        (sa.Float(), 0.5, 0.5),
        (sa.Boolean(), False, False),
        (sa.Enum(Channel), Channel.PHONE, "Phone"),
        (sa.Date(), MOMENT.date(), MOMENT.date()),
        (sa.Time(), datetime.time(9, 5), datetime.time(9, 5)),
        (sa.DateTime(), MOMENT.replace(tzinfo=None), MOMENT.replace(tzinfo=None)),
        (UtcTime(), MOMENT, MOMENT.astimezone(ZoneInfo("Europe/Lisbon"))),
        (sa.Interval(), datetime.timedelta(minutes=1.5), 90.0),
        (sa.JSON(), {"a": ["é", None]}, '{"a": ["é", null]}'),
        (sa.ARRAY(sa.Integer()), [1, None], "[1, null]"),
        (sa.Uuid(), uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (sa.LargeBinary(), b"abc", "3 bytes"),
    ],
)
def test_cells_are_numbers_dates_or_words(tiny, type_, value, expected):
    assert cell(type_, value) == expected


def test_moment_is_on_the_readers_clock(tiny):
    assert cell(UtcTime(), MOMENT).isoformat() == "2026-07-02T00:30:00+01:00"


def test_relations_are_called_by_their_titles(tiny):
    ana, tags = Ref(Person, "7", "Ana"), (Ref(Tag, "1", "a"), Ref(Tag, "2", "b"))

    people = cells_of(FIELDS["person"])([ana, None])
    labels = cells_of(FIELDS["tags"])([Many(tags, 2), Many((), 0)])

    assert list(people) == ["Ana", None]
    assert list(labels) == ["a, b", ""]


def test_json_has_keys_and_stored_values(tiny):
    given = {
        "channel": Channel.PHONE,
        "room": Ref(Room, "A~11", "A/1"),
        "tags": Many((Ref(Tag, "1", "a"),), 1),
        "amount": None,
    }

    values = [next(iter(json_of(FIELDS[name])([value]))) for name, value in given.items()]

    link = {"key": "A~11", "text": "A/1"}
    assert values == ["phone", link, [{"key": "1", "text": "a"}], None]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("+351 21", "'+351 21"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\ta", "'\ta"),
        ("\ra", "'\ra"),
        ("\n=a", "'\n=a"),
        (" =a", "' =a"),
        ("＝a", "'＝a"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        ("", ""),
        (" a", " a"),
        ("—", "—"),
    ],
)
def test_apostrophe_before_what_looks_like_a_formula(text, safe):
    assert neutralise(text) == safe


@given(st.text())
def test_nothing_neutralised_begins_like_a_formula(text):
    safe = neutralise(text)

    assert safe in (text, f"'{text}")
    assert not safe.startswith((*FORMULA_STARTS, "\t", "\r", "\n"))
