"""The plan of a menu: who sees which of its places, and which one a request belongs to."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_appbuilder.menu import MenuItem

from app.core.menu import LAST_GROUP, MenuPlan, groups_of


class View:
    """As much of a view as the menu looks at."""

    default_view = "list"
    base_permissions = ("can_read", "can_add")

    def __init__(self, name: str) -> None:
        self.endpoint = self.class_permission_name = name

    def list(self) -> None: ...
    def add(self) -> None: ...

    def get_method_permission(self, method: str) -> str:
        return {"list": "read"}.get(method, method)

    def url(self, name: str) -> str:
        return f"/{self.endpoint}/{name}"


class Sealed(View):
    """A view whose page nobody can be given the right to."""

    base_permissions = ()


@pytest.fixture
def app():
    app = Flask(__name__)
    for name in ("books", "users", "sealed"):
        app.add_url_rule(f"/{name}/list", f"{name}.list", lambda: "")
    return app


@pytest.fixture
def plan():
    books = MenuItem("Books", label="Books", baseview=View("books"), icon="book")
    help_page = MenuItem("Help", href="/help", label="Help")
    hidden = MenuItem("Hidden", href="/hidden", cond=lambda: False)
    users = MenuItem("Users", baseview=View("users"))
    return MenuPlan(
        [
            MenuItem(LAST_GROUP, label="Administration", childs=[users]),
            MenuItem("shop", label="Shop", childs=[books, MenuItem("-"), help_page, hidden]),
            MenuItem("other", childs=[MenuItem("Sealed", baseview=Sealed("sealed"))]),
        ]
    )


def names(places) -> list[str]:
    return [place.item.name for place in places]


def test_administration_stands_last(plan):
    assert names(plan.shown_to({("can_read", "books"), ("can_read", "users")})) == [
        "Books",
        "Help",
        "Users",
    ]


def test_place_is_shown_to_those_who_may_open_it(plan):
    assert names(plan.shown_to({("can_add", "books"), ("can_read", "users")})) == ["Help", "Users"]


def test_groups_without_a_place_are_left_out(app, plan):
    with app.test_request_context("/"):
        groups = groups_of(plan.shown_to({("can_read", "books")}))

    assert [(group.name, group.label) for group in groups] == [("shop", "Shop")]
    assert [(entry.label, entry.url) for entry in groups[0].items] == [
        ("Books", "/books/list"),
        ("Help", "/help"),
    ]


@pytest.mark.parametrize(
    ("rights", "expected"), [((), None), ((("can_add", "books"),), "/books/add")]
)
def test_adding_is_offered_with_the_right_to(app, plan, rights, expected):
    rights = {("can_read", "books"), *rights}
    with app.test_request_context("/"):
        (entry, _help) = groups_of(plan.shown_to(rights), rights)[0].items

    assert entry.add_url == expected


@pytest.mark.parametrize(
    ("path", "expected"), [("/books/list", "Books"), ("/help", "Help"), ("/nowhere", None)]
)
def test_request_belongs_to_a_place(app, plan, path, expected):
    with app.test_request_context(path):
        found = plan.current()

    assert (found and found.item.name) == expected
