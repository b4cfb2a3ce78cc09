"""Posts with their revisions, the people who write them and the people who read them."""

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import kinds
from app.core.clock import now
from app.core.kinds.text import Text as TextKind
from app.core.models import Model, current_user_id
from app.core.query.gate import current_actor
from app.core.refusals import refused
from app.core.trash import Trashable
from app.core.types import Email, Html, Str, UtcTime, choice

YOUTUBE_ID = re.compile(
    r"(?:(?:https?://)?(?:www\.|m\.)?"
    r"(?:youtu\.be/|youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|embed/|shorts/|live/)))?"
    r"([\w-]{11})(?:[?&#/].*)?",
    re.ASCII,
)


class PostKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    QUOTE = "quote"


class PostStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class SubscriberState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


class DigestState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    SKIPPED = "skipped"


class ReminderState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class YoutubeKind(TextKind):
    """The address of a video, of which only the eleven characters that name it are kept."""

    name: ClassVar[str] = "youtube"

    def parse(self, raw: str) -> str:
        found = YOUTUBE_ID.fullmatch(super().parse(raw))
        if found is None:
            raise kinds.BadValue(self.expectation())
        return found[1]

    def expectation(self) -> str:
        return gettext("Paste the address of the video, or its eleven characters.")


class YoutubeId(Str):
    cache_ok = True
    kind = YoutubeKind()


MAIN_FIELDS = {
    PostKind.TEXT: "body",
    PostKind.IMAGE: "image_alt",
    PostKind.VIDEO: "youtube_id",
    PostKind.QUOTE: "quote",
}


def _needs_main_field(kind: PostKind, message: Any) -> CheckConstraint:
    """Tell the database, and people beside the field, what a post of this kind cannot lack."""
    field = MAIN_FIELDS[kind]
    return CheckConstraint(
        f"kind <> '{kind}' OR {field} IS NOT NULL",
        name=f"{kind}_needs_{field}",
        info=refused(field, message, code="post_incomplete"),
    )


class Post(Trashable, Model):
    __tablename__ = "blog_post"
    __table_args__ = (
        _needs_main_field(PostKind.TEXT, _("Write the text of the post.")),
        _needs_main_field(PostKind.IMAGE, _("Say what the picture shows.")),
        _needs_main_field(PostKind.VIDEO, _("Paste the address of the video.")),
        _needs_main_field(PostKind.QUOTE, _("Write the words that you quote.")),
        CheckConstraint("length(youtube_id) = 11", name="youtube_id_length"),
        CheckConstraint(
            "status <> 'scheduled' OR publish_at IS NOT NULL",
            name="scheduled_needs_publish_at",
            info=refused("publish_at", _("A scheduled post needs the moment to appear at.")),
        ),
        CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL",
            name="published_needs_published_at",
        ),
    )

    title: Mapped[str] = mapped_column(Str(255))
    slug: Mapped[str] = mapped_column(Str(120), unique=True, info={"readonly": True})
    kind: Mapped[PostKind] = mapped_column(choice(PostKind), default=PostKind.TEXT)
    summary: Mapped[str | None] = mapped_column(Str(500))
    body: Mapped[str | None] = mapped_column(Html)
    image_alt: Mapped[str | None] = mapped_column(Str(200))
    youtube_id: Mapped[str | None] = mapped_column(YoutubeId(11))
    quote: Mapped[str | None] = mapped_column(Text)
    quote_source: Mapped[str | None] = mapped_column(Str(200))
    status: Mapped[PostStatus] = mapped_column(
        choice(PostStatus), default=PostStatus.DRAFT, info={"readonly": True}
    )
    publish_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    published_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})
    comments_open: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id"), default=current_user_id, index=True
    )

    author: Mapped[User] = relationship(foreign_keys=author_id)
    revisions: Mapped[list["PostRevision"]] = relationship(
        back_populates="post", passive_deletes="all"
    )
    reminders: Mapped[list["Reminder"]] = relationship(back_populates="post", passive_deletes="all")

    @property
    def is_complete(self) -> bool:
        """Whether the field that makes a post of its kind has something in it."""
        return bool((getattr(self, MAIN_FIELDS[self.kind]) or "").strip())


