"""A picture of the README stays small, and shows what it showed."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from scripts import screenshots


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_picture_keeps_its_size_and_its_plain_colours():
    picture = png(Image.new("RGB", (200, 100), (42, 90, 200)))

    small = Image.open(io.BytesIO(screenshots.shrunk(picture))).convert("RGB")

    assert small.size == (200, 100)
    assert small.getpixel((10, 10)) == (42, 90, 200)


def test_a_picture_that_cannot_be_small_is_refused():
    noise = random.Random(1).randbytes(90 * 90 * 3)

    with pytest.raises(ValueError, match="larger"):
        screenshots.shrunk(png(Image.frombytes("RGB", (90, 90), noise)), limit=1000)
