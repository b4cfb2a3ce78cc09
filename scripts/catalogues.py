"""The translation catalogues: what the sources ask for, and bringing the files up to date.

`make messages` runs this; `scripts/check_catalogues.py` compares without writing.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from config import LANGUAGES
from scripts.check_style import is_adopted

ROOT = Path(__file__).resolve().parents[1]
SOURCE_LANGUAGE = "en"
KEYWORDS = ("Chart:1", "_l", "lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2")


def extract(*, adopted: bool = True) -> Catalog:
    """Every text of the sources, without line numbers: those would change with each commit.

    Without `adopted`, the names of adopted tables are left out: they may be translated, and need
    not be.
    """
    catalog = Catalog(charset="utf-8")
    for path, _line, message, comments, context in _texts():
        if adopted or not is_adopted(ROOT / path):
            catalog.add(message, None, auto_comments=comments, context=context)
    return catalog


@cache
def _texts() -> list[tuple[str, int, Any, list[str], str | None]]:
    """What Babel finds, read once."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    keywords = DEFAULT_KEYWORDS | parse_keywords(KEYWORDS)
    return list(extract_from_dir(str(ROOT), methods, options, keywords, comment_tags=("NOTE:",)))


def languages() -> list[str]:
    """The languages that need a catalogue: all but the one the sources are written in."""
    return [language for language in LANGUAGES if language != SOURCE_LANGUAGE]


def path_of(language: str) -> Path:
    """The file that people translate."""
    return ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue as it is on disk, empty when there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(language: str, template: Catalog) -> None:
    """Add what is new, drop what is gone, and write in an order that merges well."""
    catalog = read(language)
    catalog.update(
        template, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False
    )
    catalog.obsolete.clear()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, no_location=True, omit_header=False, sort_output=True)


def main() -> None:
    """Update every catalogue."""
    template = extract()
    for language in languages():
        update(language, template)
        missing = sum(1 for message in read(language) if message.id and not message.string)
        print(f"{language}: {len(template)} texts, {missing} to translate")


if __name__ == "__main__":
    main()
