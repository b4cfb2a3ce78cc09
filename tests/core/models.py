"""A zoo: models with everything that a mapper can have, for tests of the platform.

Their tables stand in our metadata only while the classes are made, so that no comparison of the
migrations with the models ever sees them; `create_tables` makes them in a test's database.
"""

import datetime
import enum
import uuid
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, column_property, configure_mappers, mapped_column, relationship

from app.core.models import Model, Titled, current_user_id
from app.core.refusals import refused
from app.core.types import Email, Html, Json, Money, Percent, Phone, Str, UtcTime, choice
from app.extensions import db


class Diet(enum.StrEnum):
    PLANTS = "plants"
    MEAT = "meat"
    NEARLY_ALL = "nearly-all"


class Plain(Titled, FabModel):
    """A table as somebody else makes it: without our common columns."""

    __abstract__ = True
    __table_args__: Any = {}


class Species(Model):
    __tablename__ = "zoo_species"

    name: Mapped[str] = mapped_column(Str(40), unique=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zoo_species.id"))
    is_secret: Mapped[bool] = mapped_column(default=False)

    parent: Mapped["Species | None"] = relationship(
        back_populates="children", remote_side="Species.id"
    )
    children: Mapped[list["Species"]] = relationship(back_populates="parent")


class Pen(Plain):
    """The key has two parts, one of them a text that may hold anything."""

    __tablename__ = "zoo_pen"

    zone: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(sa.String(40))
    is_secret: Mapped[bool] = mapped_column(default=False)

    animals: Mapped[list["Animal"]] = relationship(back_populates="pen")


class Keeper(Model):
    __tablename__ = "zoo_keeper"

    first_name: Mapped[str] = mapped_column(Str(40))
    last_name: Mapped[str] = mapped_column(Str(40))
    email: Mapped[str | None] = mapped_column(Email(), unique=True)
    phone: Mapped[str | None] = mapped_column(Phone())
    salary: Mapped[Decimal | None] = mapped_column(Money())
    nickname: Mapped[str | None] = mapped_column(Str(40))
    is_secret: Mapped[bool] = mapped_column(default=False)
    boss_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zoo_keeper.id"))

    boss: Mapped["Keeper | None"] = relationship(remote_side="Keeper.id")
    animals: Mapped[list["Animal"]] = relationship(
        back_populates="keeper", foreign_keys="Animal.keeper_id"
    )


animal_badge = sa.Table(
    "zoo_animal_badge",
    Model.metadata,
    sa.Column("animal_id", sa.ForeignKey("zoo_animal.id"), primary_key=True),
    sa.Column("badge_id", sa.ForeignKey("zoo_badge.id"), primary_key=True),
)


class Badge(Model):
    __tablename__ = "zoo_badge"

    name: Mapped[str] = mapped_column(Str(40), unique=True)
    is_secret: Mapped[bool] = mapped_column(default=False)

    animals: Mapped[list["Animal"]] = relationship(secondary=animal_badge, back_populates="badges")


class Animal(Model):
    __tablename__ = "zoo_animal"
    __table_args__ = (
        sa.UniqueConstraint("species_id", "name"),
        sa.CheckConstraint("legs >= 0", name="legs_positive"),
        sa.CheckConstraint(
            "died_on IS NULL OR born_on IS NOT NULL",
            name="dead_after_birth",
            info=refused("born_on", "Who died was born.", code="not_born"),
        ),
        sa.ForeignKeyConstraint(["pen_zone", "pen_number"], ["zoo_pen.zone", "zoo_pen.number"]),
    )

    name: Mapped[str] = mapped_column(Str(40))
    code: Mapped[str | None] = mapped_column(Str(12), unique=True)
    motto: Mapped[str | None] = mapped_column(Str(200), info={"label": "Our motto"})
    diet: Mapped[Diet] = mapped_column(choice(Diet), default=Diet.PLANTS)
    legs: Mapped[int | None] = mapped_column(sa.SmallInteger, comment="Two, four, or none at all.")
    weight: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 3))
    price: Mapped[Decimal | None] = mapped_column(Money())
    appetite: Mapped[Decimal | None] = mapped_column(Percent())
    length: Mapped[float | None]
    born_on: Mapped[datetime.date | None]
    died_on: Mapped[datetime.date | None]
    fed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    seen_at: Mapped[datetime.datetime | None]
    wakes_at: Mapped[datetime.time | None]
    sleeps_for: Mapped[datetime.timedelta | None]
    is_tame: Mapped[bool] = mapped_column(default=False)
    is_vaccinated: Mapped[bool | None]
    notes: Mapped[str | None] = mapped_column(sa.Text)
    story: Mapped[str | None] = mapped_column(Html)
    traits: Mapped[Any | None] = mapped_column(Json)
    chip: Mapped[uuid.UUID | None]
    photo: Mapped[bytes | None]
    rank: Mapped[int] = mapped_column(default=7)
    species_id: Mapped[int] = mapped_column(sa.ForeignKey("zoo_species.id"))
    keeper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zoo_keeper.id"))
    stand_in_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zoo_keeper.id"))
    pen_zone: Mapped[str | None] = mapped_column(sa.String(20))
    pen_number: Mapped[int | None]

    is_heavy: Mapped[bool] = column_property(weight > 100)
    species: Mapped[Species] = relationship()
    keeper: Mapped[Keeper | None] = relationship(foreign_keys=keeper_id, back_populates="animals")
    stand_in: Mapped[Keeper | None] = relationship(foreign_keys=stand_in_id)
    pen: Mapped[Pen | None] = relationship(back_populates="animals")
    badges: Mapped[list[Badge]] = relationship(secondary=animal_badge, back_populates="animals")
    meals: Mapped[list["Meal"]] = relationship(back_populates="animal", viewonly=True)

    @property
    def age_group(self) -> str:
        return "old" if self.born_on and self.born_on.year < 2000 else "young"


