"""What a file is, told by its content alone: neither by its name nor by what a browser says."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

MAX_PARTS = 10_000
MAX_UNPACKED = 512 * 1024 * 1024
"""What an office document may claim to hold; nothing of it is ever unpacked here."""
HEAD = 4096

MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|object|embed|style|link|meta|img|a\s"
    rb"|\?xml|\?php|%)|<\?(?:xml|php|=)|<%|<!--",
    re.IGNORECASE,
)
"""What makes a browser take a text for a page, or a server for a script."""
SCRIPT_STARTS = (b"#!", b"<", b"@echo", b"%!ps", b"{\\rtf", b"mz", b"%pdf")
_ODT = b"mimetypeapplication/vnd.oasis.opendocument.text"
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class FileType:
    """A type that Bureau takes; `name` is what a developer allows it by."""

    name: str
    media_type: str
    extensions: tuple[str, ...]
    is_picture: bool = False
    is_exact: bool = False
    """Whether the name must have one of the extensions: of a text, the content says too little."""


_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: dict[str, FileType] = {
    found.name: found
    for found in (
        FileType("pdf", "application/pdf", ("pdf",)),
        FileType("png", "image/png", ("png",), is_picture=True),
        FileType("jpeg", "image/jpeg", ("jpg", "jpeg"), is_picture=True),
        FileType("gif", "image/gif", ("gif",), is_picture=True),
        FileType("webp", "image/webp", ("webp",), is_picture=True),
        FileType("text", "text/plain", ("txt", "log"), is_exact=True),
        FileType("csv", "text/csv", ("csv",), is_exact=True),
        FileType("docx", f"{_OFFICE}.wordprocessingml.document", ("docx",)),
        FileType("xlsx", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
        FileType("odt", "application/vnd.oasis.opendocument.text", ("odt",)),
    )
}
PICTURES = tuple(found.name for found in TYPES.values() if found.is_picture)


def sniff(content: bytes, extension: str) -> FileType | None:
    """The type of this content, or None where it is of no type that Bureau takes.

    The extension only decides which of two kinds of text it is, and that it is text at all.
    """
    for start, check in _STARTS:
        if content.startswith(start):
            name = check(content)
            return TYPES[name] if name else None
    if not _is_text(content):
        return None
    texts = (found for found in TYPES.values() if found.is_exact)
    return next((found for found in texts if extension in found.extensions), None)


def _pdf(content: bytes) -> str | None:
    """A PDF ends with its mark; what stands behind it belongs to another file."""
    end = content.rfind(b"%%EOF")
    is_whole = end > 0 and not content[end + 5 :].strip(b"\0\r\n\t ")
    return "pdf" if is_whole and not MARKUP.search(content[:1024]) else None


def _webp(content: bytes) -> str | None:
    return "webp" if content[8:12] == b"WEBP" else None


def _office(content: bytes) -> str | None:
    """Which office document a ZIP archive is, from the list of its parts."""
    # Without a comment, the list ends the file; it says itself how many parts it has.
    if content[-22:-18] != b"PK\x05\x06":
        return None
    if int.from_bytes(content[-12:-10], "little") > MAX_PARTS:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        return None
    names = {part.filename for part in parts}
    is_honest = (
        len(names) == len(parts) <= MAX_PARTS
        and min((part.header_offset for part in parts), default=1) == 0
        and sum(part.file_size for part in parts) <= MAX_UNPACKED
        and not any(part.flag_bits & _ENCRYPTED for part in parts)
        and not any(_is_dangerous(name) for name in names)
    )
    return _kind_of_office(content, names) if is_honest else None


def _kind_of_office(content: bytes, names: set[str]) -> str | None:
    if content[30:].startswith(_ODT):
        return "odt" if "content.xml" in names else None
    if "[Content_Types].xml" not in names:
        return None
    found = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
    kinds = [kind for kind, part in found.items() if part in names]
    return kinds[0] if len(kinds) == 1 else None


def _is_dangerous(name: str) -> bool:
    """Whether a part leads out of its folder, or is a macro."""
    lower = name.lower().replace("\\", "/")
    is_outside = lower.startswith("/") or ".." in lower.split("/") or ":" in lower
    return is_outside or lower.endswith("vbaproject.bin") or "/basic/" in f"/{lower}"


def _is_text(content: bytes) -> bool:
    """Whether it is UTF-8 without NUL or other signs of a program, and no markup or script."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(ord(c) < 32 and c not in "\t\n\r\f" for c in text):
        return False
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:HEAD].lower()
    return not head.startswith(SCRIPT_STARTS) and not MARKUP.search(head)


def _as(name: str) -> Callable[[bytes], str | None]:
    return lambda _content: name


_STARTS: tuple[tuple[bytes, Callable[[bytes], str | None]], ...] = (
    (b"%PDF-", _pdf),
    (b"\x89PNG\r\n\x1a\n", _as("png")),
    (b"\xff\xd8\xff", _as("jpeg")),
    (b"GIF87a", _as("gif")),
    (b"GIF89a", _as("gif")),
    (b"RIFF", _webp),
    (b"PK\x03\x04", _office),
)
