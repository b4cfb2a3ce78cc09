"""The declaration of a chart, read back."""

import pytest

from app.core.charts import Chart, ChartKind, average, month, total


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("bar", ChartKind.BAR),
        ("hbar", ChartKind.HORIZONTAL),
        ("horizontal bar", ChartKind.HORIZONTAL),
        ("line", ChartKind.LINE),
        ("area", ChartKind.AREA),
        ("pie", ChartKind.PIE),
        ("doughnut", ChartKind.PIE),
        (ChartKind.LINE, ChartKind.LINE),
    ],
)
def test_kinds_have_several_names(written, kind):
    assert Chart("C", group="status", kind=written).drawn_as is kind


@pytest.mark.parametrize(
    ("options", "stacked"),
    [
        ({}, False),
        ({"series": "channel"}, True),
        ({"series": "channel", "stacked": False}, False),
        ({"series": "channel", "measure": total("amount")}, True),
        ({"series": "channel", "measure": average("amount")}, False),
    ],
)
def test_series_are_stacked_where_their_sum_means_something(options, stacked):
    assert Chart("C", group="status", **options).is_stacked is stacked


def test_chart_knows_the_fields_it_reads():
    chart = Chart("C", group=month("opened_on"), series="channel", measure=total("amount"))

    assert chart.field_names() == {"opened_on", "channel", "amount"}


def test_plain_label_is_looked_up_in_the_catalogues(make_tiny):
    with make_tiny().app_context():
        assert Chart("By status", group="status").title == "By status"
