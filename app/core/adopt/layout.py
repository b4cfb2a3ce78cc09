"""Lays code out as `ruff format` does, so that what adoption writes needs no formatter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 100
INDENT = "    "
# A part of a long text, without its quotes and backslashes.
PART_WIDTH = 78


@dataclass(frozen=True)
class Call:
    """Something in brackets: a call, a list or a tuple; an item may hold brackets itself.

    Items are separated by commas, or by nothing where they are the parts of one long text.
    """

    opening: str
    items: Sequence[str | Call]
    closing: str = ")"
    separator: str = ","
    # Whether each item has a line of its own even where all would fit on one.
    is_open: bool = False

    def flat(self) -> str:
        """The whole on one line."""
        items = [item if isinstance(item, str) else item.flat() for item in self.items]
        comma = "," if self._is_single_tuple() else ""
        return f"{self.opening}{f'{self.separator} '.join(items)}{comma}{self.closing}"

    @property
    def is_literal(self) -> bool:
        """Whether it is a list or a tuple, not a call."""
        return self.opening == "(" or self.opening.endswith(("[", "=("))

    def _is_single_tuple(self) -> bool:
        is_tuple = self.is_literal and self.closing == ")"
        return is_tuple and len(self.items) == 1 and bool(self.separator)


def width_of(line: str) -> int:
    """Columns a line takes on a screen, as ruff counts them: wide letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def statement(prefix: str, value: str | Call, indent: int) -> str:
    """`prefix` and `value`, on one line where they fit, else broken at the brackets."""
    return "\n".join(_lines(prefix, value, "", indent))


def _lines(prefix: str, value: str | Call, suffix: str, indent: int) -> list[str]:
    space = INDENT * indent
    flat = value if isinstance(value, str) else value.flat()
    whole = f"{space}{prefix}{flat}{suffix}"
    if isinstance(value, str) or (width_of(whole) <= WIDTH and not _must_break(value)):
        return [whole]
    body = f"{space}{INDENT}{_body(value)}"
    opening = f"{space}{prefix}{value.opening}"
    # What a call is given may share a line; the items of a list or tuple never do.
    if width_of(body) <= WIDTH and not _must_break(value) and not value.is_literal:
        return [opening, body, f"{space}{value.closing}{suffix}"]
    lines = [opening]
    for item in value.items:
        lines += _lines("", item, value.separator, indent + 1)
    return [*lines, f"{space}{value.closing}{suffix}"]


def _body(value: Call) -> str:
    return value.flat().removeprefix(value.opening).removesuffix(value.closing)


def _must_break(value: Call) -> bool:
    """Whether it, or something inside, is always written on several lines."""
    return (
        value.is_open
        or not value.separator
        or any(isinstance(item, Call) and _must_break(item) for item in value.items)
    )


def quoted(text: str) -> str:
    """A Python string as ruff writes it: in double quotes, unless that takes more backslashes."""
    escaped = "".join(
        letter if letter.isprintable() and letter != "\\" else repr(letter)[1:-1] for letter in text
    )
    if text.count('"') > text.count("'"):
        return "'" + escaped.replace("'", "\\'") + "'"
    return '"' + escaped.replace('"', '\\"') + '"'


def keyword(name: str, value: str) -> str | Call:
    """`name="value"`, as an argument in a class; a text too long for a line is written in parts."""
    text = quoted(value)
    if width_of(f"{INDENT * 2}{name}={text},") <= WIDTH:
        return f"{name}={text}"
    parts = [value]
    if width_of(f"{INDENT * 3}{text}") > WIDTH:
        parts = [""]
        for word in value.split(" "):
            if width_of(parts[-1] + word) > PART_WIDTH:
                parts.append("")
            parts[-1] += f"{word} "
        parts[-1] = parts[-1].removesuffix(" ")
    return Call(f"{name}=(", [quoted(part) for part in parts if part], ")", separator="")


class Imports:
    """Collects what a file imports, and writes it as ruff sorts it."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def add(self, module: str, *names: str) -> None:
        """Import names from a module; the name "" imports the module `datetime` as `dt`."""
        self._names.setdefault(module, set()).update(names)

    def add_all(self, imports: Iterable[tuple[str, str]]) -> None:
        """Import several pairs of module and name."""
        for module, name in imports:
            self.add(module, name)

    def render(self) -> str:
        """The import block: standard library, third party, ours."""
        blocks = []
        for place in (0, 1, 2):
            modules = sorted(module for module in self._names if _place(module) == place)
            plain = [f"import {m} as dt" for m in modules if "" in self._names[m]]
            lines = [self._from(module) for module in modules if self._names[module] - {""}]
            if plain or lines:
                blocks.append("\n".join([*plain, *lines]))
        return "\n\n".join(blocks)

    def _from(self, module: str) -> str:
        names = sorted(self._names[module] - {""}, key=_import_order)
        line = f"from {module} import {', '.join(names)}"
        if width_of(line) <= WIDTH:
            return line
        return "\n".join([f"from {module} import (", *(f"{INDENT}{n}," for n in names), ")"])


def _place(module: str) -> int:
    return {"app": 2, "tests": 2, "flask_appbuilder": 1, "sqlalchemy": 1, "flask_babel": 1}.get(
        module.split(".")[0], 0
    )


def _import_order(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Constants, then classes, then the rest; 2 before 10, and any case alike, as isort does."""
    rank = 2
    if name[0].isupper():
        rank = 0 if name.isupper() and len(name) > 1 else 1
    parts = re.findall(r"\d+|\D+", name.lower())
    return rank, [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
