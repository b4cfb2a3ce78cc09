"""A help desk: models with one field of each sort that charts and exports treat differently."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.core.models import Titled
from app.core.types import Html, Money, Str, UtcTime, choice


class DeskBase(Titled, DeclarativeBase):
    """Tables of these tests alone."""


class Status(enum.StrEnum):
    OPEN = "open"
    IN_REVIEW = "in-review"
    CLOSED = "closed"


class Channel(enum.StrEnum):
    MAIL = "mail"
    PHONE = "phone"


desk_label = sa.Table(
    "desk_label",
    DeskBase.metadata,
    sa.Column("ticket_id", sa.ForeignKey("desk_ticket.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("desk_tag.id"), primary_key=True),
)


class Tag(DeskBase):
    __tablename__ = "desk_tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Str(40))


class Person(DeskBase):
    __tablename__ = "desk_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Str(80))
    tickets: Mapped[list[Ticket]] = relationship(back_populates="person", viewonly=True)


class Room(DeskBase):
    """A model with a composite key that writes its own title."""

    __tablename__ = "desk_room"

    house: Mapped[str] = mapped_column(Str(8), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)

    def __str__(self) -> str:
        return f"{self.house}/{self.number}"


class Ticket(DeskBase):
    __tablename__ = "desk_ticket"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["room_house", "room_number"], ["desk_room.house", "desk_room.number"]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Str(200))
    status: Mapped[Status] = mapped_column(choice(Status, name="desk_status"), default=Status.OPEN)
    channel: Mapped[Channel | None] = mapped_column(choice(Channel, name="desk_channel"))
    country: Mapped[str | None] = mapped_column(sa.String(40))
    amount: Mapped[Decimal | None] = mapped_column(Money)
    hours: Mapped[int | None]
    ratio: Mapped[float | None]
    paid: Mapped[bool | None]
    opened_on: Mapped[datetime.date | None]
    closed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    seen_at: Mapped[datetime.datetime | None] = mapped_column(sa.DateTime())
    text: Mapped[str | None] = mapped_column(Html)
    extra: Mapped[dict | None] = mapped_column(
        sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    )
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("desk_person.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("desk_ticket.id"), index=True)
    room_house: Mapped[str | None] = mapped_column(Str(8))
    room_number: Mapped[int | None]

    person: Mapped[Person | None] = relationship(back_populates="tickets")
    parent: Mapped[Ticket | None] = relationship(remote_side="Ticket.id")
    room: Mapped[Room | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=desk_label, order_by=Tag.id)

    @property
    def shout(self) -> str:
        """The title in capitals; a title that stands for a database that fails in the middle."""
        if self.title == "broken":
            raise sa.exc.OperationalError("SELECT secret", {}, Exception())
        return self.title.upper()
