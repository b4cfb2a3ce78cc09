"""The table of mails."""

import datetime
import enum
from typing import Any

from flask import current_app
from flask_appbuilder import Model as FabModel
from flask_babel import lazy_gettext as _
from sqlalchemy import BigInteger, Identity, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.models import Model, Titled
from app.core.refusals import refused
from app.core.types import BigId, Str, UtcTime, choice
from app.mail.mails import known_mails

MAX_SUBJECT = 255
MAX_ADDRESS = 320
MAX_UNSUBSCRIBE = 500
MAX_SUBJECT_TEMPLATE = 500


class MailState(enum.StrEnum):
    """How far a mail has come."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"
    BOUNCED = "bounced"

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        tones = {"sent": "ok", "failed": "bad", "bounced": "bad", "queued": "wait"}
        return tones.get(self.value, "")


class MailMessage(Titled, FabModel):
    """One mail to one reader, as it was written and as far as it has come.

    `sealed` holds the body of a mail with a secret until it is sent; after that, nothing does.
    """

    __tablename__ = "mail_message"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __title__ = "subject"
    # It is a record of its own, and a secret body must not live on in a history.
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now, index=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    recipient: Mapped[str] = mapped_column(String(MAX_ADDRESS), index=True)
    locale: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(MAX_SUBJECT))
    text: Mapped[str | None] = mapped_column(Text, deferred=True, deferred_group="mail")
    html: Mapped[str | None] = mapped_column(Text, deferred=True, deferred_group="mail")
    sealed: Mapped[str | None] = mapped_column(Text, deferred=True, deferred_group="mail")
    is_secret: Mapped[bool] = mapped_column(default=False)
    is_test: Mapped[bool] = mapped_column(default=False)
    unsubscribe: Mapped[str | None] = mapped_column(
        String(MAX_UNSUBSCRIBE), deferred=True, deferred_group="mail"
    )
    dedupe_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    message_id: Mapped[str] = mapped_column(String(255), index=True)
    state: Mapped[MailState] = mapped_column(choice(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    bounced_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)

    @property
    def kind(self) -> str:
        """What this kind of mail is called."""
        return kind_of(self.name)

    @property
    def has_body(self) -> bool:
        """Whether there is still something to send."""
        return self.text is not None or self.sealed is not None


def kind_of(name: str) -> str:
    """What a kind of mail is called; its bare name where nobody declares it any more."""
    mail = known_mails().get(name)
    return str(mail.label) if mail is not None else name


def language_of(locale: str) -> str:
    """What a language calls itself; its code where it is no longer offered."""
    found: str = current_app.config["LANGUAGES"].get(locale, {}).get("name", locale)
    return found


HAS_BODY = MailMessage.text.is_not(None) | MailMessage.sealed.is_not(None)
NEEDS_A_LOOK = MailMessage.state.in_((MailState.FAILED, MailState.BOUNCED)) | (
    (MailMessage.state == MailState.QUEUED) & (MailMessage.attempts > 0)
)

# Of many mails these few are what pruning and the warnings look for.
Index(
    "ix_mail_message_body",
    MailMessage.created_at,
    postgresql_where=HAS_BODY,
    sqlite_where=HAS_BODY,
)
Index(
    "ix_mail_message_needs_a_look",
    MailMessage.created_at,
    postgresql_where=NEEDS_A_LOOK,
    sqlite_where=NEEDS_A_LOOK,
)


def title_of_text(name: str, locale: str) -> str:
    """What an edited text is called."""
    return f"{kind_of(name)} · {language_of(locale)}"


class MailText(Model):
    """The texts of one kind of mail in one language, as somebody has edited them."""

    __tablename__ = "mail_text"
    __table_args__: Any = (
        UniqueConstraint(
            "name",
            "locale",
            info=refused("locale", _("This mail has a text of yours in this language already.")),
        ),
    )

    name: Mapped[str] = mapped_column(String(100))
    locale: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(Str(MAX_SUBJECT_TEMPLATE))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)

    @property
    def kind(self) -> str:
        """What this kind of mail is called."""
        return kind_of(self.name)

    @property
    def language(self) -> str:
        """What the language calls itself."""
        return language_of(self.locale)

    def __str__(self) -> str:
        return title_of_text(self.name, self.locale)


class MailPace(FabModel):
    """One row: the moment, in milliseconds, at which the next mail may go."""

    __tablename__ = "mail_pace"
    __history__ = False

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    next_at: Mapped[int] = mapped_column(BigInteger)
