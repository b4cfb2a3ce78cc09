"""The name of a file, without what could mislead a person or a system that is given it."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 100
MAX_BYTES = 200
NAMELESS = "file"

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,8}")


def clean_name(given: str) -> str:
    """The last part of the name as given, without path, control characters and marks of direction.

    What comes after a NUL never belonged to the name of a file anywhere.
    """
    name = re.split(r"[/\\]", given.split("\0", 1)[0])[-1]
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    # The category of everything that nobody sees, among it marks that turn the direction.
    name = "".join(" " if c.isspace() else c for c in name)
    name = "".join(c for c in name if not unicodedata.category(c).startswith("C"))
    name = _FORBIDDEN.sub("_", " ".join(name.split()))
    return name.lstrip(". ").rstrip(". ")


def extension_of(name: str) -> str:
    """The extension in lower case, without its dot; empty where there is none."""
    _stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and _EXTENSION.fullmatch(extension) else ""


def named(name: str, extensions: tuple[str, ...]) -> str:
    """The clean name with one of these extensions: its own, or else the first instead."""
    own = extension_of(name)
    stem = name[: -len(own) - 1] if own else name
    extension = own if own in extensions else extensions[0]
    room = MAX_LENGTH - len(extension) - 1
    stem = stem[:room].encode()[: MAX_BYTES - len(extension) - 1].decode(errors="ignore")
    return f"{stem.strip('. ') or NAMELESS}.{extension}"