class Meal(Plain):
    """The key is two foreign keys: a table between two others that has a column of its own."""

    __tablename__ = "zoo_meal"

    animal_id: Mapped[int] = mapped_column(
        sa.ForeignKey("zoo_animal.id", ondelete="CASCADE"), primary_key=True
    )
    keeper_id: Mapped[int] = mapped_column(sa.ForeignKey("zoo_keeper.id"), primary_key=True)
    kilos: Mapped[int | None]

    animal: Mapped[Animal] = relationship()
    keeper: Mapped[Keeper] = relationship()


class Diary(Model):
    """Only its owner ever sees a page of it, and can give it to nobody else."""

    __tablename__ = "zoo_diary"

    title: Mapped[str] = mapped_column(Str(40))
    validate: Mapped[str | None] = mapped_column(Str(40))
    data: Mapped[str | None] = mapped_column(Str(40), info={"full_text": "english"})
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("ab_user.id"), default=current_user_id)

    owner: Mapped[User] = relationship(foreign_keys=owner_id)


class Probe(Plain):
    """What only PostgreSQL has."""

    __tablename__ = "zoo_probe"

    id: Mapped[int] = mapped_column(primary_key=True)
    numbers: Mapped[list[int] | None] = mapped_column(postgresql.ARRAY(sa.Integer))
    words: Mapped[list[str] | None] = mapped_column(postgresql.ARRAY(sa.String(10)))
    document: Mapped[Any | None] = mapped_column(postgresql.TSVECTOR)
    address: Mapped[Any | None] = mapped_column(postgresql.INET)
    code: Mapped[uuid.UUID] = mapped_column(server_default=sa.text("gen_random_uuid()"))
    twice: Mapped[int | None] = mapped_column(sa.Computed("id * 2", persisted=True))
    ratio: Mapped[float | None] = mapped_column(sa.Double)


configure_mappers()
TABLES = [table for table in Model.metadata.sorted_tables if table.name.startswith("zoo_")]
for _table in TABLES:
    Model.metadata.remove(_table)


def create_tables() -> None:
    """Make the tables of the zoo that this kind of database can have."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    made = [table for table in TABLES if is_postgresql or table is not Probe.__table__]
    Model.metadata.create_all(db.engine, tables=made)
