"""The check of the documentation asks for one heading for each thing there is."""

from __future__ import annotations

import click
import pytest

from scripts import check_docs

PAGE = """# Settings

## `PORT`

### `adopt DATABASE_URL --name NAME`

#### `mail send`
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(check_docs, "DOCS", tmp_path)
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return path.name


def test_what_has_a_heading_passes(page):
    assert list(check_docs.lacking(["PORT", "adopt", "mail send"], page)) == []


def test_what_has_none_is_named(page):
    assert list(check_docs.lacking(["HOST"], page)) == ["docs/page.md has no heading for `HOST`"]


def test_a_page_that_is_missing_has_no_headings():
    assert list(check_docs.lacking(["HOST"], "missing.md")) != []


def test_commands_of_groups_are_listed_with_their_group():
    group = click.Group(commands={"seed": click.Command("seed"), "db": click.Group("db")})
    group.add_command(click.Group("mail", commands={"send": click.Command("send")}))

    assert list(check_docs.commands(group)) == ["db", "mail", "mail send", "seed"]
