"""Measures: how they are written, and what they make of what the database gives."""

from decimal import Decimal

import pytest

from app.core.charts import average, count, largest, smallest, total
from app.core.charts.measures import Measure
from app.core.fields import fields_of
from tests.core.desk import Ticket

FIELDS = fields_of(Ticket)


@pytest.mark.parametrize(
    ("written", "measure"),
    [
        ("count", count()),
        ("count()", count()),
        ("sum(amount)", total("amount")),
        ("total( amount )", total("amount")),
        ("avg(amount)", average("amount")),
        ("min(amount)", smallest("amount")),
        ("max(amount)", largest("amount")),
        (total("amount"), total("amount")),
    ],
)
def test_measures_can_be_written_as_text(written, measure):
    assert Measure.read(written) == measure


@pytest.mark.parametrize(
    ("measure", "parts", "value"),
    [
        (count(), (3,), 3),
        (total("hours"), (Decimal(7),), 7),
        (total("amount"), (Decimal("7.50"),), Decimal("7.50")),
        (total("amount"), (None,), None),
        (total("amount"), (Decimal("NaN"),), None),
        (average("hours"), (7, 2), 3.5),
        (average("hours"), (Decimal(7), 2), Decimal("3.5")),
        (average("hours"), (None, 0), None),
        (average("ratio"), (1.5, 3), 0.5),
    ],
)
def test_value_of_the_parts(measure, parts, value):
    found = measure.value(parts, FIELDS.get(measure.field))

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        (count(), 1234, "1,234"),
        (total("amount"), Decimal("1234.5"), "1,234.50"),
        (average("hours"), 2.5, "2.5"),
        (total("hours"), 2, "2"),
        (average("hours"), None, "—"),
    ],
)
def test_values_are_written_as_their_kind_is(make_tiny, measure, value, text):
    with make_tiny().test_request_context():
        assert measure.format(value, FIELDS.get(measure.field)) == text


def test_labels_name_the_field(make_tiny):
    with make_tiny().test_request_context():
        labels = [str(m.label(FIELDS)) for m in (count(), total("amount"), largest("hours"))]

    assert labels == ["Number", "Total: Amount", "Largest: Hours"]
