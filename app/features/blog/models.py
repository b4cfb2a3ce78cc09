"""Posts with their revisions, and the people who write them."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.content.attachments import Attachable
from app.content.comments import Commentable
from app.content.comments.models import Comment, CommentState
from app.content.markup import TextFormat
from app.content.tags import Taggable
from app.core import kinds
from app.core.clock import now
from app.core.files.stored import StoredFile
from app.core.kinds.language import Language, writers_language
from app.core.kinds.text import Text as TextKind
from app.core.markup import YOUTUBE_ID
from app.core.models import Model, current_user_id
from app.core.refusals import refused
from app.core.trash import Trashable
from app.core.types import Html, Picture, Str, UtcTime, choice
from app.features.blog.addresses import post_url
from app.features.blog.desk.slugs import SLUG_LENGTH, Slug, slug_of


class PostKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    QUOTE = "quote"


class PostStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    ARCHIVED = "archived"


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


MARKDOWN = {"format": "body_format", "source": "body_source"}
"""The columns that say how the body is written, and keep its Markdown."""
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


def _slug_of_title(context: Any) -> str:
    return slug_of(context.get_current_parameters()["title"])


class Post(Taggable, Commentable, Attachable, Trashable, Model):
    __tablename__ = "blog_post"
    __comments_belong_to__ = "author_id"
    __table_args__ = (
        _needs_main_field(PostKind.TEXT, _("Write the text of the post.")),
        _needs_main_field(PostKind.IMAGE, _("Say what the picture shows.")),
        _needs_main_field(PostKind.VIDEO, _("Paste the address of the video.")),
        _needs_main_field(PostKind.QUOTE, _("Write the words that you quote.")),
        CheckConstraint("length(youtube_id) = 11", name="youtube_id_length"),
        CheckConstraint(
            "image_focus_x BETWEEN 0 AND 100 AND image_focus_y BETWEEN 0 AND 100",
            name="focus_within_picture",
            info=refused("image_focus_x", _("The focus lies between 0 and 100 per cent.")),
        ),
        CheckConstraint(
            "status <> 'scheduled' OR publish_at IS NOT NULL",
            name="scheduled_needs_publish_at",
            info=refused("publish_at", _("A scheduled post needs the moment to appear at.")),
        ),
        CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL",
            name="published_needs_published_at",
        ),
        CheckConstraint(
            "expires_at IS NULL OR publish_at IS NULL OR expires_at > publish_at",
            name="expires_after_it_appears",
            info=refused("expires_at", _("A post cannot be taken back before it appears.")),
        ),
    )

    title: Mapped[str] = mapped_column(Str(255))
    slug: Mapped[str] = mapped_column(Slug(SLUG_LENGTH), unique=True, default=_slug_of_title)
    kind: Mapped[PostKind] = mapped_column(choice(PostKind), default=PostKind.TEXT)
    summary: Mapped[str | None] = mapped_column(Str(500))
    body: Mapped[str | None] = mapped_column(Html, info={"markdown": MARKDOWN})
    body_format: Mapped[TextFormat] = mapped_column(
        choice(TextFormat), default=TextFormat.RICH, info={"label": _("Written as")}
    )
    body_source: Mapped[str | None] = mapped_column(Text, info={"label": _("Markdown")})
    image: Mapped[StoredFile | None] = mapped_column(Picture, info={"label": _("Picture")})
    image_focus_x: Mapped[int] = mapped_column(default=50, info={"label": _("Focus across")})
    image_focus_y: Mapped[int] = mapped_column(default=50, info={"label": _("Focus down")})
    image_alt: Mapped[str | None] = mapped_column(Str(200))
    youtube_id: Mapped[str | None] = mapped_column(YoutubeId(11))
    quote: Mapped[str | None] = mapped_column(Text)
    quote_source: Mapped[str | None] = mapped_column(Str(200))
    status: Mapped[PostStatus] = mapped_column(
        choice(PostStatus), default=PostStatus.DRAFT, info={"readonly": True}
    )
    publish_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    expires_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, index=True)
    published_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})
    appears_at: Mapped[datetime.datetime | None] = column_property(
        func.coalesce(published_at, publish_at, type_=UtcTime())
    )
    """When it appeared or is planned to: what the calendar shows it by."""
    comments_open: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id"), default=current_user_id, index=True
    )
    locale: Mapped[str] = mapped_column(
        Language(8), default=writers_language, info={"label": _("Language")}
    )
    original_id: Mapped[int | None] = mapped_column(
        ForeignKey("blog_post.id", ondelete="SET NULL"), index=True
    )
    submitted_at: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, info={"readonly": True, "label": _("Waiting for review since")}
    )
    review_note: Mapped[str | None] = mapped_column(
        Text, info={"readonly": True, "label": _("Note to the author")}
    )
    preview_key: Mapped[str | None] = mapped_column(Str(43), info={"readonly": True})
    preview_until: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, info={"readonly": True, "label": _("Preview link until")}
    )

    author: Mapped[User] = relationship(foreign_keys=author_id)
    byline: Mapped["AuthorProfile | None"] = relationship(
        primaryjoin="foreign(Post.author_id) == AuthorProfile.user_id", viewonly=True
    )
    """Whom readers know the author as."""
    original: Mapped["Post | None"] = relationship(
        remote_side="Post.id",
        back_populates="translations",
        info={"readonly": True},
    )
    translations: Mapped[list["Post"]] = relationship(
        back_populates="original", passive_deletes="all"
    )
    addresses: Mapped[list["PostAddress"]] = relationship(
        back_populates="post", passive_deletes="all"
    )
    revisions: Mapped[list["PostRevision"]] = relationship(
        back_populates="post", passive_deletes="all"
    )

    @property
    def comments_are_open(self) -> bool:
        """Whether readers may comment on it now."""
        has_expired = self.expires_at is not None and self.expires_at <= now()
        return self.comments_open and self.status is PostStatus.PUBLISHED and not has_expired

    def public_url(self) -> str:
        """Its address for readers, on this site."""
        return post_url(self.slug)

    @property
    def is_complete(self) -> bool:
        """Whether the field that makes a post of its kind has something in it."""
        return bool((getattr(self, MAIN_FIELDS[self.kind]) or "").strip())


Index("ix_blog_post_status_published_at", Post.status, Post.published_at.desc())
Index("ix_blog_post_status_publish_at", Post.status, Post.publish_at)
_public = text("status = 'published' AND deleted_at IS NULL")
_newest = (Post.published_at.desc(), Post.id.desc())
_for_readers: Any = {
    "sqlite_where": _public,
    "postgresql_where": _public,
    "postgresql_include": ["expires_at"],
}
Index("ix_blog_post_public", *_newest, **_for_readers)
Index("ix_blog_post_public_author", Post.author_id, *_newest, **_for_readers)


_comments: Any = Comment.__table__
Post.comment_count = column_property(
    select(func.count())
    .select_from(_comments)
    .where(_comments.c.post_id == Post.id, _comments.c.state == CommentState.APPROVED)
    .correlate_except(_comments)
    .scalar_subquery(),
    deferred=True,
    info={"label": _("Comments")},
)


class PostAddress(Model):
    """A former slug of a post, so that links to it lead on."""

    __tablename__ = "blog_post_address"

    slug: Mapped[str] = mapped_column(Str(SLUG_LENGTH), unique=True)
    post_id: Mapped[int] = mapped_column(ForeignKey(Post.id, ondelete="CASCADE"), index=True)

    post: Mapped[Post] = relationship(back_populates="addresses")


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
    body_format: Mapped[TextFormat] = mapped_column(choice(TextFormat), default=TextFormat.RICH)
    body_source: Mapped[str | None] = mapped_column(Text)
    saved_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), default=current_user_id, index=True
    )
    saved_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)

    post: Mapped[Post] = relationship(back_populates="revisions")
    saved_by: Mapped[User | None] = relationship(foreign_keys=saved_by_id)


class AuthorProfile(Model):
    __tablename__ = "blog_author_profile"
    __title__ = "display_name"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    display_name: Mapped[str] = mapped_column(Str(100))
    slug: Mapped[str] = mapped_column(Slug(SLUG_LENGTH), unique=True)
    bio: Mapped[str | None] = mapped_column(Html)
    photo: Mapped[StoredFile | None] = mapped_column(Picture)

    user: Mapped[User] = relationship(foreign_keys=user_id)
