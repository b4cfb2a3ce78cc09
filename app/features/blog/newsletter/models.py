"""The readers of the newsletter, the digests sent to them, and reminders."""

import datetime
from enum import StrEnum

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from app.core.models import Model, current_user_id
from app.core.query.gate import current_actor
from app.core.types import Email, Str, UtcTime, choice
from app.features.blog.models import Post


class SubscriberState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


class Frequency(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    NONE = "none"


class DigestState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    SKIPPED = "skipped"


class ReminderState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    CANCELLED = "cancelled"


class Subscriber(Model):
    """Somebody who gets the newsletter, or has asked for it, or has left.

    Of the token in a link that is used once there is only the digest, and it counts from
    `asked_at`: the moment of the last mail that was sent because somebody typed this address.
    """

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
    frequency: Mapped[Frequency] = mapped_column(
        choice(Frequency), default=Frequency.WEEKLY, info={"label": _("How often")}
    )
    paused_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    token_hash: Mapped[str | None] = mapped_column(Str(64), unique=True)
    asked_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})
    confirmed_at: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, info={"readonly": True, "label": _("Confirmed")}
    )
    left_at: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, info={"readonly": True, "label": _("Left")}
    )


class Digest(Model):
    """One mail to all subscribers, about the posts of a span of time.

    One that is planned waits for an introduction; when it starts, its span ends. The first one of
    a month goes to the readers who want one a month, too, with all posts since `month_start`.
    """

    __tablename__ = "blog_digest"
    __title__ = "window_end"
    __table_args__ = (
        CheckConstraint("window_start < window_end", name="window_runs_forward"),
        CheckConstraint("post_count >= 0 AND recipient_count >= 0", name="counts_from_zero"),
    )

    window_start: Mapped[datetime.datetime] = mapped_column(UtcTime, info={"label": _("From")})
    window_end: Mapped[datetime.datetime] = mapped_column(
        UtcTime, unique=True, info={"label": _("Until")}
    )
    month_start: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, info={"readonly": True, "label": _("For monthly readers from")}
    )
    introduction: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime.datetime | None] = mapped_column(
        UtcTime, info={"readonly": True, "label": _("Started")}
    )
    state: Mapped[DigestState] = mapped_column(
        choice(DigestState), default=DigestState.PLANNED, info={"readonly": True}
    )
    post_count: Mapped[int] = mapped_column(
        Integer, default=0, info={"readonly": True, "label": _("Posts")}
    )
    recipient_count: Mapped[int] = mapped_column(
        Integer, default=0, info={"readonly": True, "label": _("Recipients")}
    )

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be changed, and sent."""
        return self.started_at is None and self.state is DigestState.PLANNED


def _own_email() -> str | None:
    user = current_actor()
    return user.email if user is not None else None


class Reminder(Model):
    """A note to oneself, to be mailed at a given moment."""

    __tablename__ = "blog_reminder"
    __title__ = "text"
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
    post: Mapped[Post | None] = relationship(backref=backref("reminders", passive_deletes="all"))
