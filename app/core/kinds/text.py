"""Texts: short, long, rich, and those of a known form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask_babel import gettext as _

from app.core.kinds.base import BadValue, Kind, Widget
from app.core.markup import MAX_TAGS, clean_html, plain_text

EMAIL_PATTERN = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s.<>]+(?:\.[^@\s.<>]+)+")
PHONE_PATTERN = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class Text(Kind):
    """One line of text."""

    max_length: int | None = None

    name: ClassVar[str] = "text"
    widget: ClassVar[Widget] = Widget.TEXT
    operators: ClassVar[tuple[str, ...]] = (
        "contains",
        "eq",
        "ne",
        "starts",
        "empty",
        "filled",
    )
    is_text: ClassVar[bool] = True
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> str:
        """Refuse what no database stores (NUL, lone surrogates) and what is too long."""
        if not is_storable(raw):
            raise BadValue(_("Remove the characters that cannot be stored."))
        text = raw.strip()
        if self.max_length is not None and len(text) > self.max_length:
            raise BadValue(
                _(
                    "Use at most %(limit)d characters; these are %(count)d.",
                    limit=self.max_length,
                    count=len(text),
                )
            )
        return text

    def expectation(self) -> str:
        return _("Write a text.")

    def schema(self) -> dict[str, Any]:
        limit = {} if self.max_length is None else {"maxLength": self.max_length}
        return {"type": "string", **limit}


@dataclass(frozen=True)
class LongText(Text):
    """Text of several lines."""

    name: ClassVar[str] = "longtext"
    widget: ClassVar[Widget] = Widget.LONGTEXT
    operators: ClassVar[tuple[str, ...]] = ("contains", "empty", "filled")
    is_long: ClassVar[bool] = True

    def parse(self, raw: str) -> str:
        return super().parse(raw).replace("\r\n", "\n")


@dataclass(frozen=True)
class Html(LongText):
    """Rich text, sanitised by an allow-list whenever it is read in."""

    name: ClassVar[str] = "html"
    widget: ClassVar[Widget] = Widget.RICHTEXT

    def parse(self, raw: str) -> str:
        text = super().parse(raw)
        if text.count("<") > MAX_TAGS:
            raise BadValue(_("This text has too many tags. Shorten it, or paste it without them."))
        return clean_html(text)

    def format(self, value: Any) -> str:
        """The text alone, for a list or an export."""
        return plain_text(str(value))

    def to_plain(self, value: Any) -> str:
        return plain_text(str(value))


@dataclass(frozen=True)
class Email(Text):
    """A mail address."""

    max_length: int | None = 254

    name: ClassVar[str] = "email"
    widget: ClassVar[Widget] = Widget.EMAIL

    def parse(self, raw: str) -> str:
        text = super().parse(raw).lower()
        if not EMAIL_PATTERN.fullmatch(text):
            raise BadValue(self.expectation())
        return text

    def expectation(self) -> str:
        return _("Write a mail address such as ana@example.org.")

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "format": "email"}


@dataclass(frozen=True)
class Url(Text):
    """A web address."""

    name: ClassVar[str] = "url"
    widget: ClassVar[Widget] = Widget.URL

    def parse(self, raw: str) -> str:
        text = super().parse(raw)
        try:
            parts = urlsplit(text)
        except ValueError as error:
            raise BadValue(self.expectation()) from error
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise BadValue(self.expectation())
        return text

    def expectation(self) -> str:
        return _("Write a web address that begins with https:// or http://.")

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "format": "uri"}


@dataclass(frozen=True)
class Phone(Text):
    """A telephone number in the international form (ITU-T E.164)."""

    max_length: int | None = 20

    name: ClassVar[str] = "phone"
    widget: ClassVar[Widget] = Widget.PHONE

    def parse(self, raw: str) -> str:
        text = re.sub(r"[\s()./-]", "", super().parse(raw))
        if not PHONE_PATTERN.fullmatch(text):
            raise BadValue(self.expectation())
        return text

    def expectation(self) -> str:
        return _("Write the number with its country code, such as +351 212 345 678.")


def is_storable(text: str) -> bool:
    """Whether every database can store the text: it has no NUL and no lone surrogate."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
