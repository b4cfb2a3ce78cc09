"""Comments, what keeps unwanted ones away, and the ability of a model to be commented on.

::

    class Post(Commentable, Model):
        __tablename__ = "blog_post"
        __comments_belong_to__ = "author_id"

gives `post.comments` and `comment.post`: a foreign key of its own for each model, so that lists,
filters, charts and the API treat it like any other relation.
"""

from __future__ import annotations

import datetime
import enum
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from sqlalchemy import event
from sqlalchemy.orm import (
    Mapped,
    Mapper,
    column_property,
    configure_mappers,
    declared_attr,
    mapped_column,
    relationship,
)

from app.content.subjects import before_use, name_of
from app.core.models import Model
from app.core.refusals import refused
from app.core.types import Email, Str, UtcTime, choice

NAME_LENGTH = 255
TEXT_LENGTH = 5000
ADDRESS_LENGTH = 45
EXCERPT_LENGTH = 100


class CommentState(enum.StrEnum):
    """Whether a comment is to be seen."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        return {"approved": "ok", "pending": "wait", "spam": "bad"}.get(self.value, "")


class HeldBecause(enum.StrEnum):
    """Why a comment was not shown at once."""

    STRANGER = "stranger"
    LINKS = "links"
    BLOCKED = "blocked"
    ROBOT = "robot"


class BlockKind(enum.StrEnum):
    """What a block looks at."""

    EMAIL = "email"
    ADDRESS = "address"
    WORD = "word"


class Comment(Model):
    """What somebody has to say about a subject, or about another comment on it."""

    __tablename__ = "content_comment"
    __title__ = "excerpt"
    __table_args__ = (
        sa.Index("ix_content_comment_state_created_at", "state", "created_at", "id"),
        sa.Index("ix_content_comment_email_created_at", "email", "created_at"),
        sa.Index("ix_content_comment_address_created_at", "address", "created_at"),
    )

    name: Mapped[str] = mapped_column(Str(NAME_LENGTH))
    email: Mapped[str] = mapped_column(Email)
    text: Mapped[str] = mapped_column(Str(TEXT_LENGTH))
    state: Mapped[CommentState] = mapped_column(choice(CommentState), default=CommentState.PENDING)
    rank: Mapped[int] = mapped_column(
        sa.SmallInteger,
        sa.Computed("CASE WHEN state = 'pending' THEN 0 ELSE 1 END", persisted=True),
        info={"history": False},
    )
    """What waits for a decision comes first in the list."""
    held_because: Mapped[HeldBecause | None] = mapped_column(
        choice(HeldBecause), info={"readonly": True}
    )
    locale: Mapped[str | None] = mapped_column(Str(16), info={"readonly": True})
    wants_replies: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str | None] = mapped_column(Str(ADDRESS_LENGTH), info={"readonly": True})
    edited_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})
    decided_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("content_comment.id", ondelete="CASCADE"), index=True
    )
    writer_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ab_user.id", ondelete="SET NULL"), index=True
    )
    decided_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ab_user.id", ondelete="SET NULL"), index=True
    )

    @declared_attr
    def excerpt(cls: Any) -> Mapped[str]:  # noqa: N805 (SQLAlchemy passes the class)
        """The beginning of the text: what a comment is called in lists and messages."""
        text = cls.text.column
        beginning = sa.func.substr(text, 1, EXCERPT_LENGTH) + "…"
        return column_property(
            sa.case((sa.func.length(text) > EXCERPT_LENGTH, beginning), else_=text)
        )

    parent: Mapped[Comment | None] = relationship(
        remote_side="Comment.id", back_populates="replies", info={"readonly": True}
    )
    replies: Mapped[list[Comment]] = relationship(back_populates="parent", passive_deletes="all")
    writer: Mapped[User | None] = relationship(foreign_keys=writer_id, info={"readonly": True})
    decided_by: Mapped[User | None] = relationship(
        foreign_keys=decided_by_id, info={"readonly": True}
    )


sa.Index("ix_content_comment_rank", Comment.rank, Comment.created_at.desc(), Comment.id.desc())


class CommentBlock(Model):
    """Whose comments, or which words in them, are taken for spam."""

    __tablename__ = "content_comment_block"
    __title__ = "value"
    __table_args__ = (
        sa.UniqueConstraint(
            "kind", "value", info=refused("value", _("This is on the block list already."))
        ),
    )

    kind: Mapped[BlockKind] = mapped_column(choice(BlockKind), default=BlockKind.EMAIL)
    value: Mapped[str] = mapped_column(Str(254))
    reason: Mapped[str | None] = mapped_column(Str(255))
    until: Mapped[datetime.datetime | None] = mapped_column(UtcTime, index=True)


# The ability


_subjects: dict[str, type] = {}


class Commentable:
    """Lets a model be commented on; it says itself when, and where its comments are to be read."""

    __comments_belong_to__: ClassVar[str] = "created_by_id"
    """The column with the user who is told of new comments, and may read all of them."""

    @property
    def comments_are_open(self) -> bool:
        """Whether comments are taken now."""
        raise NotImplementedError

    def public_url(self) -> str:
        """The address of the page on which its comments are read."""
        raise NotImplementedError


def subjects() -> dict[str, type]:
    """The models that can be commented on, by the name of their relation: `{"post": Post}`."""
    return dict(_subjects)


def subject_column(model: type) -> Any:
    """The attribute of a comment with the key of its subject, if that is one of `model`."""
    configure_mappers()
    return getattr(Comment, f"{name_of(model)}_id")


def subject_name_of(comment: Comment) -> str:
    """The name of the relation in which a comment has its subject."""
    return next(name for name in _subjects if getattr(comment, f"{name}_id") is not None)


def subject_of(comment: Comment) -> Any:
    """What a comment is about."""
    return getattr(comment, subject_name_of(comment))


@event.listens_for(Commentable, "after_mapper_constructed", propagate=True)
def _add_subject(mapper: Mapper[Any], model: Any) -> None:
    """Give comments a key to this model, and the model its comments.

    A migration sees the column like one that the class itself declares, because it belongs to the
    table; so the migration of the model that takes the ability on adds it.
    """
    name = name_of(model)
    _subjects[name] = model
    table: Any = Comment.__table__
    key: sa.Column[Any] = sa.Column(
        f"{name}_id",
        sa.ForeignKey(f"{model.__tablename__}.id", ondelete="CASCADE"),
        info={"readonly": True},
    )
    table.append_column(key)
    order = [table.c.created_at, table.c.id]
    sa.Index(f"ix_content_comment_{name}_id", key, table.c.state, *order)
    _expect_one_subject(table)
    comments = relationship(
        Comment, back_populates=name, foreign_keys=[key], passive_deletes="all", order_by=order
    )
    mapper.add_property("comments", comments)
    before_use(lambda: _add_relation(name, model, key))


def _add_relation(name: str, model: type, key: sa.Column[Any]) -> None:
    mapper = sa.inspect(Comment)
    mapper.add_property(key.key, key)
    subject = relationship(
        model, back_populates="comments", foreign_keys=[key], info={"readonly": True}
    )
    mapper.add_property(name, subject)


def _expect_one_subject(table: Any) -> None:
    """Let the table refuse a comment on two subjects, or on none."""
    old = [found for found in table.constraints if found.name and "one_subject" in found.name]
    table.constraints.difference_update(old)
    counted = " + ".join(
        f"CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END" for name in sorted(_subjects)
    )
    table.append_constraint(sa.CheckConstraint(f"{counted} = 1", name="one_subject"))
