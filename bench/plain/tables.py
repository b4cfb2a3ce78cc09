"""The tables as the peers know them: the same rows as Bureau's, without what Bureau adds.

Imported by the bench, which makes them, and by each peer in its own environment, which shows
them; so it needs nothing but SQLAlchemy. `define()` makes the classes on whatever base a peer has.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import relationship

LIST = "full_name email phone company status created_at amount tags".split()
FORM = "full_name email phone birthday company status gender notes created_at amount tags".split()
STATUSES = "lead active inactive blocked archived".split()
PAGE_SIZE = 25


class _Named:
    """A row that is called by its name."""

    name: Any

    def __str__(self) -> str:
        return str(self.name)

    def __repr__(self) -> str:
        """What FAB shows of many."""
        return str(self)

    async def __admin_repr__(self, _request: object) -> str:
        """What Starlette-Admin asks."""
        return str(self)


def define(base: Any, *account_bases: type) -> SimpleNamespace:
    """Classes of the five tables, and of those who may sign in."""
    company, tag = _define_named(base)
    contact, task = _define_contacts(base)

    class Account(*account_bases, base):
        """Those who may sign in, for peers that bring no users of their own."""

        __tablename__ = "bench_user"
        id = sa.Column(sa.Integer, primary_key=True)
        username = sa.Column(sa.String(64), unique=True, nullable=False)
        password = sa.Column(sa.String(256), nullable=False)
        role = sa.Column(sa.String(32), nullable=False)

    return SimpleNamespace(Company=company, Tag=tag, Contact=contact, Task=task, Account=Account)


def _define_named(base: Any) -> tuple[type, type]:
    """Companies and tags."""

    class Company(_Named, base):
        __tablename__ = "company"
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String(120), nullable=False)
        country = sa.Column(sa.String(60), nullable=False)

    class Tag(_Named, base):
        __tablename__ = "tag"
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String(60), nullable=False)

    return Company, Tag


def _define_contacts(base: Any) -> tuple[type, type]:
    """Contacts with their tags, and tasks."""
    contact_tag = sa.Table(
        "contact_tag",
        base.metadata,
        # Django wants a key of one column in such a table.
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("contact_id", sa.ForeignKey("contact.id", ondelete="CASCADE"), nullable=False),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), nullable=False, index=True),
        sa.UniqueConstraint("contact_id", "tag_id"),
    )

    class Contact(_Named, base):
        __tablename__ = "contact"
        __table_args__ = (sa.Index("ix_contact_status_created_at", "status", "created_at"),)
        id = sa.Column(sa.Integer, primary_key=True)
        full_name = sa.Column(sa.String(150), nullable=False, index=True)
        email = sa.Column(sa.String(150), nullable=False)
        phone = sa.Column(sa.String(40))
        birthday = sa.Column(sa.Date)
        company_id = sa.Column(sa.ForeignKey("company.id"), nullable=False, index=True)
        status = sa.Column(sa.String(16), nullable=False)
        gender = sa.Column(sa.String(10))
        notes = sa.Column(sa.Text)
        created_at = sa.Column(sa.DateTime(timezone=True), nullable=False, index=True)
        amount = sa.Column(sa.Numeric(12, 2), nullable=False)
        company = relationship("Company")
        tags = relationship("Tag", secondary=contact_tag)

        def __str__(self) -> str:
            return str(self.full_name)

    class Task(_Named, base):
        __tablename__ = "task"
        id = sa.Column(sa.Integer, primary_key=True)
        title = sa.Column(sa.String(120), nullable=False)
        contact_id = sa.Column(
            sa.ForeignKey("contact.id", ondelete="CASCADE"), nullable=False, index=True
        )
        contact = relationship("Contact")

        def __str__(self) -> str:
            return str(self.title)

    return Contact, Task
