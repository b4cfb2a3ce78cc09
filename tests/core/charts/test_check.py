"""Charts that cannot be made are refused with the view's and the chart's name."""

import pytest
from flask_babel import lazy_gettext

from app.core.charts import Chart, Measure, average, month, total, year
from app.core.charts.check import check_charts
from app.core.charts.measures import Function
from app.core.fields import computed_field, fields_of
from tests.core.desk import Ticket

FIELDS = dict(fields_of(Ticket)) | {"shout": computed_field(Ticket, "shout")}


@pytest.mark.parametrize(
    ("chart", "reason"),
    [
        (Chart("C", group="colour"), "there is no field 'colour'"),
        (Chart("C", group="shout"), "cannot be grouped by 'shout'"),
        (Chart("C", group="amount"), "cannot be grouped by 'amount' (money)"),
        (Chart("C", group="extra"), "cannot be grouped by 'extra' (json)"),
        (Chart("C", group="text"), "cannot be grouped by 'text' (html)"),
        (Chart("C", group="status", series="tags"), "'tags' is many, and can only be the group"),
        (Chart("C", group="status", only=("colour:any:red",)), "no condition 'colour:any:red'"),
        (Chart("C", group="status", only=("status:like:x",)), "no condition 'status:like:x'"),
        (Chart("C", group="opened_on"), "'opened_on' is a date: group by month('opened_on')"),
        (Chart("C", group=month("status")), "'status' is no date, so it has no month"),
        (Chart("C", group="status", measure=total("title")), "'title' is no number (text)"),
        (Chart("C", group="status", measure=total("nothing")), "there is no field 'nothing'"),
        (Chart("C", group="status", measure="sum"), "total needs a field"),
        (Chart("C", group="status", measure="count(hours)"), "count takes no field"),
        (
            Chart("C", group="status", measure="median(hours)"),
            "there is no measure 'median(hours)'",
        ),
        (Chart("C", group="status", measure="sum(hours"), "there is no measure 'sum(hours'"),
        (Chart("C", group="status", series="status"), "group and series are the same field"),
        (Chart("C", group="status", series="nothing"), "there is no field 'nothing'"),
        (Chart("C", group="status", series="amount"), "cannot be grouped by 'amount'"),
        (
            Chart("C", group=month("opened_on"), series=year("closed_at")),
            "group and series cannot both be dates",
        ),
        (Chart("C", group="status", series="channel", kind="pie"), "a pie has no series"),
        (Chart("C", group="status", kind="cake"), "there is no kind 'cake'"),
        (Chart("C", group="status", limit=0), "limit must lie between 1 and 100"),
        (Chart("C", group="status", limit=101), "limit must lie between 1 and 100"),
        (
            Chart("C", group="status", series="channel", measure=average("hours"), stacked=True),
            "values of average cannot be stacked",
        ),
        (Chart("C", group="status", name="a/b"), "its name must not hold a slash"),
    ],
)
def test_bad_chart_is_refused_by_name(chart, reason):
    with pytest.raises(TypeError) as raised:
        check_charts("TicketView", [chart], FIELDS)

    assert str(raised.value).startswith("TicketView: chart 'C': ")
    assert reason in str(raised.value)


def test_two_charts_of_one_name_are_refused():
    with pytest.raises(TypeError, match="another chart is called 'status' too; give it a name"):
        check_charts("TicketView", [Chart("A", "status"), Chart("B", "status")], FIELDS)


def test_chart_with_a_lazy_label_is_named_by_its_group():
    with pytest.raises(TypeError, match="TicketView: chart 'colour': "):
        check_charts("TicketView", [Chart(lazy_gettext("By colour"), "colour")], FIELDS)


def test_good_charts_are_found_by_name():
    charts = (
        Chart("A", group="status", series="channel"),
        Chart("B", group=month("opened_on"), measure="avg(hours)", kind="area"),
        Chart("C", group="person", measure=Measure(Function.LARGEST, "ratio"), kind="doughnut"),
        Chart("D", group="status", name="mine"),
    )

    found = check_charts("TicketView", charts, FIELDS)

    assert list(found) == [
        "status-channel",
        "opened_on-month-average-hours",
        "person-largest-ratio",
        "mine",
    ]
