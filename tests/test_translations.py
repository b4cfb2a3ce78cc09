"""Who reads Portuguese sees no English: in the catalogue, and on the pages made with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel.messages.mofile import write_mo
from flask_appbuilder.security.sqla.models import User

from app.core.fields import fields_of
from app.features.blog.models import AuthorProfile, Digest, Reminder, Subscriber
from scripts import catalogues
from tests.core.zoo import find_row
from tests.crawl import first_key, model_views, sign_in
from tests.factories.blog import make_published_post
from tests.factories.todo import make_item, make_list, make_member, saved

LANGUAGE = "pt"
CATALOGUE = catalogues.read(LANGUAGE)
MESSAGES = [message for message in CATALOGUE if message.id]

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}")
MARKUP = re.compile(r"</?\w+[^>]*>|`[^`]*`|https?://")
NAME = "Xpto"
"""What the rows and people of these pages are called: a word of neither language."""

SPOKEN = frozenset({"title", "alt", "placeholder", "aria-label", "aria-description"})
"""Attributes that people are shown or told; the texts for our scripts begin with `data-`."""
FOREIGN = frozenset({"bdi", "code", "kbd", "output", "script", "style", "textarea", "time"})
"""Elements whose content is data."""
ENGLISH = frozenset(
    {"all", "are", "been", "cannot", "field", "has", "is", "must", "not", "of", "please", "record"}
    | {"that", "the", "there", "this", "to", "value", "was", "with", "you", "your"}
)
"""Words that English sentences are made of, and that are no words of Portuguese."""


def both(message) -> list[tuple[str, str]]:
    """The English texts of a message, each with the Portuguese one in its place."""
    if message.pluralizable:
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


PAIRS = [pair for message in MESSAGES for pair in both(message)]


@pytest.mark.parametrize("pattern", [PLACEHOLDER, MARKUP], ids=["placeholders", "markup"])
def test_translations_keep_placeholders_and_markup(pattern):
    changed = [
        pair
        for message in MESSAGES
        for pair in both(message)
        if sorted(pattern.findall(pair[1])) not in (sorted(pattern.findall(one)) for one in pair[:1])
        and not (message.pluralizable and pair[0] == message.id[0])
    ]

    assert changed == []


def test_translations_keep_the_spaces_and_the_full_stop_at_their_ends():
    def ends(text):
        return text[: len(text) - len(text.lstrip())], re.search(r"[.:…?]?\s*$", text)[0]

    assert [pair for pair in PAIRS if ends(pair[0]) != ends(pair[1])] == []


def test_both_forms_of_a_plural_are_there_and_differ():
    plurals = [message for message in MESSAGES if message.pluralizable]

    assert CATALOGUE.num_plurals == 2
    assert plurals
    assert [message.id for message in plurals if len(set(message.string)) != 2] == []


def test_one_is_singular_and_none_is_plural():
    rule = CATALOGUE.plural_expr

    assert rule == "(n != 1)"


@pytest.fixture(scope="module")
def site(make_app, tmp_path_factory):
    """The application with the catalogue as it is now, and at least one row in each list."""
    folder = tmp_path_factory.mktemp("translations")
    compiled = folder / LANGUAGE / "LC_MESSAGES" / "messages.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, CATALOGUE)
    app = make_app("sqlite", BABEL_TRANSLATION_DIRECTORIES=str(folder))
    with app.app_context():
        add_rows()
    return app


def add_rows() -> None:
    """A row of each kind, without a word of English in it."""
    admin, other = find_row(User, username="cast-admin"), find_row(User, username="cast-owner")
    for user in (admin, other):
        user.first_name = user.last_name = NAME
    from app.core.clock import now

    todo_list = make_list(admin, NAME)
    make_item(todo_list, NAME, done_at=now())
    make_member(todo_list, other)
    post = make_published_post(admin, title=NAME, body=NAME)
    saved(AuthorProfile(user_id=admin.id, display_name=NAME, slug="xpto"))
    saved(Subscriber(email="xpto@example.org", locale="pt"))
    saved(Digest(window_start=now().replace(year=2020), window_end=now()))
    saved(Reminder(owner_id=admin.id, post_id=post.id, email="x@example.org", text=NAME, due_at=now()))


class Texts(HTMLParser):
    """Collects what a page shows or says to people, but for the data in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        spoken = [v for n, v in attrs if v and (n in SPOKEN or n.startswith("data-") and " " in v)]
        self.found += spoken
        is_foreign = tag in FOREIGN or "lang" in given and tag != "html"
        self.open.append("bdi" if is_foreign else tag)

    def handle_endtag(self, tag) -> None:
        if self.open:
            self.open.pop()

    def handle_data(self, data) -> None:
        if data.strip() and "bdi" not in self.open:
            self.found.append(" ".join(data.split()))
