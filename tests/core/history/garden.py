"""A garden: models with everything that the recording of changes must cope with.

As with the zoo, their tables stand in our metadata only while the classes are made.
"""

import datetime
import enum
import uuid
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column, relationship

from app.core.history.columns import ORIGIN
from app.core.history.models import Change, Operation
from app.core.models import Model
from app.core.query.gate import Gate, gates
from app.core.types import Json, Money, Str, UtcTime
from app.extensions import db
from tests.core.models import Plain


class Soil(enum.Enum):
    """SQLAlchemy stores the names of these, and people see the values."""

    SAND = "sandy soil"
    CLAY = "clay soil"


bed_tag = sa.Table(
    "garden_bed_tag",
    Model.metadata,
    sa.Column("bed_id", sa.ForeignKey("garden_bed.id"), primary_key=True),
    sa.Column("tag_code", sa.ForeignKey("garden_tag.code"), primary_key=True),
)


class Tag(Plain):
    """The key is a text that may hold anything; there is no version."""

    __tablename__ = "garden_tag"

    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    name: Mapped[str | None] = mapped_column(sa.String(40))

    beds: Mapped[list["Bed"]] = relationship(secondary=bed_tag, back_populates="tags")


class Bed(Model):
    __tablename__ = "garden_bed"
    __unrecorded__ = ("diary",)

    name: Mapped[str] = mapped_column(Str(200))
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("garden_bed.id", ondelete="CASCADE")
    )
    gate_password: Mapped[str | None] = mapped_column(Str(40))
    pin: Mapped[str | None] = mapped_column(Str(40), info={"history": False})
    diary: Mapped[str | None] = mapped_column(Str(40))
    turns: Mapped[int] = mapped_column(default=0, onupdate=lambda: 1)

    tags: Mapped[list[Tag]] = relationship(secondary=bed_tag, back_populates="beds")
    labels: Mapped[list["Label"]] = relationship(cascade="all, delete-orphan")
    plants: Mapped[list["Plant"]] = relationship(back_populates="bed", passive_deletes="all")


class Label(Model):
    """Goes with its bed, by the session and not by the database."""

    __tablename__ = "garden_label"

    bed_id: Mapped[int] = mapped_column(sa.ForeignKey(Bed.id))
    text: Mapped[str] = mapped_column(Str(40))


class Plant(Model):
    __tablename__ = "garden_plant"

    name: Mapped[str] = mapped_column(Str(40))
    bed_id: Mapped[int] = mapped_column(sa.ForeignKey(Bed.id, ondelete="CASCADE"))
    tag_code: Mapped[str | None] = mapped_column(sa.ForeignKey(Tag.code, ondelete="SET NULL"))
    price: Mapped[Decimal | None] = mapped_column(Money())
    weight: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 3))
    height: Mapped[float | None]
    planted_on: Mapped[datetime.date | None]
    watered_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    seen_at: Mapped[datetime.datetime | None]
    opens_at: Mapped[datetime.time | None]
    soaks_for: Mapped[datetime.timedelta | None]
    is_rare: Mapped[bool | None]
    soil: Mapped[Soil | None] = mapped_column(sa.Enum(Soil, native_enum=False))
    chip: Mapped[uuid.UUID | None]
    traits: Mapped[Any | None] = mapped_column(Json)

    bed: Mapped[Bed] = relationship(back_populates="plants")
    tag: Mapped[Tag | None] = relationship()


class Sighting(Model):
    """Goes with its plant and with its bed: two ways to the same end."""

    __tablename__ = "garden_sighting"

    plant_id: Mapped[int] = mapped_column(sa.ForeignKey(Plant.id, ondelete="CASCADE"))
    bed_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Bed.id, ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(Str(40))


configure_mappers()
TABLES = [table for table in Model.metadata.sorted_tables if table.name.startswith("garden_")]
for _table in TABLES:
    Model.metadata.remove(_table)


def add_garden(app: Flask) -> None:
    """Make the tables; a gate is what tells the platform that they are there."""
    with app.app_context():
        Model.metadata.create_all(db.engine, tables=TABLES)
        gates().update({model: Gate(model) for model in (Tag, Bed, Label, Plant, Sighting)})
        db.session.remove()


def changes() -> list[Change]:
    """All changes so far, the first one first."""
    return list(db.session.scalars(sa.select(Change).order_by(Change.id)))


def forget() -> None:
    """Begin with an empty history."""
    db.session.commit()
    db.session.execute(sa.delete(Change))
    db.session.execute(sa.delete(Operation))
    db.session.commit()


def told(*wanted: type) -> list[tuple[Any, ...]]:
    """The changes so far as tuples: model, key, verb, before, after.

    When and by whom a deleted row was made is left out: no two runs have the same moment.
    """
    names = {model.__name__ for model in wanted}

    def plain(values: Any) -> Any:
        return values and {name: text for name, text in values.items() if name not in ORIGIN}

    return [
        (found.model, found.row_key, str(found.verb), plain(found.before), plain(found.after))
        for found in changes()
        if not names or found.model in names
    ]
