"""Fails when a catalogue lacks a text of the sources, or a translation is missing or malformed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

from scripts import catalogues

Key = tuple[str, str | None]


def key_of(message: Message) -> Key:
    """What tells one message from another: its text and its context."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    return text, message.context


def problems_of(
    language: str, template: Catalog, catalog: Catalog, optional: Catalog | None = None
) -> Iterator[str]:
    """One line for each text that is wrong in the catalogue of one language.

    The texts of `optional` may stand in the catalogue too, translated or not.
    """
    wanted = {key_of(message) for message in template if message.id}
    allowed = wanted | {key_of(message) for message in optional or () if message.id}
    present = {key_of(message): message for message in catalog if message.id}
    for key in sorted(wanted - present.keys(), key=str):
        yield f"{language}: not in the catalogue: {key[0]!r}"
    for key in sorted(present.keys() - allowed, key=str):
        yield f"{language}: no longer in the sources: {key[0]!r}"
    for key in sorted(wanted & present.keys(), key=str):
        yield from (
            f"{language}: {fault}: {key[0]!r}" for fault in faults_of(present[key], catalog)
        )


def faults_of(message: Message, catalog: Catalog) -> Iterator[str]:
    """What is wrong with one translation."""
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    if not all(strings) or (message.pluralizable and len(strings) != catalog.num_plurals):
        yield "not translated"
    elif message.fuzzy:
        yield "marked as fuzzy"
    else:
        yield from (str(error) for error in message.check(catalog))


def main() -> int:
    """Check every language that is offered."""
    template, everything = catalogues.extract(adopted=False), catalogues.extract()
    problems = [
        problem
        for language in catalogues.languages()
        for problem in problems_of(language, template, catalogues.read(language), everything)
    ]
    for problem in problems:
        print(problem)
    if problems:
        print("`make messages` brings the catalogues up to date; then translate what is new.")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
