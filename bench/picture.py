"""Draws requests per second as a picture that can be read on a light and on a dark page.

A logarithmic scale, because the contestants differ by more than a length can show; a line for
each operation, on which every contestant is a dot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from bench.goals import Sheet
from bench.operations import KINDS, How

WIDTH = 960
LEFT, RIGHT, TOP, LINE = 250, 40, 76, 34
COLOURS = ("a", "b", "c", "d", "e", "f", "g")
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 11px; fill: #59636e; }
  .middle { text-anchor: middle; }
  .ours { font-weight: 600; }
  .page { fill: #ffffff; }
  .grid { stroke: #d1d9e0; }
  .range { stroke: #d1d9e0; stroke-width: 2; }
  .bureau { fill: #0b57d0; }
  .a { fill: #b35900; } .b { fill: #1a7f37; } .c { fill: #8250df; }
  .d { fill: #bf3989; } .e { fill: #0e7c86; } .f { fill: #6e7781; } .g { fill: #84adf0; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; }
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .grid, .range { stroke: #3d444d; }
    .bureau { fill: #6ea8ff; }
    .a { fill: #f0883e; } .b { fill: #3fb950; } .c { fill: #bc8cff; }
    .d { fill: #f778ba; } .e { fill: #39c5cf; } .f { fill: #9198a1; } .g { fill: #3f63a3; }
  }
"""


def draw(sheet: Sheet) -> str:
    """The picture, as SVG."""
    kinds = [
        kind
        for kind in KINDS.values()
        if kind.how is How.LOAD and sheet.value(kind.name, "bureau", "rate")
    ]
    rows = [
        {name: rate for name in sheet.everybody if (rate := sheet.value(kind.name, name, "rate"))}
        for kind in kinds
    ]
    rates = [rate for row in rows for rate in row.values()] or [1, 10]
    scale = Scale(min(rates), max(rates))
    height = TOP + LINE * len(kinds) + 30
    classes = dict(zip((n for n in sheet.everybody if n != "bureau"), COLOURS, strict=False))
    classes["bureau"] = "bureau"
    size = sheet.sizes[-1] if sheet.sizes else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>Requests per second with {size} rows, by operation and contestant</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>',
        f'<text x="16" y="24">Requests per second with {size} rows; further right is faster</text>',
        *_legend(sheet, classes),
        *_grid(scale, height),
    ]
    for number, (kind, row) in enumerate(zip(kinds, rows, strict=True)):
        parts += _row(TOP + LINE * number + LINE / 2, kind.title, row, scale, classes)
    return "\n".join([*parts, "</svg>"]) + "\n"


class Scale:
    """Where a rate is, from the power of ten below the lowest to that above the highest."""

    def __init__(self, lowest: float, highest: float) -> None:
        self.first = math.floor(math.log10(lowest))
        self.last = max(math.ceil(math.log10(highest)), self.first + 1)

    def place(self, rate: float) -> float:
        """How far from the left."""
        share = (math.log10(rate) - self.first) / (self.last - self.first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _legend(sheet: Sheet, classes: dict[str, str]) -> list[str]:
    parts, left = [], 16.0
    for name in sheet.everybody:
        title = sheet.titles[name]
        parts.append(_dot(left + 6, 46, classes[name]))
        parts.append(f'<text class="small" x="{left + 17:.0f}" y="50">{escape(title)}</text>')
        left += 36 + 6.6 * len(title)
    return parts


def _grid(scale: Scale, height: int) -> list[str]:
    parts = []
    for power in range(scale.first, scale.last + 1):
        x = scale.place(10**power)
        label = f"{10**power:,}" if power >= 0 else f"{10**power:g}"
        parts.append(
            f'<line class="grid" x1="{x:.0f}" x2="{x:.0f}" y1="{TOP}" y2="{height - 26}"/>'
        )
        parts.append(f'<text class="small middle" x="{x:.0f}" y="{height - 10}">{label}</text>')
    return parts


def _row(
    y: float, title: str, row: dict[str, float], scale: Scale, classes: dict[str, str]
) -> Sequence[str]:
    places = {name: scale.place(rate) for name, rate in row.items()}
    # Ours comes last, so that nothing hides it.
    names = sorted(places, key=lambda name: name == "bureau")
    first, last = min(places.values()), max(places.values())
    ours, rate = places["bureau"], row["bureau"]
    return [
        f'<text x="16" y="{y + 4:.0f}">{escape(title)}</text>',
        f'<path class="range" d="M{first:.0f} {y:.0f}H{last:.0f}"/>',
        *(_dot(places[name], y, classes[name]) for name in names),
        f'<text class="small ours middle" x="{ours:.0f}" y="{y - 9:.0f}">{rate:,.0f}</text>',
    ]


def _dot(x: float, y: float, name: str) -> str:
    radius = 7 if name == "bureau" else 5
    return f'<circle class="{name}" cx="{x:.1f}" cy="{y:.0f}" r="{radius}"/>'
