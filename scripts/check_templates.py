"""Fails on what our content security policy would block, and on text nobody can translate."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "app" / "templates"
# A page's data may stand in the page: browsers never run a script of these types.
DATA_SCRIPTS = ("application/json", "application/ld+json")
READ_ATTRIBUTES = ("alt", "aria-description", "aria-label", "placeholder", "title")
# What stands in these is the same in every language, or is not read at all.
UNTRANSLATED_ELEMENTS = ("code", "kbd", "pre", "samp", "script", "style", "svg")
NAMES = {"Bureau", "GitHub", "REST", "OpenAPI", "PNG", "CSV", "JSON", "XLSX", "PDF", "API"}
VOID_ELEMENTS = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)

COMMENT = re.compile(r"\{#.*?#\}", re.S)
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?\bendtrans\s*-?%\}", re.S)
RAW = re.compile(r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", re.S)
CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
ATTRIBUTE = re.compile(r"""([a-z][a-z-]*)=(?:"([^"]*)"|'([^']*)')""")
WORD = re.compile(r"[^\W\d_]{2,}")


class Finder(HTMLParser):
    """Collects the problems of one template, whose Jinja code has been blanked."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[tuple[int, str]] = []
        self.skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element and its attributes."""
        values = dict(attrs)
        if tag == "style":
            self.report("<style> element")
        if tag == "script" and "src" not in values and values.get("type") not in DATA_SCRIPTS:
            self.report("inline <script>")
        for name, value in attrs:
            self.look_at(name, value or "")
        if tag in UNTRANSLATED_ELEMENTS and tag not in VOID_ELEMENTS:
            self.skipping.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element that closes itself, as those of SVG do."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element whose text does not count."""
        if self.skipping and self.skipping[-1] == tag:
            self.skipping.pop()

    def handle_data(self, data: str) -> None:
        """Look at the text between two tags, or at attributes that a macro writes into one."""
        if self.skipping:
            return
        for name, double, single in ATTRIBUTE.findall(data):
            self.look_at(name, double or single)
        self.look_for_words(ATTRIBUTE.sub("", data), "text")

    def look_at(self, name: str, value: str) -> None:
        """Look at one attribute."""
        if name == "style":
            self.report("style= attribute")
        if re.fullmatch(r"on[a-z]+", name):
            self.report(f"{name}= attribute")
        if value.strip().lower().startswith("javascript:"):
            self.report(f"javascript: in {name}=")
        if name in READ_ATTRIBUTES:
            self.look_for_words(value, f"{name}=")

    def look_for_words(self, text: str, where: str) -> None:
        """Report words that are not passed through gettext."""
        words = [word for word in WORD.findall(text) if word not in NAMES]
        if words:
            self.report(f"untranslated {where}: {' '.join(text.split())[:60]!r}")

    def report(self, problem: str) -> None:
        """Remember a problem and its line."""
        self.problems.append((self.getpos()[0], problem))


def blank(match: re.Match[str]) -> str:
    """Put as many line ends in place of Jinja code, so that line numbers stay right."""
    return "\n" * match.group().count("\n")


def problems_in(source: str) -> list[tuple[int, str]]:
    """The problems of one template's source, with their lines."""
    for pattern in (COMMENT, TRANSLATED, RAW, CODE):
        source = pattern.sub(blank, source)
    finder = Finder()
    finder.feed(source)
    finder.close()
    return finder.problems


def problems() -> Iterator[str]:
    """One line for each problem of all templates."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        for line, problem in problems_in(path.read_text()):
            yield f"{path.relative_to(ROOT)}:{line}: {problem}"


def main() -> int:
    """Check every template."""
    found = list(problems())
    print("\n".join(found)) if found else None
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
