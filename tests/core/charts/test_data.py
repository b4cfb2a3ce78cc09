"""What charts count, in which order and under which names."""

import datetime

import pytest

from app.core.charts import (
    Chart,
    average,
    day,
    month,
    quarter,
    week,
    year,
)
from app.core.charts.data import MAX_BUCKETS, chart_data
from app.core.query.gate import Gate, gates
from app.core.query.rules import rows
from tests.core.charts.reading import assert_drills, shown
from tests.core.desk import Channel, Person, Room, Status, Ticket

pytestmark = pytest.mark.both_databases


def test_choices_stand_in_the_order_of_their_declaration(add, gate, read_state):
    add(*(Ticket(title="t", status=s) for s in (Status.CLOSED, Status.CLOSED, Status.OPEN)))

    data = chart_data(Chart("By status", group="status"), gate, read_state())

    assert shown(data) == [("Open", 1), ("Closed", 2)]
    assert_drills(gate, data, 2)


def test_empty_group_comes_last_and_can_be_opened(add, gate, read_state):
    add(Ticket(title="a"), Ticket(title="b"), Ticket(title="c", channel=Channel.MAIL))

    data = chart_data(Chart("By channel", group="channel"), gate, read_state())

    assert shown(data) == [("Mail", 1), ("Empty", 2)]
    assert_drills(gate, data, 2)


def test_booleans_have_words(add, gate, read_state):
    add(*(Ticket(title="t", paid=paid) for paid in (True, False, False, None)))

    data = chart_data(Chart("Paid", group="paid"), gate, read_state())

    assert shown(data) == [("Yes", 1), ("No", 2), ("Empty", 1)]
    assert_drills(gate, data, 3)


def test_empty_text_is_the_same_group_as_none(add, gate, read_state):
    add(*(Ticket(title="t", country=c) for c in ("", None, "PT", "PT", "PT", "DE")))

    data = chart_data(Chart("By country", group="country"), gate, read_state())

    assert shown(data) == [("PT", 3), ("DE", 1), ("Empty", 2)]
    assert_drills(gate, data, 3)


def test_text_that_no_filter_can_name_has_no_link(add, gate, read_state):
    add(Ticket(title="t", country=" PT "), Ticket(title="t", country="PT"))

    data = chart_data(Chart("By country", group="country"), gate, read_state())

    assert_drills(gate, data, 1)


def test_integers_stand_in_their_order(add, gate, read_state):
    add(*(Ticket(title="t", hours=hours) for hours in (10, 10, 9, -1)))

    data = chart_data(Chart("By hours", group="hours"), gate, read_state())

    assert shown(data) == [("-1", 1), ("9", 1), ("10", 2)]
    assert_drills(gate, data, 3)


def test_relation_shows_titles_largest_first(add, gate, read_state):
    ana, bob = Person(name="Ana"), Person(name="Bob")
    add(Ticket(title="a", person=ana), *(Ticket(title="b", person=bob) for _ in range(2)))
    add(Ticket(title="c"))

    data = chart_data(Chart("By person", group="person"), gate, read_state())

    assert shown(data) == [("Bob", 2), ("Ana", 1), ("Empty", 1)]
    assert_drills(gate, data, 3)


def test_relation_with_composite_key_and_own_title(add, gate, read_state):
    attic, cellar = Room(house="A/1,2", number=1), Room(house="B", number=2)
    add(*(Ticket(title="t", room=room) for room in (attic, attic, cellar, None)))

    data = chart_data(Chart("By room", group="room"), gate, read_state())

    assert shown(data) == [("A/1,2/1", 2), ("B/2", 1), ("Empty", 1)]
    assert_drills(gate, data, 3)


def test_related_row_that_is_hidden_counts_as_none(add, desk, gate, read_state):
    ana, bob, eve = Person(name="Ana"), Person(name="Bob"), Person(name="Eve")
    add(*(Ticket(title="t", person=p) for p in (ana, bob, bob, eve, None)))
    gates()[Person] = Gate(Person, row_rules=[rows(lambda _user: Person.name == "Ana")])

    try:
        data = chart_data(Chart("By person", group="person"), gate, read_state())

        assert shown(data) == [("Ana", 1), ("Empty", 4)]
        assert_drills(gate, data, 2)
    finally:
        gates().clear()


def test_self_reference_obeys_the_models_own_rule(add, desk, read_state):
    secret = Ticket(title="Secret", country="hidden")
    add(Ticket(title="child", parent=secret), Ticket(title="top"))
    gate = Gate(Ticket, row_rules=[rows(lambda _user: Ticket.country.is_(None))])
    gates()[Ticket] = gate

    try:
        data = chart_data(Chart("By parent", group="parent"), gate, read_state())

        assert shown(data) == [("Empty", 2)]
        assert_drills(gate, data, 1)
    finally:
        gates().clear()


def test_only_rows_that_the_user_may_see_count(add, desk, read_state):
    add(Ticket(title="mine", country="PT"), Ticket(title="theirs", country="DE"))
    gate = Gate(Ticket, row_rules=[rows(lambda _user: Ticket.title == "mine")])

    data = chart_data(Chart("By country", group="country"), gate, read_state())

    assert shown(data) == [("PT", 1)]