Index("ix_blog_post_status_published_at", Post.status, Post.published_at.desc())


class PostRevision(Model):
    """The text of a post as it was saved once."""

    __tablename__ = "blog_post_revision"
    __table_args__ = (
        UniqueConstraint("post_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey(Post.id, ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Str(255))
    summary: Mapped[str | None] = mapped_column(Str(500))
    body: Mapped[str | None] = mapped_column(Html)
    saved_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), default=current_user_id, index=True
    )
    saved_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)

    post: Mapped[Post] = relationship(back_populates="revisions")
    saved_by: Mapped[User | None] = relationship(foreign_keys=saved_by_id)


class AuthorProfile(Model):
    __tablename__ = "blog_author_profile"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    display_name: Mapped[str] = mapped_column(Str(100))
    slug: Mapped[str] = mapped_column(Str(120), unique=True)
    bio: Mapped[str | None] = mapped_column(Html)

    user: Mapped[User] = relationship(foreign_keys=user_id)


class Subscriber(Model):
    __tablename__ = "blog_subscriber"
    __table_args__ = (
        CheckConstraint(
            "state <> 'active' OR confirmed_at IS NOT NULL", name="active_needs_confirmed_at"
        ),
    )

    email: Mapped[str] = mapped_column(Email, unique=True)
    locale: Mapped[str] = mapped_column(Str(8))
    state: Mapped[SubscriberState] = mapped_column(
        choice(SubscriberState),
        default=SubscriberState.PENDING,
        index=True,
        info={"readonly": True},
    )
    token_hash: Mapped[str | None] = mapped_column(Str(64), unique=True)
    confirmed_at: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, info={"readonly": True, "label": _("Confirmed")}
    )
    left_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})


class Digest(Model):
    """One mail to all subscribers, about the posts of a span of time."""

    __tablename__ = "blog_digest"
    __table_args__ = (
        CheckConstraint("window_start < window_end", name="window_runs_forward"),
        CheckConstraint("post_count >= 0 AND recipient_count >= 0", name="counts_from_zero"),
    )

    window_start: Mapped[datetime.datetime] = mapped_column(UtcTime, info={"label": _("From")})
    window_end: Mapped[datetime.datetime] = mapped_column(
        UtcTime, unique=True, info={"label": _("Until")}
    )
    state: Mapped[DigestState] = mapped_column(choice(DigestState), default=DigestState.PLANNED)
    post_count: Mapped[int] = mapped_column(Integer, default=0, info={"label": _("Posts")})
    recipient_count: Mapped[int] = mapped_column(
        Integer, default=0, info={"label": _("Recipients")}
    )


def _own_email() -> str | None:
    user = current_actor()
    return user.email if user is not None else None


class Reminder(Model):
    """A note to oneself, to be mailed at a given moment."""

    __tablename__ = "blog_reminder"
    __table_args__ = (Index("ix_blog_reminder_due_at_state", "due_at", "state"),)

    owner_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id"), default=current_user_id, index=True
    )
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey(Post.id, ondelete="SET NULL"), index=True
    )
    email: Mapped[str] = mapped_column(Email, default=_own_email, info={"label": _("Address")})
    text: Mapped[str] = mapped_column(Str(2000))
    due_at: Mapped[datetime.datetime] = mapped_column(UtcTime, info={"label": _("Due")})
    state: Mapped[ReminderState] = mapped_column(
        choice(ReminderState), default=ReminderState.PENDING, info={"readonly": True}
    )
    sent_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})

    owner: Mapped[User] = relationship(foreign_keys=owner_id)
    post: Mapped[Post | None] = relationship(back_populates="reminders")
