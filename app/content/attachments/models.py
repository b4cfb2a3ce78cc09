"""Attached pictures, and the ability of a model to have them.

::

    class Post(Attachable, Model):
        __tablename__ = "blog_post"

gives `post.attachments` and `attachment.post`: a foreign key of its own for each model, as comments
have it. What is uploaded before its record is saved for the first time has none of them; it
belongs to whoever uploaded it, until the record that shows it is saved.
"""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.content.subjects import name_of
from app.core.files.stored import StoredFile
from app.core.models import Model
from app.core.refusals import refused
from app.core.types import Picture, Str

ALT_LENGTH = 200
CAPTION_LENGTH = 300
MIDDLE = 50
"""The focal point of a picture that nobody has set one for, in per cent."""


def new_address() -> str:
    """What a picture is called in addresses: drawn, so that it tells nothing."""
    return secrets.token_hex(16)


class Attachment(Model):
    """A picture of a record, with the words for those who do not see it."""

    __tablename__ = "content_attachment"
    __title__ = "alt"
    # Its record has a history; what a picture was called is no part of it.
    __history__ = False
    __table_args__ = (
        sa.CheckConstraint(
            "decorative OR alt IS NOT NULL",
            name="alt_unless_decorative",
            info=refused("alt", _("Say what the picture shows, or mark it as decoration.")),
        ),
        sa.CheckConstraint(
            "focal_x BETWEEN 0 AND 100 AND focal_y BETWEEN 0 AND 100", name="focus_within_picture"
        ),
    )

    address: Mapped[str] = mapped_column(
        Str(32), unique=True, default=new_address, info={"readonly": True}
    )
    file: Mapped[StoredFile] = mapped_column(Picture)
    alt: Mapped[str | None] = mapped_column(Str(ALT_LENGTH))
    caption: Mapped[str | None] = mapped_column(Str(CAPTION_LENGTH))
    decorative: Mapped[bool] = mapped_column(default=False)
    focal_x: Mapped[int] = mapped_column(default=MIDDLE)
    focal_y: Mapped[int] = mapped_column(default=MIDDLE)
    position: Mapped[int] = mapped_column(default=0)

    @property
    def subject(self) -> Any:
        """The record that the picture belongs to; None while it is not saved."""
        name = subject_name_of(self)
        return None if name is None else getattr(self, name)


_subjects: dict[str, type] = {}


class Attachable:
    """Lets a model have pictures; `attachments` are in the order in which they are shown."""


def subjects() -> dict[str, type]:
    """The models that have attachments, by the name of their relation: `{"post": Post}`."""
    return dict(_subjects)


def subject_column(model: type) -> Any:
    """The attribute of an attachment with the key of its record, if that is one of `model`."""
    return getattr(Attachment, f"{name_of(model)}_id")


def subject_name_of(attachment: Attachment) -> str | None:
    """The name of the relation in which an attachment has its record."""
    return next((n for n in _subjects if getattr(attachment, f"{n}_id") is not None), None)


_awaited: list[type] = []


@event.listens_for(Attachable, "after_mapper_constructed", propagate=True)
def _add_key(_mapper: Mapper[Any], model: Any) -> None:
    """Give the table of attachments a key to the table of this model.

    A migration sees the column like one that the class itself declares, because it belongs to the
    table; so the migration of the model that takes the ability on adds it.
    """
    name = name_of(model)
    _subjects[name] = model
    _awaited.append(model)
    key: sa.Column[int] = sa.Column(
        f"{name}_id",
        sa.ForeignKey(f"{model.__tablename__}.id", ondelete="CASCADE"),
        index=True,
        info={"readonly": True},
    )
    table: Any = Attachment.__table__
    table.append_column(key)
    _expect_one_subject()


@event.listens_for(Mapper, "before_configured")
def _relate() -> None:
    """Relate attachments and the models that have them, once all models are there to be related.

    Attachments may have been looked at, and so configured, before the features were imported.
    """
    while _awaited:
        model = _awaited.pop()
        name = name_of(model)
        key = Attachment.__table__.c[f"{name}_id"]
        options: dict[str, Any] = {"foreign_keys": [key], "info": {"readonly": True}}
        columns = Attachment.__table__.c
        own = relationship(
            Attachment,
            back_populates=name,
            passive_deletes="all",
            order_by=[columns.position, columns.id],
            **options,
        )
        model.__mapper__.add_property("attachments", own)  # type: ignore[attr-defined]
        attachments: Any = Attachment.__mapper__
        attachments.add_property(key.name, key)
        attachments.add_property(name, relationship(model, back_populates="attachments", **options))


def _expect_one_subject() -> None:
    """Let the table refuse a picture that belongs to two records."""
    table: Any = Attachment.__table__
    old = [found for found in table.constraints if found.name and "one_subject" in found.name]
    table.constraints.difference_update(old)
    counted = " + ".join(
        f"CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END" for name in sorted(_subjects)
    )
    table.append_constraint(sa.CheckConstraint(f"{counted} <= 1", name="at_most_one_subject"))
