"""The table of mails."""

import datetime
import enum
from typing import Any

from flask_appbuilder import Model as FabModel
from sqlalchemy import Identity, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.models import Titled
from app.core.types import BigId, UtcTime, choice
from app.mail.mails import known_mails

MAX_SUBJECT = 255
MAX_ADDRESS = 320


class MailState(enum.StrEnum):
    """How far a mail has come."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        return {"sent": "ok", "failed": "bad", "queued": "wait"}.get(self.value, "")


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
    text: Mapped[str | None] = mapped_column(Text, deferred=True)
    html: Mapped[str | None] = mapped_column(Text, deferred=True)
    sealed: Mapped[str | None] = mapped_column(Text, deferred=True)
    is_secret: Mapped[bool] = mapped_column(default=False)
    dedupe_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    message_id: Mapped[str] = mapped_column(String(255))
    state: Mapped[MailState] = mapped_column(choice(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    last_error: Mapped[str | None] = mapped_column(Text)

    @property
    def kind(self) -> str:
        """What this kind of mail is called; its bare name where nobody declares it any more."""
        mail = known_mails().get(self.name)
        return str(mail.label) if mail is not None else self.name
