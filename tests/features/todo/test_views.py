"""Who may do what with lists and items, on screens and over REST."""

from __future__ import annotations

import datetime
import io

import pytest
from openpyxl import load_workbook

from app.core.clock import now
from app.features.todo.models import TodoItem, TodoList, TodoMember
from tests.factories.todo import make_item, make_list
from tests.features.todo.conftest import outcome

PEOPLE = ("owner", "reader", "writer", "other", "admin", "nobody", "visitor")
LIST, ITEM = "/todo/todo-lists", "/todo/todo-items"
LIST_API, ITEM_API = "/api/v1/todo-lists", "/api/v1/todo-items"

# What is done, how, and what each of PEOPLE gets for it.
SCREENS = [
    ("GET", f"{LIST}/show/{{list}}", {}, (200, 200, 200, 404, 404, 403, "login")),
    ("GET", f"{LIST}/edit/{{list}}", {}, (200, 403, 403, 404, 404, 403, "login")),
    ("POST", f"{LIST}/edit/{{list}}", {"name": "New"}, (302, 403, 403, 404, 404, 403, "login")),
    ("POST", f"{LIST}/delete/{{list}}", {}, (302, 403, 403, 404, 404, 403, "login")),
    ("GET", f"{ITEM}/show/{{item}}", {}, (200, 200, 200, 404, 404, 403, "login")),
    ("GET", f"{ITEM}/edit/{{item}}", {}, (200, 403, 200, 404, 404, 403, "login")),
    (
        "POST",
        f"{ITEM}/add",
        {"list": "{list}", "title": "Eggs"},
        (302, 403, 302, 422, 422, 403, "login"),
    ),
    (
        "POST",
        f"{ITEM}/edit/{{item}}",
        {"title": "Oat milk"},
        (302, 403, 302, 404, 404, 403, "login"),
    ),
    ("POST", f"{ITEM}/delete/{{item}}", {}, (302, 403, 302, 404, 404, 403, "login")),
    ("GET", "/todo/todo-members/show/{member}", {}, (200, 200, 404, 404, 404, 403, "login")),
    (
        "POST",
        "/todo/todo-members/edit/{member}",
        {"can_write": "true"},
        (302, 403, 404, 404, 404, 403, "login"),
    ),
    ("POST", "/todo/todo-members/delete/{member}", {}, (302, 302, 404, 404, 404, 403, "login")),
]
RESOURCES = [
    ("GET", f"{LIST_API}/{{list}}", None, (200, 200, 200, 404, 404, 403, 401)),
    ("PATCH", f"{LIST_API}/{{list}}", {"name": "New"}, (200, 403, 403, 404, 404, 403, 401)),
    ("DELETE", f"{LIST_API}/{{list}}", None, (204, 403, 403, 404, 404, 403, 401)),
    ("GET", f"{ITEM_API}/{{item}}", None, (200, 200, 200, 404, 404, 403, 401)),
    (
        "POST",
        f"{ITEM_API}/",
        {"list": "{list}", "title": "Eggs"},
        (201, 403, 201, 422, 422, 403, 401),
    ),
    ("PATCH", f"{ITEM_API}/{{item}}", {"title": "Oat milk"}, (200, 403, 200, 404, 404, 403, 401)),
    ("POST", f"{ITEM_API}/{{item}}/tick", None, (200, 403, 200, 404, 404, 403, 401)),
    ("POST", f"{ITEM_API}/{{item}}/untick", None, (200, 403, 200, 404, 404, 403, 401)),
    ("DELETE", f"{ITEM_API}/{{item}}", None, (204, 403, 204, 404, 404, 403, 401)),
]


def cells(table):
    """One test for each cell of a table."""
    return [
        pytest.param(method, path, sent, person, expected, id=f"{method} {path} {person}")
        for method, path, sent, row in table
        for person, expected in zip(PEOPLE, row, strict=True)
    ]


def filled(scene, sent):
    """What is sent, with the keys of the scene in it."""
    return {name: scene.path(value) for name, value in (sent or {}).items()}


