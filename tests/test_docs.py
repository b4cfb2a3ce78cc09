"""The documentation is compared with the code, so that it cannot go stale."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import shlex
import textwrap
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from flask.cli import FlaskGroup, ScriptInfo
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from app.core import charts
from app.core.error_handlers import HTTP_CODES
from app.core.errors import BureauError
from app.core.filters import OPERATORS
from app.core.query import rules
from app.core.views import ModelView
from app.core.views.options import Options
from app.features.blog.models import Post
from app.features.blog.views import PostRevisionView
from config import Settings, read_settings
from scripts import check_docs

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
SECTION = re.compile(r"^### `([\w]+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FLASK = re.compile(r"^(?:\S*/)?flask --app run (.*)$", re.MULTILINE)
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
PICTURE_BYTES = 200 * 1024
# What the examples of views.md take for granted.
NAMES = {
    "_": lazy_gettext,
    "BooleanField": BooleanField,
    "FilterEqual": FilterEqual,
    "Length": Length,
    "Post": Post,
    "PostRevisionView": PostRevisionView,
    "SQLAInterface": SQLAInterface,
    "StringField": StringField,
    **{name: getattr(charts, name) for name in charts.__all__},
    **{name: getattr(rules, name) for name in ("hidden", "own", "readonly", "rows")},
}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fences(page: Path, *languages: str) -> list[str]:
    """The code blocks of a page that are marked with one of the languages."""
    return [code for language, code in FENCE.findall(page.read_text()) if language in languages]


def blocks(*languages: str) -> list:
    """Every code block in one of the languages, each as one case."""
    return [
        pytest.param(code, id=f"{name_of(page)}-{number}")
        for page in PAGES
        for number, code in enumerate(fences(page, *languages), 1)
    ]


def prose(page: Path) -> str:
    """The text of a page without its code blocks."""
    return FENCE.sub("", page.read_text())


@cache
def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of the headings of a page."""
    titles = re.findall(r"^#{1,6}\s+(.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def sections(page: str) -> dict[str, str]:
    """The text under each heading of the third level that is a name in backquotes."""
    return dict(SECTION.findall((DOCS / page).read_text()))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    broken = []
    for address in ("".join(found) for found in LINK.findall(prose(page))):
        path, _hash, anchor = unquote(address).partition("#")
        target = (page.parent / path).resolve() if path else page
        if address.startswith(("https://", "http://")):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(address)

    assert broken == []


def test_index_names_every_page():
    index = prose(DOCS / "README.md")

    missing = [
        str(page.relative_to(DOCS))
        for page in PAGES
        if DOCS in page.parents and f"({page.relative_to(DOCS)})" not in index
    ]

    assert missing == ["README.md"]


def test_settings_commands_and_features_have_their_place():
    assert list(check_docs.problems()) == []


@pytest.mark.parametrize("field", dataclasses.fields(Settings), ids=lambda field: field.name)
def test_setting_has_its_default_and_an_example_that_works(field):
    text = sections("configuration.md")[field.name]
    (example,) = re.findall(r"^- Example: `(\w+)=(.+)`$", text, re.MULTILINE)
    (default,) = re.findall(r"^- Default: (.+)$", text, re.MULTILINE)

    settings = read_settings(dict([example]))

    assert example[0] == field.name
    assert getattr(settings, field.name) not in ("", (), field.default)
    assert default.startswith(expected_default(field))


def expected_default(field: dataclasses.Field) -> str:
    if field.name == "BUREAU_INSTANCE":
        return "`instance`"
    return "none" if field.default in ("", ()) else f"`{field.default}`"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join([*re.findall(r"`([^`]+)`", prose(page)), *fences(page, "sh", "")])

    assert set(MAKE.findall(text)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_flask_commands_and_their_options_exist(page, make_app):
    app = make_app(empty=True)
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
    code = "\n".join(fences(page, "sh", "")).replace("\\\n", "")
    lines = [shlex.split(line) for line in FLASK.findall(code)]

    # The group opens an application context, which ends with the context of the command.
    with click.Context(group, obj=ScriptInfo(create_app=lambda: app)) as context:
        unknown = [words for words in lines if not is_known([*words], group, context)]

    assert unknown == []


def is_known(words: list[str], command: click.Command | None, context: click.Context) -> bool:
    """Whether `--help` names the command that the words begin with, and all their options."""
    while isinstance(command, click.Group):
        command = command.get_command(context, words.pop(0))
    options = {option for item in getattr(command, "params", ()) for option in item.opts}
    return command is not None and all(word in options for word in words if word[0] == "-")


@pytest.mark.parametrize("code", blocks("python"))
def test_python_compiles(code):
    assert ast.parse(textwrap.dedent(code)).body


@pytest.mark.parametrize("code", blocks("json"))
def test_json_parses(code):
    json.loads(code)


def test_view_attributes_are_all_there():
    attributes = {name for name in vars(Options) if not name.startswith("_")}

    assert sections("views.md").keys() == attributes


@pytest.mark.parametrize("name", sections("views.md"))
def test_example_of_a_view_attribute_works(app, name):
    example = re.search(r"```python\n(.*?)```", sections("views.md")[name], re.DOTALL)
    written: dict = {}
    exec(example[1] if example else "group_label = ''", {**NAMES}, written)

    view_class = type("DocumentedView", (ModelView,), {"datamodel": SQLAInterface(Post), **written})
    with app.app_context():
        view = view_class()

    assert name in written
    assert view.derived.model is Post


def test_hooks_and_templates_are_all_there():
    text = (DOCS / "views.md").read_text()
    names = [
        name for name in dir(ModelView) if re.match(r"(pre|post)_|(?!render)\w+_template$", name)
    ]

    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_error_codes_are_all_there():
    text = (DOCS / "rest.md").read_text()
    codes = {
        "internal_error",
        *HTTP_CODES.values(),
        *(c.code for c in BureauError.__subclasses__()),
    }

    assert sorted(code for code in codes if f"`{code}`" not in text) == []


def test_filter_operators_are_all_there():
    table = prose(DOCS / "rest.md").split("### Conditions")[1].split("\n###")[0]

    assert OPERATORS.keys() <= set(re.findall(r"`(\w+)`", table))


def test_every_promise_has_its_test():
    named = TEST_NAME.findall((DOCS / "security.md").read_text())

    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists()
        or not re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
    ]

    assert named
    assert missing == []


@pytest.mark.parametrize("path", sorted((DOCS / "images").glob("*")), ids=lambda path: path.name)
def test_picture_is_small_and_shown(path):
    assert path.stat().st_size <= PICTURE_BYTES
    shown = f"images/{path.name}"
    assert any(shown in page.read_text() for page in PAGES)
