"""Of a picture there are smaller copies, and parts around the point that matters."""

import io

import pytest
from PIL import Image

from app.core.files import store
from app.core.files.receive import receive
from app.core.files.renditions import (
    Rendition,
    drawn,
    height_of,
    path_of_rendition,
    rendition_named,
    widths_of,
)
from app.core.files.stored import StoredFile

LEFT, RIGHT = (200, 30, 30), (30, 30, 200)


@pytest.fixture(autouse=True)
def _folder(make_tiny, tmp_path):
    with make_tiny(BUREAU_INSTANCE=str(tmp_path)).app_context():
        yield


def halves(width: int, height: int, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, (width, height), (*RIGHT, 255)[: len(mode)])
    image.paste((*LEFT, 255)[: len(mode)], (0, 0, width // 2, height))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def stored(width: int, height: int, kind: str = "JPEG") -> StoredFile:
    content, name = halves(width, height, kind), f"halves.{kind.lower()}"
    limits = {"max_bytes": 10_000_000, "max_pixels": 10_000_000}
    return receive(content, name, table="x", types=("jpeg", "png", "gif", "webp"), **limits)


def opened(file: StoredFile, name: str, focus=(50, 50)) -> Image.Image:
    rendition = rendition_named(name, file, focus)
    content = path_of_rendition(file, rendition).read_bytes()
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_none_is_larger_than_the_picture():
    assert widths_of(stored(2400, 1200)) == (320, 640, 1280, 1920)
    assert widths_of(stored(800, 400)) == (320, 640, 800)
    assert widths_of(stored(100, 50)) == (100,)
    assert widths_of(stored(1000, 300), "thumb") == (300,)


@pytest.mark.parametrize(
    "name", ["640.webp", "320.jpg", "640-card-50-50.webp", "320-thumb-50-50.webp"]
)
def test_a_rendition_is_as_large_as_pages_are_told(name):
    file = stored(1600, 1200)
    rendition = rendition_named(name, file, (50, 50))

    picture = Image.open(io.BytesIO(path_of_rendition(file, rendition).read_bytes()))

    assert picture.size == (rendition.width, height_of(file, rendition.width, rendition.shape))
    assert picture.get_format_mimetype() == rendition.media_type


@pytest.mark.parametrize(
    "name",
    [
        "641.webp",
        "9999.webp",
        "0.webp",
        "640.png",
        "640.svg",
        "640-card.webp",
        "640-card-1-1.webp",
        "640-wide-50-50.webp",
        "../640.webp",
        "640.webp~",
        "",
    ],
)
def test_nothing_else_is_made(name):
    assert rendition_named(name, stored(1600, 1200), (50, 50)) is None


@pytest.mark.parametrize(("x", "colour"), [(0, LEFT), (20, LEFT), (80, RIGHT), (100, RIGHT)])
def test_a_part_has_in_it_what_matters(x, colour):
    file = stored(1200, 300)

    picture = opened(file, f"300-thumb-{x}-50.webp", (x, 50))

    for at in ((10, 150), (290, 150)):
        assert all(abs(a - b) < 40 for a, b in zip(picture.getpixel(at), colour, strict=True))


def test_what_is_clear_stays_clear():
    picture = drawn(halves(400, 400, "PNG", "RGBA"), Rendition(320))

    assert Image.open(io.BytesIO(picture)).size == (320, 320)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_every_type_has_renditions_of_its_own_type(kind):
    file = stored(500, 400, kind)

    assert opened(file, f"320.{kind.lower()}").size == (320, 256)


def test_a_rendition_goes_with_its_picture():
    file = stored(800, 400)
    path = path_of_rendition(file, rendition_named("320.webp", file, (50, 50)))

    store.delete(file.key)

    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        path_of_rendition(file, Rendition(640))
