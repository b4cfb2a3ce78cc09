"""Pictures are drawn anew: only what one sees stays, no place, no camera, nothing hidden behind."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from app.core.files.sniff import FileType

_SIDE = 0x3FFF
"""The bits of the width or height of a WebP picture."""
_OPTIONS = {"jpeg": {"quality": 90}, "webp": {"quality": 90}}
_MODES = {
    "jpeg": ("RGB", "L"),
    "webp": ("RGB", "RGBA"),
    "gif": ("RGB", "RGBA", "P", "L"),
    "png": ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"),
}


class TooManyPixels(ValueError):
    """The picture is larger than allowed; nothing of it was decoded."""


class NoPicture(ValueError):
    """It begins like a picture, but cannot be drawn."""


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew."""

    content: bytes
    width: int
    height: int


def redrawn(content: bytes, found: FileType, max_pixels: int) -> Picture:
    """The picture without anything but its pixels; of an animation, the first one.

    The size stands in the first bytes and is looked at before anything is decoded.
    """
    if found.name == "webp" and webp_pixels(content) > max_pixels:
        # The decoder of this type asks for all the memory as soon as it is opened.
        raise TooManyPixels
    try:
        with Image.open(io.BytesIO(content), formats=[found.name.upper()]) as image:
            if image.width * image.height > max_pixels:
                raise TooManyPixels
            return _drawn(image, found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except TooManyPixels:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise NoPicture from error
    except (IndexError, KeyError, TypeError, OverflowError, MemoryError) as error:
        # What a damaged file makes a decoder stumble over.
        raise NoPicture from error


def webp_pixels(content: bytes) -> int:
    """How many pixels a WebP picture claims to have; 0 where it says nothing."""
    match content[12:16]:
        case b"VP8X":
            width, height = (1 + _number(content[at : at + 3]) for at in (24, 27))
        case b"VP8L":
            bits = _number(content[21:25])
            width, height = 1 + (bits & _SIDE), 1 + (bits >> 14 & _SIDE)
        case b"VP8 ":
            width, height = (_number(content[at : at + 2]) & _SIDE for at in (26, 28))
        case _:
            return 0
    return width * height


def _number(content: bytes) -> int:
    return int.from_bytes(content, "little")


def _drawn(image: Image.Image, found: FileType) -> Picture:
    # A photograph says in its hidden part which way up it is, and that part goes.
    upright = ImageOps.exif_transpose(image)
    modes = _MODES[found.name]
    if upright.mode not in modes:
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        target = "RGBA" if has_alpha and "RGBA" in modes else modes[0]
        upright = upright.convert(target)
    kept = {"transparency": upright.info["transparency"]} if _is_clear(upright, found) else {}
    upright.info = {}
    file = io.BytesIO()
    upright.save(file, format=found.name.upper(), **kept, **_OPTIONS.get(found.name, {}))
    return Picture(file.getvalue(), upright.width, upright.height)


def _is_clear(image: Image.Image, found: FileType) -> bool:
    return found.name in ("gif", "png") and "transparency" in image.info
