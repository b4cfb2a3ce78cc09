"""Pictures are drawn anew, and what would burst the memory is not drawn at all."""

import io
import struct
import zlib

import pytest
from PIL import Image

from app.core.files.pictures import NoPicture, TooManyPixels, redrawn, webp_pixels
from app.core.files.sniff import TYPES
from tests.core.archive import picture

SCRIPT = b"<script>alert(1)</script>"


def redraw(content, name, max_pixels=10_000):
    return redrawn(content, TYPES[name], max_pixels)


def chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that would become a picture of this size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("name", ["png", "jpeg", "gif", "webp"])
def test_a_picture_stays_a_picture_of_its_size(name):
    found = redraw(picture(name.upper()), name)

    with Image.open(io.BytesIO(found.content)) as image:
        assert (image.format, image.size) == (name.upper(), (8, 6))
    assert (found.width, found.height) == (8, 6)


@pytest.mark.parametrize("name", ["png", "jpeg", "gif", "webp"])
def test_what_stands_behind_a_picture_goes(name):
    assert SCRIPT not in redraw(picture(name.upper()) + SCRIPT, name).content


def test_place_and_camera_go_and_the_way_up_stays():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 43.0, 0.0)})
    content = picture("JPEG", exif=exif, comment=b"Secret comment")
    assert b"Secret camera" in content
    assert b"Secret comment" in content

    found = redraw(content, "jpeg")

    assert b"Secret" not in found.content
    assert b"Exif" not in found.content
    assert (found.width, found.height) == (6, 8)


def test_texts_in_a_png_go():
    content = picture("PNG")
    at = content.index(b"IDAT") - 4
    content = content[:at] + chunk(b"tEXt", b"Comment\0Secret place") + content[at:]

    assert b"Secret" not in redraw(content, "png").content


MODES = {
    "png": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "jpeg": ["1", "L", "RGB", "CMYK"],
    "gif": ["1", "L", "LA", "P", "RGB", "RGBA"],
    "webp": ["L", "LA", "P", "RGB", "RGBA", "CMYK"],
}


@pytest.mark.parametrize(
    ("name", "mode"), [(name, mode) for name, modes in MODES.items() for mode in modes]
)
def test_every_mode_can_be_drawn(mode, name):
    file = io.BytesIO()
    Image.new(mode, (3, 2)).save(file, name.upper())

    assert redraw(file.getvalue(), name).width == 3


def test_what_was_clear_stays_clear():
    file = io.BytesIO()
    Image.new("RGBA", (3, 2), (0, 0, 0, 0)).save(file, "PNG")

    with Image.open(io.BytesIO(redraw(file.getvalue(), "png").content)) as image:
        assert image.getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("size", [(101, 100), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    with pytest.raises(TooManyPixels):
        redraw(png_that_claims(*size), "png")


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {}),
        ("RGBA", {}),
        ("RGB", {"lossless": True}),
        ("RGBA", {"lossless": True}),
        ("RGB", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
    ],
)
def test_the_size_of_a_webp_is_read_without_its_decoder(mode, options):
    file = io.BytesIO()
    Image.new(mode, (300, 7), "#80000080").save(file, "WEBP", **options)

    assert webp_pixels(file.getvalue()) == 300 * 7


def test_a_webp_bomb_is_refused_before_its_decoder_is_opened():
    canvas = bytes(4) + b"\xff\x3f\0" * 2
    content = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0" + canvas

    assert webp_pixels(content) == 16_384**2
    with pytest.raises(TooManyPixels):
        redraw(content, "webp")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gif", b"GIF89a=1;alert(document.domain)//"),
        ("gif", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)"),
        ("png", b"\x89PNG\r\n\x1a\n" + SCRIPT),
        ("jpeg", b"\xff\xd8\xff\xe0" + SCRIPT),
        ("webp", b"RIFF\x20\0\0\0WEBP" + SCRIPT),
        ("png", picture("PNG")[:40]),
        ("png", picture("GIF")),
    ],
)
def test_what_only_begins_like_a_picture_is_refused(name, content):
    with pytest.raises((NoPicture, TooManyPixels)):
        redraw(content, name, 10**10)
