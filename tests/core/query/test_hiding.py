"""What is reached by following the relations of a row obeys the rules of its own model."""

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    column_property,
    joinedload,
    load_only,
    mapped_column,
    relationship,
    selectinload,
    with_loader_criteria,
)

from app.core.query.hiding import marked, reads


class Base(DeclarativeBase):
    pass


class Town(Base):
    __tablename__ = "town"

    id: Mapped[int] = mapped_column(primary_key=True)
    houses: Mapped[list["House"]] = relationship(back_populates="town")


class House(Base):
    __tablename__ = "house"

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(sa.ForeignKey("town.id"))
    town: Mapped[Town] = relationship(back_populates="houses")
    rooms: Mapped[list["Room"]] = relationship(back_populates="house")
    cellar: Mapped["Cellar | None"] = relationship(lazy="joined", viewonly=True)


class Room(Base):
    __tablename__ = "room"

    id: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[int] = mapped_column(sa.ForeignKey("house.id"))
    beyond_id: Mapped[int | None] = mapped_column(sa.ForeignKey("room.id"))
    is_secret: Mapped[bool] = mapped_column(default=False)
    house: Mapped[House] = relationship(back_populates="rooms")
    beyond: Mapped["Room | None"] = relationship(remote_side="Room.id")


class Cellar(Base):
    __tablename__ = "cellar"

    id: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[int] = mapped_column(sa.ForeignKey("house.id"))


class Mayor(Base):
    __tablename__ = "mayor"

    id: Mapped[int] = mapped_column(primary_key=True)
    rooms: Mapped[int] = column_property(
        sa.select(sa.func.count(Room.id)).correlate_except(Room).scalar_subquery()
    )


@pytest.fixture
def session():
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        rooms = [Room(id=1), Room(id=2, is_secret=True), Room(id=3, beyond_id=2)]
        session.add(Town(id=1, houses=[House(id=1, rooms=rooms)]))
        session.commit()
        session.expunge_all()
        yield session
    engine.dispose()


def without_secrets(models):
    """The rule of rooms, wherever rooms are read."""
    if any(issubclass(model, Room) for model in models):
        yield with_loader_criteria(Room, Room.is_secret.is_(False), include_aliases=True)


def for_a_user(model, *options):
    return sa.select(model).options(*marked(without_secrets), *without_secrets([model]), *options)


def keys(rows):
    return [row.id for row in rows]


def test_what_is_followed_later_obeys_the_rule_of_its_model(session):
    town = session.scalars(for_a_user(Town)).one()

    rooms = town.houses[0].rooms

    assert keys(rooms) == [1, 3]
    assert rooms[1].beyond is None


@pytest.mark.parametrize("load", [selectinload, joinedload])
def test_what_is_loaded_at_once_obeys_it_too(session, load):
    statement = for_a_user(House, load(House.rooms)).options(*without_secrets([Room]))

    house = session.scalars(statement).unique().one()

    assert keys(house.rooms) == [1, 3]


def test_statement_without_the_mark_sees_everything_and_changes_nothing_for_the_next(session):
    plain = session.scalars(sa.select(Town).options(load_only(Town.id))).one()
    seen = keys(plain.houses[0].rooms)
    session.expunge_all()

    town = session.scalars(for_a_user(Town, load_only(Town.id))).one()

    assert seen == [1, 2, 3]
    assert keys(town.houses[0].rooms) == [1, 3]


def test_rule_is_asked_for_only_where_a_relation_is_followed(session):
    asked = []

    def note(models):
        asked.append([model.__name__ for model in models])
        return ()

    town = session.scalars(sa.select(Town).options(*marked(note))).one()
    before = list(asked)
    assert town.houses

    assert (before, asked) == ([], [["House"]])


def test_what_is_reloaded_is_the_row_itself_and_asks_for_no_rule(session):
    room = session.scalars(for_a_user(Room)).first()
    session.expire(room)
    statements = []
    event.listen(session, "do_orm_execute", lambda state: statements.append(str(state.statement)))

    assert room.id == 1
    assert not any("is_secret IS" in statement for statement in statements)


@pytest.mark.parametrize(
    ("model", "other", "does"),
    [
        (Town, Town, True),
        (Town, House, True),
        (Town, Room, False),
        (House, Room, True),
        (Town, Cellar, True),
        (Mayor, Room, True),
        (Mayor, House, False),
    ],
)
def test_a_statement_reads_what_is_shown_beside_a_row(model, other, does):
    assert reads(model, other) is does
