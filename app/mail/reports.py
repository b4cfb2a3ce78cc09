"""Delivery status notifications: what a server writes back about a mail (RFC 3464).

Anybody can write such a message, so of it nothing is believed but two facts, each a short text:
which mail it is about, and that some server will never deliver it. Nothing in it is run, shown as
HTML or answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import unquote

MAX_BYTES = 10_000_000
MAX_PARTS = 50
MAX_RECIPIENTS = 100
MAX_REASON = 400
FAILED = "failed"
_FOR_GOOD = re.compile(r"5\.\d{1,3}\.\d{1,3}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Report:
    """What one report says of one reader."""

    message_id: str | None
    """The Message-ID of the mail; None where the report names none."""
    reason: str
    """The status and what the server said, as one line of text."""


def read_reports(raw: bytes) -> list[Report]:
    """The final failures that a message reports; none where it is anything else.

    A delay (4.x.x) is none: the server goes on trying.
    """
    message = message_from_bytes(raw[:MAX_BYTES])
    if not _is_report(message):
        return []
    parts = [part for part, _number in zip(message.walk(), range(MAX_PARTS), strict=False)]
    status = next((p for p in parts if p.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return []
    about = _about(message, parts)
    return [Report(about, _reason(block)) for block in _blocks(status) if _has_failed(block)]


def _is_report(message: Message) -> bool:
    kind = message.get_param("report-type", "")
    named = kind if isinstance(kind, str) else ""
    is_status = unquote(named).lower() == "delivery-status"
    return message.get_content_type() == "multipart/report" and is_status


def _blocks(status: Message) -> Iterator[Message]:
    """What is said of each reader; the block before them is about the mail as a whole."""
    payload = status.get_payload()
    blocks = payload if isinstance(payload, list) else []
    for block in blocks[: MAX_RECIPIENTS + 1]:
        if isinstance(block, Message) and block.get("Final-Recipient") is not None:
            yield block


def _has_failed(block: Message) -> bool:
    action = _line(block, "Action").lower()
    return action == FAILED and _FOR_GOOD.match(_line(block, "Status")) is not None


def _reason(block: Message) -> str:
    said = _line(block, "Diagnostic-Code").partition(";")[2].strip()
    return f"{_line(block, 'Status')} {said}".strip()[:MAX_REASON]


def _about(message: Message, parts: list[Message]) -> str | None:
    """The Message-ID of the mail that came back: in its returned copy, or in its headers alone."""
    for part in parts:
        kind = part.get_content_type()
        returned = part.get_payload()
        if kind == "message/rfc822" and isinstance(returned, list) and returned:
            first = returned[0]
            found = _id_in(_line(first, "Message-ID")) if isinstance(first, Message) else None
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            headers = message_from_bytes(content if isinstance(content, bytes) else b"")
            found = _id_in(_line(headers, "Message-ID"))
        else:
            continue
        if found:
            return found
    # Some servers name it in a field of the report alone.
    return _id_in(_line(message, "References")) or _id_in(_line(message, "In-Reply-To"))


def _id_in(text: str) -> str | None:
    found = _MESSAGE_ID.findall(text)
    return found[-1] if found else None


def _line(message: Message, name: str) -> str:
    """A header as one line of plain text; garbage in it is no reason to stop."""
    try:
        value = str(message.get(name, ""))
    except (ValueError, TypeError, LookupError):
        return ""
    return _CONTROL.sub(" ", value).strip().encode("utf-8", "replace").decode()
