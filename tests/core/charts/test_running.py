"""Running sums: how many there are by the end of each span of time."""

from __future__ import annotations

import datetime

import pytest

from app.core.charts import Chart, month, total
from app.core.charts.check import check_charts
from app.core.charts.data import chart_data
from tests.core.charts.reading import shown
from tests.core.desk import Channel, Ticket

pytestmark = pytest.mark.both_databases


def on(number: int, day: int = 3) -> datetime.date:
    return datetime.date(2026, number, day)


def at(number: int) -> datetime.datetime:
    return datetime.datetime(2026, number, 20, 12, 0, tzinfo=datetime.UTC)


def numbers(data) -> list:
    return [[value.number for value in row.values] for row in data.rows]


def test_each_month_shows_all_until_then(add, gate, read_state):
    add(*(Ticket(title="t", opened_on=on(number)) for number in (1, 1, 2, 4)))

    data = chart_data(Chart("Tickets", group=month("opened_on"), running=True), gate, read_state())

    assert shown(data) == [("Jan 2026", 2), ("Feb 2026", 3), ("Mar 2026", 3), ("Apr 2026", 4)]


def test_what_has_ended_counts_no_more(add, gate, read_state):
    add(
        Ticket(title="t", opened_on=on(1), closed_at=at(3)),
        Ticket(title="t", opened_on=on(1)),
        Ticket(title="t", opened_on=on(2), closed_at=at(4)),
        # It was never opened, so it was never one of them.
        Ticket(title="t", closed_at=at(2)),
    )

    data = chart_data(
        Chart("Tickets", group=month("opened_on"), ends="closed_at"), gate, read_state()
    )

    assert shown(data) == [("Jan 2026", 2), ("Feb 2026", 3), ("Mar 2026", 2), ("Apr 2026", 1)]


def test_each_series_has_a_sum_of_its_own(add, gate, read_state):
    mail, phone = Channel.MAIL, Channel.PHONE
    add(
        Ticket(title="t", opened_on=on(1), channel=mail, closed_at=at(3)),
        Ticket(title="t", opened_on=on(1), channel=phone),
        Ticket(title="t", opened_on=on(2), channel=phone, closed_at=at(3)),
        Ticket(title="t", opened_on=on(2), channel=phone),
    )

    data = chart_data(
        Chart("Tickets", group=month("opened_on"), series="channel", ends="closed_at"),
        gate,
        read_state(),
    )

    assert data.series_labels == ("Mail", "Phone")
    assert numbers(data) == [[1, 1], [1, 3], [0, 2]]


def test_totals_run_as_well(add, gate, read_state):
    add(
        Ticket(title="t", opened_on=on(1), amount=10),
        Ticket(title="t", opened_on=on(2)),
        Ticket(title="t", opened_on=on(2), amount=5),
    )

    data = chart_data(
        Chart("Amount", group=month("opened_on"), measure=total("amount"), running=True),
        gate,
        read_state(),
    )

    assert [float(row[0]) for row in numbers(data)] == [10, 15]


def test_no_rows_make_no_line(add, gate, read_state):
    add()

    data = chart_data(
        Chart("Tickets", group=month("opened_on"), ends="closed_at"), gate, read_state()
    )

    assert data.rows == ()


def test_a_sum_opens_no_list(add, gate, read_state):
    """The rows of all spans so far are not those of one."""
    add(Ticket(title="t", opened_on=on(1)))

    data = chart_data(Chart("Tickets", group=month("opened_on"), running=True), gate, read_state())

    assert [row.query for row in data.rows] == [""]


@pytest.mark.parametrize(
    "chart",
    [
        Chart("Tickets", group="status", running=True),
        Chart("Tickets", group=month("opened_on"), measure="avg(amount)", running=True),
        Chart("Tickets", group=month("opened_on"), ends="title"),
    ],
)
def test_what_has_no_running_sum_is_refused(gate, chart):
    with pytest.raises(TypeError):
        check_charts("TicketView", [chart], gate.all_fields)