@pytest.mark.parametrize(("method", "path", "sent", "person", "expected"), cells(SCREENS))
def test_screen_follows_role_table(scene, method, path, sent, person, expected):
    """Acceptance check 2: hidden is 404, visible without the verb is 403."""
    response = scene.clients[person].open(scene.path(path), method=method, data=filled(scene, sent))

    assert outcome(response) == expected


@pytest.mark.parametrize(("method", "path", "sent", "person", "expected"), cells(RESOURCES))
def test_resource_follows_role_table(scene, method, path, sent, person, expected):
    """Acceptance check 2, over REST."""
    response = scene.clients[person].open(
        scene.path(path), method=method, json=filled(scene, sent) if sent else None
    )

    assert response.status_code == expected


@pytest.mark.parametrize("person", ["other", "admin"])
@pytest.mark.parametrize(
    "path",
    [
        f"{LIST}/list/",
        f"{ITEM}/list/",
        f"{ITEM}/list/?q=milk",
        f"{ITEM}/export/csv",
        f"{LIST}/export/json",
        f"{ITEM}/chart/",
        f"{ITEM}/pick/list",
        f"{LIST_API}/",
        f"{ITEM_API}/",
        "/todo/todo-members/list/",
    ],
)
def test_foreign_list_shows_nowhere(scene, person, path):
    """Acceptance checks 2 and 10: not on page, API, export, search or chart, not even to Admin."""
    response = scene.clients[person].get(path)

    assert response.status_code == 200
    assert "Groceries" not in response.text
    assert "Milk" not in response.text


def test_foreign_list_is_not_in_workbook(scene):
    response = scene.clients["admin"].get(f"{ITEM}/export/xlsx")

    rows = list(load_workbook(io.BytesIO(response.data)).active.values)
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("person", "is_done"), [("owner", True), ("reader", False), ("other", False)]
)
def test_list_action_ticks_only_writable(scene, db_session, person, is_done):
    """Acceptance check 6: a plain form ticks, without script."""
    scene.clients[person].post(f"{ITEM}/bulk/tick", data={"key": scene.item.id})

    db_session.refresh(scene.item)
    assert scene.item.done is is_done


def test_new_item_is_last(scene, db_session):
    make_item(scene.todo_list, "Bread", position=7)

    scene.clients["owner"].post(f"{ITEM}/add", data={"list": scene.todo_list.id, "title": "Eggs"})

    added = db_session.query(TodoItem).filter_by(title="Eggs").one()
    assert added.position == 8


def test_new_list_belongs_to_whoever_adds_it(scene, db_session):
    response = scene.clients["other"].post(f"{LIST_API}/", json={"name": "Garden"})

    assert response.status_code == 201
    added = db_session.query(TodoList).filter_by(name="Garden").one()
    assert added.owner_id == scene.people["other"].id


def test_owner_cannot_be_given(scene):
    """Acceptance check 4: an extra field is refused."""
    response = scene.clients["other"].post(
        f"{LIST_API}/", json={"name": "Garden", "owner": str(scene.people["owner"].id)}
    )

    assert response.status_code == 422
    assert list(response.json["errors"]) == ["owner"]


def test_missing_title_is_named(scene):
    """Acceptance check 4."""
    response = scene.clients["owner"].post(f"{ITEM_API}/", json={"list": str(scene.todo_list.id)})

    assert response.status_code == 422
    assert list(response.json["errors"]) == ["title"]


@pytest.mark.both_databases
def test_name_is_taken_whatever_its_case(scene):
    """Acceptance check 3: “Groceries” and “groceries” of one owner collide."""
    response = scene.clients["owner"].post(f"{LIST_API}/", json={"name": "gROCERIES"})

    assert response.status_code == 422
    assert response.json["code"] == "name_taken"
    assert list(response.json["errors"]) == ["name"]


def test_name_is_free_for_somebody_else(scene):
    """Acceptance check 3: of two owners they do not collide."""
    response = scene.clients["other"].post(f"{LIST_API}/", json={"name": "groceries"})

    assert response.status_code == 201


