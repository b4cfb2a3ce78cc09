"""The charts of a view that declares none."""

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.core.charts import month, year
from app.core.charts.derive import derive_charts
from app.core.fields import fields_of
from app.core.types import Str, UtcTime
from tests.core.desk import Person, Tag, Ticket


class Base(DeclarativeBase):
    """Tables of these tests alone."""


class Owner(Base):
    __tablename__ = "derive_owner"

    id: Mapped[int] = mapped_column(primary_key=True)
    born_on: Mapped[datetime.date] = mapped_column(info={})
    birth_date: Mapped[datetime.date]
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)


class Pet(Base):
    __tablename__ = "derive_pet"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Str(20))
    owner_id: Mapped[int] = mapped_column(ForeignKey("derive_owner.id"))
    twin_id: Mapped[int | None] = mapped_column(ForeignKey("derive_pet.id"), unique=True)
    birth_date: Mapped[datetime.date | None]
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)

    owner: Mapped[Owner] = relationship()
    twin: Mapped["Pet | None"] = relationship(remote_side="Pet.id")


def derived(model):
    fields = fields_of(model)
    return derive_charts(fields, list(fields))


def test_choices_come_first_and_the_date_last():
    charts = derived(Ticket)

    assert [chart.group for chart in charts] == [
        "status",
        "channel",
        "person",
        month("opened_on"),
    ]


def test_lookup_table_has_none():
    assert derived(Tag) == ()
    assert derived(Person) == ()


def test_unique_relation_is_no_group_and_a_birthday_is_by_year():
    assert [chart.group for chart in derived(Pet)] == ["owner", year("birth_date")]


def test_any_other_date_is_better_than_a_birthday():
    assert [chart.group for chart in derived(Owner)] == [month("born_on")]


def test_day_of_creation_serves_where_there_is_no_other_date():
    fields = {name: field for name, field in fields_of(Pet).items() if name != "birth_date"}

    assert [chart.group for chart in derive_charts(fields, list(fields))] == [
        "owner",
        month("created_at"),
    ]


def test_excluded_fields_are_left_out():
    fields = fields_of(Ticket)

    charts = derive_charts(fields, ["status"])

    assert [chart.group for chart in charts] == ["status"]


def test_titles_are_made_of_the_labels(make_tiny):
    with make_tiny().test_request_context():
        titles = [chart.title for chart in derived(Ticket)]

    assert titles == ["Status", "Channel", "Person", "Opened on by month"]