def test_filters_and_search_of_the_list_hold(add, gate, read_state):
    add(
        Ticket(title="red apple", country="PT", hours=1),
        Ticket(title="green apple", country="PT", hours=5),
        Ticket(title="pear", country="DE", hours=5),
    )

    state = read_state(("q", "apple"), ("filter", "hours:ge:2"))
    data = chart_data(Chart("By country", group="country"), gate, state)

    assert shown(data) == [("PT", 1)]
    assert_drills(gate, data, 1)


def test_months_without_rows_are_zero(add, gate, read_state):
    add(
        *(Ticket(title="t", opened_on=datetime.date(2026, m, 28)) for m in (1, 4)),
        Ticket(title="t"),
    )

    data = chart_data(Chart("m", group=month("opened_on"), empty=True), gate, read_state())

    assert shown(data) == [
        ("Jan 2026", 1),
        ("Feb 2026", 0),
        ("Mar 2026", 0),
        ("Apr 2026", 1),
        ("Empty", 1),
    ]
    assert_drills(gate, data, 5)


@pytest.mark.parametrize(
    ("chart", "count"),
    [
        (Chart("m", group=month("opened_on")), 1),
        (Chart("m", group=month("opened_on"), empty=True), 2),
        (Chart("c", group="channel"), 2),
        (Chart("c", group="channel", empty=False), 1),
    ],
)
def test_rows_without_a_value_stand_in_no_time_line(add, gate, read_state, chart, count):
    add(
        Ticket(title="t"),
        Ticket(title="t", opened_on=datetime.date(2026, 1, 1), channel=Channel.MAIL),
    )

    data = chart_data(chart, gate, read_state())

    assert len(data.rows) == count


def test_average_of_a_month_without_rows_is_nothing(add, gate, read_state):
    add(*(Ticket(title="t", opened_on=datetime.date(2026, m, 1), hours=2) for m in (1, 3)))

    chart = Chart("m", group=month("opened_on"), measure=average("hours"))

    assert [number for _label, number in shown(chart_data(chart, gate, read_state()))] == [
        2,
        None,
        2,
    ]


@pytest.mark.parametrize(
    ("bucket", "labels"),
    [
        (week("opened_on"), ("Week of Dec 28, 2026", "Week of Jan 4, 2027")),
        (quarter("opened_on"), ("Q4 2026", "Q1 2027")),
        (year("opened_on"), ("2026", "2027")),
    ],
)
def test_other_spans(add, gate, read_state, bucket, labels):
    days = [datetime.date(2026, 12, 28), datetime.date(2026, 12, 31), datetime.date(2027, 1, 4)]
    add(*(Ticket(title="t", opened_on=day) for day in days))

    data = chart_data(Chart("m", group=bucket), gate, read_state())

    assert shown(data) == [(labels[0], 2), (labels[1], 1)]
    assert_drills(gate, data, 2)


def test_moments_without_a_zone_are_cut_as_they_are(add, gate, read_state):
    late = datetime.datetime.fromisoformat("2026-01-31T23:59:59.999999")
    early = datetime.datetime.fromisoformat("2026-02-01T00:00:00")
    add(Ticket(title="t", seen_at=late), Ticket(title="t", seen_at=early))

    data = chart_data(Chart("m", group=month("seen_at")), gate, read_state())

    assert shown(data) == [("Jan 2026", 1), ("Feb 2026", 1)]
    assert_drills(gate, data, 2)


def test_one_odd_date_does_not_stretch_the_axis(add, gate, read_state):
    add(*(Ticket(title="t", opened_on=datetime.date(y, 5, 5)) for y in (202, 2026, 9999)))

    data = chart_data(Chart("m", group=month("opened_on")), gate, read_state())

    assert len(data.rows) == 3
    assert_drills(gate, data, 3)


def test_early_dates_are_one_group(add, gate, read_state):
    start = datetime.date(2020, 1, 1)
    days = [start + datetime.timedelta(days=number) for number in range(MAX_BUCKETS + 5)]
    add(*(Ticket(title="t", opened_on=day) for day in days), Ticket(title="t"))

    data = chart_data(Chart("m", group=day("opened_on"), empty=True), gate, read_state())

    assert shown(data)[0] == ("Earlier", 6)
    assert shown(data)[-1] == ("Empty", 1)
    assert_drills(gate, data, MAX_BUCKETS + 1)


def test_what_the_list_cannot_be_filtered_by_has_no_link(add, gate, read_state):
    add(Ticket(title="t"))

    data = chart_data(Chart("By status", group="status"), gate, read_state(), ["country"])

    assert_drills(gate, data, 0)


def test_chart_may_have_no_links(add, gate, read_state):
    add(Ticket(title="t"))

    data = chart_data(Chart("By status", group="status", drill=False), gate, read_state())

    assert_drills(gate, data, 0)


def test_no_rows_no_groups(desk, gate, read_state):
    assert chart_data(Chart("m", group=month("opened_on")), gate, read_state()).rows == ()