@pytest.mark.both_databases
def test_open_title_is_taken_once(scene):
    sent = {"list": str(scene.todo_list.id), "title": "Milk"}

    response = scene.clients["owner"].post(f"{ITEM_API}/", json=sent)

    assert response.status_code == 422
    assert response.json["code"] == "name_taken"
    assert list(response.json["errors"]) == ["title"]


def test_taken_name_stands_beside_field(scene):
    response = scene.clients["owner"].post(f"{LIST}/add", data={"name": "groceries"})

    assert response.status_code == 422
    assert "There is a list of this name already." in response.text
    assert 'value="groceries"' in response.text


@pytest.mark.both_databases
def test_reminder_needs_due_date(scene):
    response = scene.clients["owner"].patch(
        f"{ITEM_API}/{scene.item.id}", json={"remind_at": "2026-12-01T08:00:00+00:00"}
    )

    assert response.status_code == 422
    assert response.json["errors"] == {"due_on": ["A reminder needs a due date."]}


def test_sharing_shows_list_at_once(scene):
    """Acceptance check 2: after sharing read-only B reads and gets 403 on tick."""
    owner, other = scene.clients["owner"], scene.clients["other"]

    owner.post(
        f"{LIST}/edit/{scene.todo_list.id}",
        data={"name": "Groceries", "share_with": "OTHER@people.example"},
    )

    assert other.get(f"{LIST}/show/{scene.todo_list.id}").status_code == 200
    assert other.post(f"{ITEM_API}/{scene.item.id}/tick").status_code == 403


def test_sharing_over_rest_may_include_writing(scene):
    owner, other = scene.clients["owner"], scene.clients["other"]

    owner.patch(f"{LIST_API}/{scene.todo_list.id}", json={"share_with": "other", "may_write": True})

    assert other.post(f"{ITEM_API}/{scene.item.id}/tick").status_code == 200


def test_sharing_answers_alike_for_unknown_person(scene, db_session):
    path = f"{LIST}/edit/{scene.todo_list.id}"

    known, unknown = (
        scene.clients["owner"].post(path, data={"name": "Groceries", "share_with": name})
        for name in ("other", "who.is.that")
    )

    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert db_session.query(TodoMember).count() == 3


def test_leaving_hides_list(scene):
    reader = scene.clients["reader"]

    reader.post(f"/todo/todo-members/delete/{scene.member.id}")

    assert reader.get(f"{LIST}/show/{scene.todo_list.id}").status_code == 404


def test_list_counts_its_items(scene):
    make_item(scene.todo_list, "Bread", due_on=datetime.date(2026, 12, 1))
    make_item(scene.todo_list, "Eggs", done_at=now(), done_by_id=scene.people["owner"].id)

    [row] = scene.clients["owner"].get(f"{LIST_API}/").json["result"]

    assert (row["open_count"], row["done_count"], row["next_due_on"]) == (2, 1, "2026-12-01")


def test_statements_do_not_grow_with_rows(scene, statements):
    """Acceptance check 9: a constant number of queries."""
    client = scene.clients["owner"]
    client.get(f"{ITEM}/list/")
    for number in range(30):
        make_item(scene.todo_list, f"Item {number}")

    with statements() as seen:
        response = client.get(f"{ITEM}/list/?page_size=100")

    assert response.text.count("Item ") >= 30
    assert len(seen) <= 6


@pytest.mark.parametrize("path", [f"{LIST}/show/{{list}}", f"{ITEM}/edit/{{item}}", f"{ITEM}/add"])
def test_record_pages_keep_to_budget(scene, statements, path):
    client = scene.clients["owner"]
    client.get(scene.path(path))

    with statements() as seen:
        client.get(scene.path(path))

    assert len(seen) <= 8


def test_deleting_list_asks_with_number(scene):
    make_item(scene.todo_list, "Bread")

    response = scene.clients["owner"].get(f"{LIST}/delete/{scene.todo_list.id}")

    assert "2" in response.text.partition("<main")[2].partition("</main>")[0]


def test_two_owners_lists_stay_apart_in_pages(scene):
    make_list(scene.people["other"], "Secret plans")

    response = scene.clients["owner"].get(f"{LIST}/list/")

    assert "Groceries" in response.text
    assert "Secret plans" not in response.text
