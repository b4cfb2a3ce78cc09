"""The first day of the bucket that a date lies in, as SQL of each kind of database.

A moment belongs to the day that a clock on the reader's wall shows. PostgreSQL knows every zone's
past. SQLite knows none, so there the zone's present distance from UTC holds for the whole year;
what a segment counts and what its link opens are cut at the same instant on both.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import get_timezone
from sqlalchemy.sql import ColumnElement

from app.core.charts.buckets import Unit
from app.core.clock import now
from app.core.fields import Field

Start = ColumnElement[datetime.date]


@dataclass(frozen=True)
class Zone:
    """The reader's time zone, as far as the database can follow it."""

    name: str
    rules: datetime.tzinfo

    def midnight(self, day: datetime.date) -> datetime.datetime:
        """The moment at which a day begins here."""
        local = datetime.datetime.combine(day, datetime.time(), tzinfo=self.rules)
        return local.astimezone(datetime.UTC)


def reader_zone(dialect: str) -> Zone:
    """The zone of whoever reads, for charts made on this kind of database."""
    name = str(get_timezone())
    rules = ZoneInfo(name)
    if dialect != "sqlite":
        return Zone(name, rules)
    offset = now().astimezone(rules).utcoffset() or datetime.timedelta()
    return Zone(name, datetime.timezone(offset))


def period_start(field: Field, unit: Unit, zone: Zone, dialect: str) -> Start:
    """The first day of the bucket of `field`, as a date; NULL where the field is empty."""
    return _STARTS[dialect](field, unit, zone)


def _on_postgresql(field: Field, unit: Unit, zone: Zone) -> Start:
    column: Any = field.attribute
    if field.kind.name == "moment":
        column = sa.func.timezone(zone.name, column)
    # A plain date would first become a moment of the server's own time zone.
    local = sa.cast(column, sa.DateTime())
    return sa.cast(sa.func.date_trunc(unit.value, local), sa.Date())


def _on_sqlite(field: Field, unit: Unit, zone: Zone) -> Start:
    # SQLite rounds fractions of a second, which may lead into the next day.
    text = sa.func.substr(sa.type_coerce(field.attribute, sa.String()), 1, 19)
    shift = []
    if field.kind.name == "moment":
        seconds = zone.rules.utcoffset(None)
        shift = [f"{int(seconds.total_seconds() if seconds else 0):+d} seconds"]
    return sa.func.date(text, *shift, *_modifiers(unit, text, shift), type_=sa.Date())


def _modifiers(unit: Unit, text: Any, shift: list[str]) -> list[Any]:
    match unit:
        case Unit.DAY:
            return []
        case Unit.WEEK:
            # Forward to Sunday, unless it is one, and from there back to Monday.
            return ["weekday 0", "-6 days"]
        case Unit.QUARTER:
            months = sa.cast(sa.func.strftime("%m", text, *shift), sa.Integer())
            return ["start of month", sa.func.printf("-%d months", (months - 1) % 3)]
    return [f"start of {unit.value}"]


_STARTS: Mapping[str, Callable[[Field, Unit, Zone], Start]] = {
    "postgresql": _on_postgresql,
    "sqlite": _on_sqlite,
}
