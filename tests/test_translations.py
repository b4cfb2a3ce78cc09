"""Who reads Portuguese sees no English: in the catalogue, and on the pages made with it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from babel.messages.mofile import write_mo
from flask_appbuilder.security.sqla.models import User

from app.core.clock import now
from app.features.blog.models import AuthorProfile
from app.features.blog.newsletter.models import Digest, Reminder, Subscriber
from app.security.admin.permissions import find_permissions
from scripts import catalogues
from tests.core.zoo import find_row
from tests.crawl import first_key, model_views, sign_in
from tests.factories.blog import make_published_post
from tests.factories.todo import make_item, make_list, make_member, saved

LANGUAGE = "pt"
NAME = "Xpto"
"""What rows and people are called here: a word of neither language."""

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}")
MARKUP = re.compile(r"</?\w+[^>]*>|`[^`]*`|https?://")
ENDS = re.compile(r"^\s*|[.:…?]?\s*$")

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "use"})
DATA = frozenset({"bdi", "code", "kbd", "output", "pre", "script", "style", "textarea", "time"})
"""Elements whose content is data. So is that of every element with a `lang` of its own."""
SPOKEN = frozenset({"title", "alt", "placeholder", "aria-label"})
"""Attributes that people are shown or told."""
ENGLISH = frozenset(
    "all are been cannot has is may must not of please that the there this to was with you your"
    " choice field invalid record value".split()
)
"""Words that English messages are made of, and that are no words of Portuguese."""


def both(message) -> list[tuple[str, str]]:
    """The English texts of a message, each with the Portuguese one in its place."""
    if message.pluralizable:
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


CATALOGUE = catalogues.read(LANGUAGE)
MESSAGES = [message for message in CATALOGUE if message.id]
PAIRS = [pair for message in MESSAGES for pair in both(message)]
FOREIGN = [english for english, portuguese in PAIRS if english != portuguese]
FOREIGN_WORDS = frozenset(text for text in FOREIGN if not PLACEHOLDER.search(text))
FOREIGN_SENTENCES = [
    re.compile(".+".join(re.escape(part) for part in PLACEHOLDER.split(text)))
    for text in FOREIGN
    # One that is little more than its placeholders would be found in anything.
    if PLACEHOLDER.search(text) and len(PLACEHOLDER.sub("", text).strip()) > 3
]


@pytest.mark.parametrize("pattern", [PLACEHOLDER, MARKUP], ids=["placeholders", "markup"])
def test_translations_keep_placeholders_and_markup(pattern):
    changed = [
        pair
        for pair in PAIRS
        if sorted(pattern.findall(pair[0])) != sorted(pattern.findall(pair[1]))
    ]

    assert changed == []


def test_translations_begin_and_end_alike():
    assert [pair for pair in PAIRS if ENDS.findall(pair[0]) != ENDS.findall(pair[1])] == []


def test_both_forms_of_a_plural_are_there_and_differ():
    plurals = [message for message in MESSAGES if message.pluralizable]

    assert CATALOGUE.num_plurals == 2
    assert plurals
    assert [message.id for message in plurals if len(set(message.string)) != 2] == []


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
    todo_list = make_list(admin, NAME)
    make_item(todo_list, NAME, done_at=now())
    make_member(todo_list, other)
    post = make_published_post(admin, title=NAME, body=NAME)
    saved(AuthorProfile(user_id=admin.id, display_name=NAME, slug="xpto"))
    saved(Subscriber(email="xpto@example.org", locale=LANGUAGE))
    saved(Digest(window_start=now().replace(year=2020), window_end=now()))
    saved(Reminder(owner_id=admin.id, post_id=post.id, email="x@x.pt", text=NAME, due_at=now()))


class Texts(HTMLParser):
    """Collects what a page shows or says to people, but for the data in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.found += [value for name, value in attrs if value and is_spoken(name, value)]
        if tag not in VOID:
            is_data = tag in DATA or (tag != "html" and "lang" in dict(attrs))
            self.open.append((tag, is_data))

    def handle_endtag(self, tag) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data) -> None:
        if data.strip() and not any(is_data for _tag, is_data in self.open):
            self.found.append(" ".join(data.split()))


def is_spoken(name: str, value: str) -> bool:
    """Whether an attribute has a text for people; of those for our scripts, most have none."""
    is_text = value[0].isupper() or " " in value
    return name in SPOKEN or (name.startswith("data-") and is_text)


def english_in(page: str) -> list[str]:
    """The texts of a page that are not in Portuguese."""
    texts = Texts()
    texts.feed(page)
    texts.close()
    return sorted({text for text in texts.found if is_english(text)})


def is_english(text: str) -> bool:
    """Whether the text, or what follows a colon in it, is one that has a translation.

    So is a sentence in words that only English has: one that nobody marked for translation.
    """
    parts = {text, *text.split(": ")}
    if parts & FOREIGN_WORDS or any(
        sentence.fullmatch(part) for part in parts for sentence in FOREIGN_SENTENCES
    ):
        return True
    is_address = text.startswith(("/", "?", "{"))
    return not is_address and bool(ENGLISH & set(re.findall(r"\w+", text.lower())))


