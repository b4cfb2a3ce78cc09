"""What surrounds every page: kept once for all who get the same, and nothing of anybody in it."""

from __future__ import annotations

import re

import pytest
from jinja2 import DictLoader, UndefinedError

from app.core.i18n import init_i18n
from app.core.kept import Kept
from app.core.preferences import init_preferences
from app.core.shell import MAX_PARTS, render_part
from app.core.templating import init_templating
from app.core.web import init_web

HOME = "/home/"
LIST = "/todo/todo-lists/list/"


def surroundings(page: str) -> str:
    """The page without its content, and without what is told from one request to the next."""
    page = re.sub(r'<main id="main".*?</main>', "", page, flags=re.S)
    return re.sub(r'(content|value|nonce)="[\w.-]{20,}"', "", page)


def test_part_is_made_once():
    made = []
    parts = Kept(MAX_PARTS)

    found = [parts.get("a", lambda: made.append(1) or "part") for _again in range(3)]

    assert (found, made) == (["part"] * 3, [1])


def test_full_store_begins_anew():
    parts = Kept(2)
    for name in ("a", "b", "c"):
        parts.get(name, lambda name=name: name)

    assert parts.get("c", lambda: "made again") == "c"
    assert parts.get("a", lambda: "made again") == "made again"


@pytest.mark.parametrize("name", ["request.path", "current_user.email", "csrf_token()"])
def test_kept_part_cannot_tell_of_a_request(make_tiny, name):
    app = make_tiny(init_web, init_i18n, init_preferences, init_templating)
    app.jinja_loader = DictLoader({"part.html": "{{ " + name + " }}"})

    with app.test_request_context(LIST), pytest.raises((UndefinedError, TypeError)):
        render_part("part.html")


def test_users_with_the_same_rights_get_the_same_but_their_name(app, cast, login):
    pages = {}
    for person in (cast.owner, cast.teammate):
        text = login(app.test_client(), person).get(HOME).text
        for part in (person.get_full_name(), person.email, person.username):
            text = text.replace(part, "")
        pages[person.username] = re.sub(r'<span class="face".*?</span>', "", surroundings(text))

    first, second = pages.values()
    assert first == second


def test_name_is_the_users_own(app, cast, login):
    first, second = (login(app.test_client(), person) for person in (cast.owner, cast.stranger))

    for _again in range(2):
        assert cast.owner.email in first.get(HOME).text
        assert cast.stranger.email in second.get(HOME).text
        assert cast.owner.email not in second.get(HOME).text


def test_token_stands_in_the_page_once_for_all_menus(client, cast, login):
    text = login(client, cast.owner).get("/profile/sessions/").text

    outside = re.sub(r'<main id="main".*?</main>', "", text, flags=re.S)
    assert outside.count('name="csrf_token"') == 1
    assert re.search(r'<form id="act" method="post"[^>]*>\s*<input [^>]*name="csrf_token"', outside)


def test_each_page_marks_its_own_entry(client, cast, login):
    login(client, cast.owner)

    for path in (LIST, HOME, "/todo/todo-items/list/", LIST):
        marked = re.findall(r'<a[^>]*href="([^"]+)" aria-current="page"', client.get(path).text)
        assert marked == [path]


def test_page_says_which_group_it_belongs_to(client, cast, login):
    login(client, cast.owner)

    assert "<ol><li>To do</li>" in client.get(LIST).text
    assert "<ol><li aria-current" in client.get(HOME).text


def test_shut_group_stays_shut_unless_the_page_is_in_it(client, cast, login):
    login(client, cast.owner)
    client.set_cookie("menu_closed", "todo.made-up")

    assert re.search(r'data-group="todo">', client.get(HOME).text)
    assert re.search(r'data-group="todo" open>', client.get(LIST).text)
    client.delete_cookie("menu_closed")
    assert re.search(r'data-group="todo" open>', client.get(HOME).text)


def test_menu_is_in_the_language_of_each_request(client, cast, login):
    login(client, cast.owner)

    for locale, skip in (("en", "Skip to the content"), ("pt", "Saltar"), ("en", "Skip to the")):
        client.post("/preferences/", data={"locale": locale})
        text = client.get(HOME).text
        assert f'lang="{locale}"' in text
        assert skip in text


def test_choices_show_what_was_chosen(client, cast, login):
    login(client, cast.owner)

    for theme in ("dark", "light"):
        client.post("/preferences/", data={"theme": theme})
        pressed = re.findall(
            r'name="theme" value="(\w+)" aria-pressed="true"', client.get(HOME).text
        )
        assert pressed == [theme]


def test_addresses_follow_the_prefix_of_a_proxy(client, cast, login):
    login(client, cast.owner)
    client.get(HOME)

    text = client.get(HOME, base_url="http://localhost/office/").text

    assert f'href="/office{LIST}"' in text
    assert 'formaction="/office/logout/"' in text
    assert 'href="/office/home/" aria-current="page"' in text
    assert f'href="{LIST}"' in client.get(HOME).text


def test_initials_are_those_of_the_name(client, cast, login):
    text = login(client, cast.owner).get(HOME).text

    first, last = cast.owner.first_name, cast.owner.last_name
    assert f'aria-hidden="true">{(first[0] + last[0]).upper()}</span>' in text
