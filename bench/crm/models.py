"""Contacts with a company each and some tags, and tasks that belong to a contact."""

import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Numeric, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.models import Model
from app.core.types import Str, choice


class Status(StrEnum):
    LEAD = "lead"
    ACTIVE = "active"
    INACTIVE = "inactive"
    BLOCKED = "blocked"
    ARCHIVED = "archived"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Company(Model):
    __tablename__ = "crm_company"

    name: Mapped[str] = mapped_column(Str(120))
    country: Mapped[str] = mapped_column(Str(60))


class Label(Model):
    __tablename__ = "crm_tag"

    name: Mapped[str] = mapped_column(Str(60))


CONTACT_TAG = Table(
    "crm_contact_tag",
    Model.metadata,
    Column("contact_id", ForeignKey("crm_contact.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey(Label.id), primary_key=True, index=True),
)


class Contact(Model):
    __tablename__ = "crm_contact"
    __title__ = "full_name"
    __table_args__ = (
        Index("ix_crm_contact_created_at", "created_at"),
        Index("ix_crm_contact_status_created_at", "status", "created_at"),
        Index("ix_crm_contact_full_name", "full_name"),
    )

    full_name: Mapped[str] = mapped_column(Str(150))
    email: Mapped[str] = mapped_column(Str(150))
    phone: Mapped[str | None] = mapped_column(Str(40))
    birthday: Mapped[datetime.date | None]
    company_id: Mapped[int] = mapped_column(ForeignKey(Company.id), index=True)
    status: Mapped[Status] = mapped_column(choice(Status))
    gender: Mapped[Gender | None] = mapped_column(choice(Gender))
    notes: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal())

    company: Mapped[Company] = relationship()
    tags: Mapped[list[Label]] = relationship(secondary=CONTACT_TAG)


class Task(Model):
    __tablename__ = "crm_task"

    title: Mapped[str] = mapped_column(Str(120))
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id, ondelete="CASCADE"), index=True)

    contact: Mapped[Contact] = relationship()