def test_the_search_for_english_finds_it():
    page = (
        '<p>Olá</p><p>Save</p><p>Título: Fill in this field.</p><img alt="Delete Xpto">'
        '<p>Never marked, is this</p><bdi>Save</bdi><a data-many="{count} records"><hr>x</a>'
    )

    assert english_in(page) == [
        "Delete Xpto",
        "Never marked, is this",
        "Save",
        "Título: Fill in this field.",
        "{count} records",
    ]


def test_every_label_of_a_model_is_in_the_catalogue(site):
    known = {english for english, _portuguese in PAIRS}
    labels = set()
    with site.test_request_context():
        for view in model_views(site):
            fields = view.derived.fields.items()
            shown = [field.label for name, field in fields if name not in view.exclude_columns]
            labels |= {str(label) for label in (view.list_title, view.record_title, *shown)}

    assert len(labels) > 50
    assert labels - known == set()


@pytest.fixture(scope="module")
def fetch(site):
    """A function that fetches a page in Portuguese: as the administrator, or as somebody else."""
    clients = {name: sign_in(site, name) for name in ("admin", "stranger")}
    clients["visitor"] = site.test_client()

    def open_page(path, status=200, *, person="admin", **options):
        headers = {"Accept-Language": LANGUAGE, "Accept": "text/html"}
        method = "POST" if "data" in options else "GET"
        answer = clients[person].open(path, method=method, headers=headers, **options)
        assert answer.status_code == status, path
        return answer.text

    return open_page


@pytest.mark.parametrize(
    ("path", "person", "status"),
    [
        ("/home/", "admin", 200),
        ("/swagger/v1", "admin", 200),
        ("/home/", "stranger", 200),
        ("/login/", "visitor", 200),
        ("/profile/", "admin", 200),
        ("/profile/edit/", "admin", 200),
        ("/profile/password/", "admin", 200),
        ("/nowhere", "admin", 404),
        ("/blog/subscribers/list/", "stranger", 403),
        ("/blog/posts/list/?filter=nothing:is:1", "admin", 400),
        ("/blog/posts/bulk/publish", "admin", 405),
    ],
)
def test_pages_of_the_platform_have_no_english(fetch, path, person, status):
    assert english_in(fetch(path, status, person=person)) == []


def test_pages_of_every_model_have_no_english(site, fetch):
    client = sign_in(site, "admin")
    found = {}
    for view in model_views(site):
        for path in paths_of(site, view, first_key(client, view)):
            found[path] = english_in(fetch(path, follow_redirects=True))

    assert len(found) > 50
    assert {path: texts for path, texts in found.items() if texts} == {}


def paths_of(app, view, key):
    """The pages that one sees of a model: lists full and empty, forms, questions and charts."""
    with app.test_request_context():
        listing = view.url("list")
        paths = [listing, f"{listing}?page=9"]
        if view.can_search:
            paths.append(f"{listing}?q=nada")
        names = list(view.derived.filter_columns)
        paths += [f"{listing}?filter={name}:empty" for name in names]
        paths += [view.url(name) for name in ("add", "chart") if offers(view, name)]
        paths += [f"{view.url('chart')}{name}" for name in view.charts_by_name]
        if key is not None:
            pages = [name for name in ("show", "edit", "delete") if offers(view, name)]
            paths += [view.url(name, key) for name in pages]
    return paths


def offers(view, name) -> bool:
    """Whether the view has this page at all."""
    return name in ("show", "chart") or f"can_{name}" in view.base_permissions


@pytest.mark.parametrize(
    ("path", "values", "status"),
    [
        ("/login/", {"username": "x", "password": "y"}, 401),
        ("/login/", {"username": "", "password": ""}, 422),
        ("/profile/edit/", {"first_name": "x" * 99, "email": "x", "timezone": "Marte"}, 422),
        ("/profile/password/", {"new_password": "x", "repeated": "y"}, 422),
        ("/administration/users/add", {"email": "x", "new_password": "x"}, 422),
        ("/blog/posts/add", {"kind": "x", "title": "x" * 300, "youtube_id": "x"}, 422),
        ("/blog/subscribers/add", {"email": "xpto@example.org", "locale": "pt"}, 422),
        ("/todo/todo-items/add", {"title": "", "due_on": "x", "list": "x"}, 422),
    ],
)
def test_refused_forms_have_no_english(fetch, path, values, status):
    person = "visitor" if path == "/login/" else "admin"

    page = fetch(path, status, person=person, data=values)

    assert "aria-invalid" in page or 'role="alert"' in page
    assert english_in(page) == []


def test_a_condition_is_written_as_a_portuguese_phrase(site, fetch):
    page = fetch("/blog/posts/list/?filter=status:any:draft,published")

    assert "Estado é um de Rascunho ou Publicado" in page


def test_permissions_have_portuguese_names(site):
    with site.test_request_context(headers={"Accept-Language": LANGUAGE}):
        names = [named.name for named in find_permissions("", 10_000)[0]]

    assert "Revisão de artigo: Repor este texto" in names
    assert [name for name in names if is_english(name)] == []
