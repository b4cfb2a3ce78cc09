"""Pictures on pages: their addresses, and the tag that lets a browser choose the size it needs.

An attachment has a drawn address of its own, which texts keep. The picture in a column of a record
has one that is made of model, key and column, sealed, so that it tells nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.content.attachments.models import Attachment
from app.core.addresses import page_url
from app.core.files.renditions import (
    MIDDLE,
    WEBP,
    WIDTHS,
    Rendition,
    extension_of,
    height_of,
    widths_of,
)
from app.core.files.stored import StoredFile
from app.core.sealing import SealBroken, seal_alike, unseal_alike

TEXT_WIDTH = 1280
"""How wide a picture in a text is at most; a browser takes a smaller one where that is enough."""
TEXT_SIZES = "(min-width: 780px) 720px, 100vw"
_PURPOSE = "picture"
_SEPARATOR = "/"
_DIGEST = 12
_TEXT_IMAGE = re.compile(
    r'(<img(?:\s+[\w-]+="[^"]*")*?\s+src="([^"]*/pictures/[0-9a-f]{32}/)([0-9]+)\.webp")'
    r'((?:\s+[\w-]+="[^"]*")*\s*/?>)'
)


@dataclass(frozen=True)
class ShownPicture:
    """A picture as pages show it: where it is, what it says and what matters in it."""

    file: StoredFile
    address: str
    alt: str = ""
    caption: str = ""
    focus: tuple[int, int] = MIDDLE

    def url(self, width: int, shape: str = "", extension: str = WEBP) -> str:
        """The address of the rendition that is `width` wide, or as wide as there is one."""
        widths = widths_of(self.file, shape)
        chosen = next((found for found in widths if found >= width), widths[-1])
        return self._address_of(Rendition(chosen, shape, self.focus, extension))

    def plain_url(self, width: int) -> str:
        """The same in the picture's own type, for mail and whoever does not know WebP."""
        return self.url(width, extension=extension_of(self.file))

    def sources(self, shape: str = "") -> str:
        """All renditions, as `srcset` has them."""
        renditions = (Rendition(w, shape, self.focus) for w in widths_of(self.file, shape))
        return ", ".join(f"{self._address_of(found)} {found.width}w" for found in renditions)

    def _address_of(self, rendition: Rendition) -> str:
        return page_url("attachments.picture", address=self.address, name=rendition.name)


def picture_of(row: Any, name: str = "image", model: type | None = None) -> ShownPicture | None:
    """The picture in the column `name` of a row, with what stands in the columns beside it.

    These are `<name>_alt`, `<name>_focus_x` and `<name>_focus_y`, as far as there are any. `model`
    is needed where the row is no record, but has the columns and the key of one.
    """
    if isinstance(row, Attachment):
        return attached_picture(row)
    file = getattr(row, name)
    if file is None:
        return None
    return ShownPicture(
        file,
        address_of(model or type(row), row.id, name, file),
        getattr(row, f"{name}_alt", None) or "",
        focus=(
            getattr(row, f"{name}_focus_x", MIDDLE[0]),
            getattr(row, f"{name}_focus_y", MIDDLE[1]),
        ),
    )


def attached_picture(attachment: Attachment) -> ShownPicture:
    """The picture of an attachment."""
    return ShownPicture(
        attachment.file,
        attachment.address,
        "" if attachment.decorative else attachment.alt or "",
        attachment.caption or "",
        (attachment.focal_x, attachment.focal_y),
    )


def picture_html(
    picture: ShownPicture | None,
    *,
    alt: str | None = None,
    sizes: str = "100vw",
    shape: str = "",
    lazy: bool = True,
) -> Markup:
    """The `<img>` of a picture: of all of it, or of a part in the form of a `card` or `thumb`.

    `sizes` says how wide it is on the page. The first picture of a page is not `lazy`.
    """
    if picture is None:
        return Markup("")
    width = widths_of(picture.file, shape)[-1]
    return Markup(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" loading="{}"'
        ' decoding="async"{}>'
    ).format(
        picture.url(WIDTHS[1], shape),
        picture.sources(shape),
        sizes,
        width,
        height_of(picture.file, width, shape),
        picture.alt if alt is None else alt,
        "lazy" if lazy else "eager",
        Markup("") if lazy else Markup(' fetchpriority="high"'),
    )


def with_sources(text: str) -> Markup:
    """A safe text as a page shows it: of its pictures, browsers fetch the size that they need."""
    return Markup(_TEXT_IMAGE.sub(_with_sources, text))  # noqa: S704 (it was cleaned when it was saved)


def address_of(model: type, key: int, name: str, file: StoredFile) -> str:
    """The address of the picture in a column of a record, as long as it is this picture."""
    parts = (model.__tablename__, str(key), name, file.digest[:_DIGEST])  # type: ignore[attr-defined]
    return seal_alike(_SEPARATOR.join(parts), _PURPOSE)


def parts_of(address: str) -> Sequence[str] | None:
    """Table, key, column and the beginning of the digest; None for no address of ours."""
    try:
        parts = unseal_alike(address, _PURPOSE).split(_SEPARATOR)
    except SealBroken:
        return None
    return parts if len(parts) == 4 else None


def is_picture(file: StoredFile, digest: str) -> bool:
    """Whether it still is the picture that an address was made for."""
    return file.digest[:_DIGEST] == digest


def _with_sources(found: re.Match[str]) -> str:
    start, folder, full, end = found.groups()
    widths = sorted({*(width for width in WIDTHS if width < int(full)), int(full)})
    sources = ", ".join(f"{folder}{width}.webp {width}w" for width in widths)
    return f'{start} srcset="{sources}" sizes="{TEXT_SIZES}" loading="lazy" decoding="async"{end}'
