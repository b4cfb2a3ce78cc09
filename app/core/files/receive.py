"""From what somebody sends to a file that is stored, or to a sentence that says why not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask_babel import gettext as _

from app.core.files import store
from app.core.files.naming import clean_name, extension_of, named
from app.core.files.pictures import NoPicture, TooManyPixels, redrawn
from app.core.files.sniff import TYPES, sniff
from app.core.files.stored import StoredFile
from app.core.formats import format_decimal, format_size


class FileRefused(ValueError):
    """A file that is not taken; its text is translated and says what to send instead."""


def receive(
    content: bytes,
    given_name: str,
    *,
    table: str,
    types: Sequence[str],
    max_bytes: int,
    max_pixels: int,
) -> StoredFile:
    """Look at a file, and store it for the rows of a table under a name nobody can guess.

    Its type is what its content says; the name gets the extension of that type.
    """
    _check_size(content, max_bytes)
    name = clean_name(given_name)
    found = sniff(content, extension_of(name))
    if found is None or found.name not in types:
        raise FileRefused(
            _(
                "This is not a file of an allowed type. Choose one of: %(types)s.",
                types=words(types),
            )
        )
    width = height = None
    if found.is_picture:
        try:
            picture = redrawn(content, found, max_pixels)
        except TooManyPixels as error:
            raise FileRefused(
                _(
                    "This picture is too large. Make it smaller, to at most %(count)s pixels.",
                    count=format_decimal(max_pixels, 0),
                )
            ) from error
        except NoPicture as error:
            raise FileRefused(
                _("This picture is damaged. Save it anew, or choose another.")
            ) from error
        content, width, height = picture.content, picture.width, picture.height
        _check_size(content, max_bytes)
    return StoredFile(
        key=store.write(content, table),
        type=found.media_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        name=named(name, found.extensions),
        width=width,
        height=height,
    )


def words(types: Sequence[str]) -> str:
    """The allowed types as people call them."""
    return ", ".join(TYPES[name].extensions[0].upper() for name in types)


def _check_size(content: bytes, max_bytes: int) -> None:
    if not content:
        raise FileRefused(_("This file is empty. Choose another one."))
    if len(content) > max_bytes:
        raise FileRefused(
            _(
                "This file is too large. Choose one of at most %(size)s.",
                size=format_size(max_bytes),
            )
        )
