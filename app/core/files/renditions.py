"""Smaller copies of a picture, and parts of it around the point that matters.

A rendition is named by what it is, so that an address says all that is needed to make it:
`640.webp` is 640 pixels wide, `640-card-30-80.jpg` a part of the form of a card whose middle lies
as near as can be to 30 % across and 80 % down, in the type of the picture itself.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from app.core.files import store
from app.core.files.sniff import TYPES
from app.core.files.stored import StoredFile

WIDTHS = (320, 640, 1280, 1920)
SHAPES = {"card": (16, 9), "thumb": (1, 1)}
"""The forms of parts, as width to height."""
MIDDLE = (50, 50)
WEBP = "webp"
QUALITY = 82

_NAME = re.compile(
    r"([1-9][0-9]{0,3})(?:-(card|thumb)-([0-9]{1,3})-([0-9]{1,3}))?\.(webp|png|jpg|gif)"
)
_OPTIONS = {"WEBP": {"quality": QUALITY, "method": 4}, "JPEG": {"quality": QUALITY}}


@dataclass(frozen=True)
class Rendition:
    """How wide, which part of it around which point (in per cent), and of which type."""

    width: int
    shape: str = ""
    focus: tuple[int, int] = MIDDLE
    extension: str = WEBP

    @property
    def name(self) -> str:
        """What it is called in addresses, and on the disk."""
        part = f"-{self.shape}-{self.focus[0]}-{self.focus[1]}" if self.shape else ""
        return f"{self.width}{part}.{self.extension}"

    @property
    def media_type(self) -> str:
        return next(t.media_type for t in TYPES.values() if self.extension in t.extensions)


def rendition_named(name: str, file: StoredFile, focus: tuple[int, int]) -> Rendition | None:
    """The rendition of a picture that has this name; None for one that is not made of it."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    width, shape, x, y, extension = found.groups()
    if extension not in (WEBP, extension_of(file)):
        return None
    if shape and (int(x), int(y)) != focus:
        return None
    if int(width) not in widths_of(file, shape or ""):
        return None
    return Rendition(int(width), shape or "", focus if shape else MIDDLE, extension)


def extension_of(file: StoredFile) -> str:
    """The extension of the picture's own type."""
    return next(t.extensions[0] for t in TYPES.values() if t.media_type == file.type)


def widths_of(file: StoredFile, shape: str = "") -> tuple[int, ...]:
    """The widths that there are of a picture: none is larger than the picture itself."""
    full = min(_part_of(file.width or 1, file.height or 1, shape)[0], WIDTHS[-1])
    return (*(width for width in WIDTHS if width < full), full)


def height_of(file: StoredFile, width: int, shape: str = "") -> int:
    """How high a rendition of this width is."""
    full_width, full_height = _part_of(file.width or 1, file.height or 1, shape)
    return max(1, round(width * full_height / full_width))


def path_of_rendition(file: StoredFile, rendition: Rendition) -> Path:
    """Where the rendition lies; it is made when it is asked for the first time.

    Raises `FileNotFoundError` where the picture is no longer kept.
    """
    return store.derived(file.key, rendition.name, lambda content: drawn(content, rendition))


def drawn(content: bytes, rendition: Rendition) -> bytes:
    """Draw a rendition of a picture that was drawn by us before, and so is safe to open."""
    target = Image.registered_extensions()[f".{rendition.extension}"]
    with Image.open(io.BytesIO(content)) as picture:
        # A large photograph is decoded at about the size that is needed.
        if not rendition.shape:
            picture.draft("RGB", (rendition.width, rendition.width))
        whole = picture.convert(_mode_of(picture, target))
    if rendition.shape:
        whole = whole.crop(_box(whole.width, whole.height, rendition))
    height = max(1, round(rendition.width * whole.height / whole.width))
    small = whole.resize((rendition.width, height), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, format=target, **_OPTIONS.get(target, {}))
    return file.getvalue()


def _mode_of(picture: Image.Image, target: str) -> str:
    if target == "JPEG":
        return "L" if picture.mode == "L" else "RGB"
    is_clear = "A" in picture.getbands() or "transparency" in picture.info
    return "RGBA" if is_clear else "RGB"


def _part_of(width: int, height: int, shape: str) -> tuple[int, int]:
    """The size of the largest part that has this form."""
    if not shape:
        return width, height
    across, down = SHAPES[shape]
    if width * down > height * across:
        return max(1, height * across // down), height
    return width, max(1, width * down // across)


def _box(width: int, height: int, rendition: Rendition) -> tuple[int, int, int, int]:
    """The part around the focal point, moved so far that it lies within the picture."""
    across, down = _part_of(width, height, rendition.shape)
    left = _start(width, across, rendition.focus[0])
    top = _start(height, down, rendition.focus[1])
    return left, top, left + across, top + down


def _start(whole: int, part: int, per_cent: int) -> int:
    return min(max(0, round(whole * per_cent / 100 - part / 2)), whole - part)
