"""Small pictures for the demo, drawn by us: the same lines every time, and nobody's rights."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from PIL import Image, ImageDraw

from app.core.files import store
from app.core.files.receive import receive
from app.core.files.stored import StoredFile
from app.features.blog.models import Post

SIZE = WIDTH, HEIGHT = 960, 600
Pen = ImageDraw.ImageDraw


@dataclass(frozen=True)
class Motif:
    """Something to draw, and what it shows in words."""

    name: str
    words: str
    draw: Callable[[Pen, Random], None]


class Pictures:
    """Draws each motif once; every post gets a file of its own."""

    def __init__(self) -> None:
        self._drawn: dict[str, tuple[StoredFile, bytes]] = {}

    def draw(self, number: int) -> StoredFile:
        """A picture of the motif whose turn it is."""
        motif = MOTIFS[number % len(MOTIFS)]
        if motif.name not in self._drawn:
            found = _stored(motif)
            self._drawn[motif.name] = found, store.path_of(found.key).read_bytes()
            return found
        found, content = self._drawn[motif.name]
        return replace(found, key=store.write(content, Post.__tablename__))


def _stored(motif: Motif) -> StoredFile:
    image = Image.new("RGB", SIZE)
    motif.draw(ImageDraw.Draw(image), Random(motif.name))
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return receive(
        file.getvalue(),
        f"{motif.name}.png",
        table=Post.__tablename__,
        types=("png",),
        max_bytes=1_000_000,
        max_pixels=WIDTH * HEIGHT,
    )


def _sky(pen: Pen, top: tuple[int, int, int], bottom: tuple[int, int, int]) -> None:
    """A sky in bands, so that the file stays small."""
    bands = 24
    for band in range(bands):
        part = band / (bands - 1)
        colour = tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True))
        start = band * HEIGHT // bands
        pen.rectangle((0, start, WIDTH, start + HEIGHT // bands + 1), fill=colour)


def _street(pen: Pen, random: Random) -> None:
    _sky(pen, (28, 34, 66), (196, 120, 92))
    right = 0
    while right < WIDTH:
        width, height = random.randint(90, 160), random.randint(220, 420)
        shade = random.randint(24, 52)
        top = HEIGHT - 90 - height
        pen.rectangle((right, top, right + width, HEIGHT - 90), fill=(shade, shade, shade + 16))
        for x in range(right + 18, right + width - 24, 34):
            for y in range(top + 24, HEIGHT - 130, 48):
                pen.rectangle((x, y, x + 16, y + 26), fill=(shade + 14, shade + 14, shade + 28))
        right += width + random.randint(0, 12)
    pen.rectangle((0, HEIGHT - 90, WIDTH, HEIGHT), fill=(38, 38, 48))
    pen.rectangle((398, 300, 420, 334), fill=(255, 206, 112))
    for step in range(14):
        half = 14 + step * 2
        pen.rectangle((409 - half, 520 + step * 5, 409 + half, 522 + step * 5), fill=(150, 118, 74))


def _cogwheel(pen: Pen, random: Random) -> None:
    _sky(pen, (238, 222, 190), (214, 176, 128))
    x, y = WIDTH // 2, HEIGHT // 2
    for tooth in range(24):
        start = tooth * 15 + random.uniform(-0.4, 0.4)
        pen.pieslice((x - 230, y - 230, x + 230, y + 230), start, start + 7.5, fill=(92, 74, 58))
    pen.ellipse((x - 200, y - 200, x + 200, y + 200), fill=(112, 90, 70))
    pen.ellipse((x - 150, y - 150, x + 150, y + 150), outline=(72, 58, 46), width=10)
    for spoke in range(0, 360, 60):
        pen.pieslice((x - 148, y - 148, x + 148, y + 148), spoke, spoke + 24, fill=(84, 66, 52))
    pen.ellipse((x - 46, y - 46, x + 46, y + 46), fill=(238, 222, 190))


def _flowerpots(pen: Pen, random: Random) -> None:
    _sky(pen, (176, 208, 226), (236, 240, 232))
    pen.rectangle((0, 470, WIDTH, HEIGHT), fill=(226, 218, 200))
    for number in range(11):
        left, height = 20 + number * 85, random.randint(90, 260)
        green = (random.randint(50, 110), random.randint(120, 160), random.randint(60, 100))
        for leaf in range(5):
            lean = (leaf - 2) * random.randint(8, 15)
            pen.line((left + 32, 410, left + 32 + lean, 410 - height), fill=green, width=7)
            tip = (left + 24 + lean, 398 - height, left + 40 + lean, 424 - height)
            pen.ellipse(tip, fill=green)
        pot = [(left, 400), (left + 64, 400), (left + 54, 490), (left + 10, 490)]
        pen.polygon(pot, fill=(188, 102 + number * 3, 72))
        pen.rectangle((left - 4, 392, left + 68, 408), fill=(168, 88, 60))


def _lighthouse(pen: Pen, random: Random) -> None:
    _sky(pen, (18, 30, 58), (74, 104, 132))
    pen.polygon([(690, 150), (0, 20), (0, 210)], fill=(112, 128, 120))
    for _star in range(60):
        x, y = random.randint(0, WIDTH), random.randint(0, 260)
        pen.ellipse((x, y, x + 2, y + 2), fill=(220, 224, 230))
    pen.polygon([(660, 170), (720, 170), (744, 500), (636, 500)], fill=(232, 228, 220))
    for band in range(3):
        top = 220 + band * 100
        pen.rectangle((650 - band * 7, top, 730 + band * 7, top + 42), fill=(178, 58, 52))
    pen.rectangle((668, 124, 712, 172), fill=(255, 222, 140))
    pen.polygon([(658, 126), (722, 126), (690, 88)], fill=(120, 40, 38))
    pen.rectangle((0, 500, WIDTH, HEIGHT), fill=(24, 46, 68))
    for _wave in range(40):
        x, y = random.randint(0, WIDTH), random.randint(510, HEIGHT)
        pen.line((x, y, x + random.randint(30, 90), y), fill=(66, 96, 118), width=3)


def _loaves(pen: Pen, random: Random) -> None:
    _sky(pen, (92, 66, 48), (140, 100, 68))
    for shelf in range(3):
        base = 190 + shelf * 180
        pen.rectangle((0, base, WIDTH, base + 18), fill=(66, 46, 34))
        for place in range(5):
            left, brown = 36 + place * 186, random.randint(-18, 18)
            crust = (196 + brown, 138 + brown, 76 + brown)
            pen.ellipse((left, base - 104, left + 150, base + 26), fill=crust)
            pen.rectangle((left - 2, base, left + 152, base + 18), fill=(66, 46, 34))
            for cut in range(3):
                start = left + 34 + cut * 32
                pen.line((start, base - 82, start + 16, base - 34), fill=(244, 214, 160), width=6)


def _bridge(pen: Pen, random: Random) -> None:
    _sky(pen, (206, 216, 222), (244, 226, 200))
    pen.rectangle((0, 430, WIDTH, HEIGHT), fill=(120, 150, 164))
    pen.rectangle((0, 250, WIDTH, 300), fill=(118, 104, 96))
    for arch in range(4):
        left = -30 + arch * 260
        pen.rectangle((left, 300, left + 260, 430), fill=(138, 122, 112))
        pen.pieslice((left + 30, 310, left + 230, 560), 180, 360, fill=(206, 214, 214))
        pen.rectangle((left + 30, 430, left + 230, 440), fill=(120, 150, 164))
    for _ripple in range(70):
        x, y = random.randint(0, WIDTH), random.randint(446, HEIGHT)
        pen.line((x, y, x + random.randint(16, 70), y), fill=(158, 182, 192), width=2)


MOTIFS = (
    Motif("street", "A wet street at dusk, with one lit window on the third floor.", _street),
    Motif("cogwheel", "Ein altes Zahnrad aus Holz, gegen das Licht gehalten.", _cogwheel),
    Motif("flowerpots", "Έντεκα γλάστρες στη σειρά, στο περβάζι ενός παραθύρου.", _flowerpots),
    Motif("lighthouse", "A lighthouse at night; its beam lies over the sea.", _lighthouse),
    Motif("loaves", "Drei Regale voller Brote, noch warm.", _loaves),
    Motif("bridge", "Ένα πέτρινο γεφύρι με τέσσερις καμάρες πάνω από ήσυχο νερό.", _bridge),
)
