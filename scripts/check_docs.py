"""Fails when a setting, a command or a feature has no heading in the documentation."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from app import create_app
from app.features import FEATURES
from config import Config, Settings
from scripts.scratch import scratch_environment

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
# These come with Flask and its extensions, which document them; ours say how we use them.
FOREIGN_GROUPS = ("db", "fab")
HEADING = re.compile(r"^#{2,6}\s+(.*)$", re.M)
CODE = re.compile(r"`([^`]+)`")


def headings(page: Path) -> set[str]:
    """Every word sequence in backquotes in a heading of the page."""
    if not page.exists():
        return set()
    return {code for line in HEADING.findall(page.read_text()) for code in CODE.findall(line)}


def commands(group: click.Group, prefix: str = "") -> Iterator[str]:
    """Names of all commands, those of a group after the name of the group."""
    for name, command in sorted(group.commands.items()):
        yield f"{prefix}{name}"
        if isinstance(command, click.Group) and name not in FOREIGN_GROUPS:
            yield from commands(command, f"{prefix}{name} ")


def lacking(names: Iterable[str], page: str) -> Iterator[str]:
    """One line for each name without a heading on the page."""
    present = headings(DOCS / page)
    # A command's heading may go on with its arguments.
    first_words = {heading.split(" ", 1)[0] for heading in present}
    for name in names:
        if name not in present and name not in first_words:
            yield f"docs/{page} has no heading for `{name}`"


def problems() -> Iterator[str]:
    """Everything that is not documented."""
    with scratch_environment() as environ:
        app = create_app(Config.from_environment(environ))
    yield from lacking((field.name for field in dataclasses.fields(Settings)), "configuration.md")
    yield from lacking(commands(app.cli), "cli.md")
    for feature in FEATURES:
        if not (DOCS / "features" / f"{feature}.md").exists():
            yield f"docs/features/{feature}.md does not exist"


def main() -> int:
    """Check the documentation."""
    found = list(problems())
    print("\n".join(found)) if found else None
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
