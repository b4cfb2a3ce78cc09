"""The largest groups, the rest of them, and what is measured: all in one statement."""

import datetime
from decimal import Decimal

import pytest

from app.core.charts import (
    Chart,
    average,
    largest,
    month,
    smallest,
    total,
)
from app.core.charts.data import chart_data
from app.extensions import db
from tests.core.charts.reading import assert_drills, shown
from tests.core.desk import Channel, Person, Room, Status, Ticket

pytestmark = pytest.mark.both_databases


def test_groups_beyond_the_limit_are_one(add, gate, read_state):
    people = [Person(name=f"Person {number}") for number in range(5)]
    for number, person in enumerate(people, 1):
        add(*(Ticket(title="t", person=person) for _ in range(number)))
    add(Ticket(title="t"), Ticket(title="t"))

    data = chart_data(Chart("By person", group="person", limit=2), gate, read_state())

    assert shown(data) == [("Person 4", 5), ("Person 3", 4), ("Other", 8)]
    assert_drills(gate, data, 3)


def test_empty_group_among_the_first_is_not_in_the_rest(add, gate, read_state):
    people = [Person(name=f"Person {number}") for number in range(3)]
    add(
        *(Ticket(title="t", person=person) for person in people),
        Ticket(title="t"),
        Ticket(title="t"),
    )

    data = chart_data(Chart("By person", group="person", limit=2), gate, read_state())

    assert [number for _label, number in shown(data)] == [1, 2, 2]
    assert data.labels[1:] == ("Other", "Empty")
    assert_drills(gate, data, 3)


def test_rest_of_texts_has_no_link(add, gate, read_state):
    add(*(Ticket(title="t", country=c) for c in ("PT", "PT", "DE", "FR")))

    data = chart_data(Chart("By country", group="country", limit=1), gate, read_state())

    assert shown(data) == [("PT", 2), ("Other", 2)]
    assert_drills(gate, data, 1)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (total("amount"), [("DE", Decimal("20.00")), ("PT", Decimal("4.00"))]),
        ("sum(amount)", [("DE", Decimal("20.00")), ("PT", Decimal("4.00"))]),
        (average("amount"), [("DE", Decimal(20)), ("PT", Decimal(2))]),
        (smallest("amount"), [("DE", Decimal("20.00")), ("PT", Decimal("1.50"))]),
        (largest("hours"), [("PT", 9), ("DE", 3)]),
        (average("hours"), [("PT", 6.5), ("DE", 3)]),
    ],
)
def test_measures(add, gate, read_state, measure, expected):
    add(
        Ticket(title="t", country="PT", amount=Decimal("1.50"), hours=4),
        Ticket(title="t", country="PT", amount=Decimal("2.50"), hours=9),
        Ticket(title="t", country="DE", amount=Decimal("20"), hours=3),
    )

    data = chart_data(Chart("m", group="country", measure=measure), gate, read_state())

    assert shown(data) == expected


def test_rest_of_an_average_is_weighed(add, gate, read_state):
    hours = {"PT": [90], "DE": [1, 1, 1], "FR": [5]}
    add(*(Ticket(title="t", country=c, hours=h) for c, many in hours.items() for h in many))

    chart = Chart("m", group="country", measure=average("hours"), limit=1)
    data = chart_data(chart, gate, read_state())

    assert shown(data) == [("PT", 90), ("Other", 2)]


def test_measure_of_nothing_is_nothing(add, gate, read_state):
    add(Ticket(title="t", country="PT"))

    data = chart_data(Chart("m", group="country", measure=total("amount")), gate, read_state())

    assert shown(data) == [("PT", None)]
    assert data.rows[0].values[0].text == "—"


def test_series_split_each_group(add, gate, read_state):
    pairs = [
        (Status.OPEN, Channel.MAIL),
        (Status.OPEN, Channel.MAIL),
        (Status.OPEN, Channel.PHONE),
        (Status.CLOSED, None),
    ]
    add(*(Ticket(title="t", status=status, channel=channel) for status, channel in pairs))

    data = chart_data(Chart("m", group="status", series="channel"), gate, read_state())

    assert data.series_labels == ("Mail", "Phone", "Empty")
    assert shown(data) == [("Open", 2, 1, 0), ("Closed", 0, 0, 1)]
    assert data.series[0].values == (2, 0)
    assert_drills(gate, data, 2)


def test_series_beyond_the_limit_are_one(add, gate, read_state):
    people = [Person(name=f"Person {number}") for number in range(9)]
    for number, person in enumerate(people, 1):
        add(
            *(
                Ticket(title="t", person=person, opened_on=datetime.date(2026, 1 + n % 3, 1))
                for n in range(number)
            )
        )

    data = chart_data(Chart("m", group=month("opened_on"), series="person"), gate, read_state())

    assert data.series_labels[-2:] == ("Person 2", "Other")
    assert [sum(series.values) for series in data.series] == [9, 8, 7, 6, 5, 4, 3, 3]
    assert_drills(gate, data, 3)


def test_each_chart_is_one_statement(add, gate, read_state, statements):
    add(
        *(
            Ticket(title="t", person=Person(name=str(n)), room=Room(house="A", number=n))
            for n in range(30)
        )
    )
    db.session.remove()

    with statements() as seen:
        chart_data(Chart("m", group="person", series="room"), gate, read_state())

    assert len(seen) == 1
