"""How a key is written, and how one is told from a token: `bureau_<prefix>_<secret>`."""

from __future__ import annotations

import hashlib
import re
import secrets

NAME = "bureau"
"""The first word of every key, by which people and scanners for leaked secrets know one."""
PREFIX_BYTES = 4
SECRET_BYTES = 32
_FORM = re.compile(rf"{NAME}_([0-9a-f]{{{2 * PREFIX_BYTES}}})_[0-9a-f]{{{2 * SECRET_BYTES}}}")


def draw_key() -> tuple[str, str]:
    """A new key and its prefix. A double click marks all of it, as it has no hyphen."""
    prefix = secrets.token_hex(PREFIX_BYTES)
    return f"{NAME}_{prefix}_{secrets.token_hex(SECRET_BYTES)}", prefix


def looks_like_key(text: str) -> bool:
    """Whether somebody means a key by this, right or wrong."""
    return text.startswith(f"{NAME}_")


def prefix_of(key: str) -> str | None:
    """The prefix of a key; None where it is not written like one."""
    found = _FORM.fullmatch(key)
    return found[1] if found else None


def digest_of(key: str) -> str:
    """What is kept of a key: 256 bits are drawn for it, so that a plain hash cannot be guessed."""
    return hashlib.sha256(key.encode()).hexdigest()
