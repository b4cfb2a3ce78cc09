"""Charts of a list: declared in the view or derived, aggregated in SQL, drawn from a table."""

from app.core.charts.buckets import Bucket, day, month, quarter, week, year
from app.core.charts.chart import Chart, ChartKind
from app.core.charts.measures import Measure, average, count, largest, smallest, total

__all__ = [
    "Bucket",
    "Chart",
    "ChartKind",
    "Measure",
    "average",
    "count",
    "day",
    "largest",
    "month",
    "quarter",
    "smallest",
    "total",
    "week",
    "year",
]
