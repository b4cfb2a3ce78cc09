"""Moments fall into the days that the reader's clock shows, and links cut at the same instant."""

import datetime
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from flask_babel import refresh
from hypothesis import HealthCheck, given, settings, strategies as st
from werkzeug.datastructures import MultiDict

from app.core.charts import Bucket, Chart, day, month
from app.core.charts.buckets import Unit
from app.core.charts.data import chart_data
from app.core.charts.periods import reader_zone
from app.core.clock import ManualClock, use_clock
from app.core.query.state import ListRules, ListState
from app.extensions import db
from tests.core.desk import DeskBase, Ticket

pytestmark = pytest.mark.both_databases
ZONES = ("UTC", "Europe/Lisbon", "America/Sao_Paulo", "Asia/Kathmandu", "Atlantic/Azores")


def use_zone(app, name):
    """Let the reader live in another time zone for the rest of the request."""
    app.config["BABEL_DEFAULT_TIMEZONE"] = name
    app.extensions["babel"].default_timezone = name
    refresh()


@pytest.fixture
def zone_of(desk):
    """A function that changes the reader's zone until the test ends."""
    yield lambda name: use_zone(desk, name)

    use_zone(desk, "UTC")


def at(text):
    return datetime.datetime.fromisoformat(text)


def labels(data):
    return [(row.label, row.values[0].number) for row in data.rows]


def assert_links_agree(gate, data):
    """Every segment counts as many rows as its list has."""
    for row in data.rows:
        rules = ListRules(fields=gate.fields(), columns=("title",))
        args = MultiDict(parse_qsl(row.query.removeprefix("?")))
        picked = gate.filtered(ListState.parse(args, rules)).subquery()
        counted = db.session.scalar(sa.select(sa.func.count()).select_from(picked))
        assert counted == row.values[0].number, row.label


def test_moment_near_midnight_belongs_to_the_readers_day(add, gate, read_state, zone_of):
    add(Ticket(title="t", closed_at=at("2026-01-31T23:30:00+00:00")))
    zone_of("Asia/Kathmandu")

    data = chart_data(Chart("m", group=day("closed_at")), gate, read_state())

    assert labels(data) == [("Feb 1, 2026", 1)]
    assert_links_agree(gate, data)


def test_day_that_has_an_hour_twice(add, gate, read_state, zone_of):
    """In the Azores the clock goes from one back to midnight in October."""
    moments = (
        "2026-10-25T00:15:00+00:00",
        "2026-10-25T01:15:00+00:00",
        "2026-10-24T23:30:00+00:00",
    )
    add(*(Ticket(title="t", closed_at=at(moment)) for moment in moments))
    zone_of("Atlantic/Azores")

    data = chart_data(Chart("m", group=day("closed_at")), gate, read_state())

    assert sum(number for _label, number in labels(data)) == 3
    assert_links_agree(gate, data)


def test_sqlite_keeps_the_present_distance_from_utc(desk, zone_of):
    zone_of("Europe/Lisbon")

    with use_clock(ManualClock(at("2026-07-01T12:00:00+00:00"))):
        summer = reader_zone("sqlite")
        everywhere = reader_zone("postgresql")

    assert summer.midnight(datetime.date(2026, 1, 1)) == at("2025-12-31T23:00:00+00:00")
    assert everywhere.midnight(datetime.date(2026, 1, 1)) == at("2026-01-01T00:00:00+00:00")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moments=st.lists(
        st.datetimes(
            at("2019-12-20T00:00:00"),
            at("2021-02-01T00:00:00"),
            timezones=st.just(datetime.UTC),
        ),
        min_size=1,
        max_size=12,
    ),
    unit=st.sampled_from([Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR]),
    zone=st.sampled_from(ZONES),
)
def test_every_segment_opens_the_rows_it_counts(desk, gate, read_state, moments, unit, zone):
    db.session.execute(DeskBase.metadata.tables["desk_ticket"].delete())
    db.session.add_all([Ticket(title="t", closed_at=moment) for moment in moments])
    db.session.commit()
    use_zone(desk, zone)

    data = chart_data(Chart("m", group=Bucket("closed_at", unit)), gate, read_state())

    assert sum(number for _label, number in labels(data)) == len(moments)
    assert_links_agree(gate, data)
    use_zone(desk, "UTC")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.lists(
        st.dates(datetime.date(1995, 1, 1), datetime.date(2030, 1, 1)), min_size=1, max_size=12
    ),
    unit=st.sampled_from(Unit),
)
def test_days_begin_where_the_calendar_says(desk, gate, read_state, days, unit):
    db.session.execute(DeskBase.metadata.tables["desk_ticket"].delete())
    db.session.add_all([Ticket(title="t", opened_on=each) for each in days])
    db.session.commit()

    data = chart_data(Chart("m", group=Bucket("opened_on", unit)), gate, read_state())

    assert sum(number for _label, number in labels(data)) == len(days)
    assert_links_agree(gate, data)


def test_month_of_a_date_without_a_time(add, gate, read_state, zone_of):
    add(Ticket(title="t", opened_on=datetime.date(2026, 3, 1)))
    zone_of("America/Sao_Paulo")

    data = chart_data(Chart("m", group=month("opened_on")), gate, read_state())

    assert labels(data) == [("Mar 2026", 1)]
