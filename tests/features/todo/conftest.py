"""The people of the role table, around one list with one item."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.features.todo.models import TodoItem, TodoList, TodoMember
from tests.factories.people import make_person
from tests.factories.todo import make_item, make_list, make_member

ROLE = "Todo User"


@dataclass(frozen=True)
class Scene:
    """One list of the owner, shared with a reader and a writer, and everybody's client."""

    todo_list: TodoList
    item: TodoItem
    member: TodoMember
    people: dict
    clients: dict

    def path(self, template: str) -> str:
        """The template with the keys of the scene in it."""
        return template.format(list=self.todo_list.id, item=self.item.id, member=self.member.id)


@pytest.fixture
def scene(app, db_session, cast, login):
    """The list, and clients by the name of the part that each person plays."""
    people = {name: make_person(name, ROLE) for name in ("ana", "reader", "writer", "other")}
    people["owner"] = people.pop("ana")
    people |= {"admin": cast.admin, "nobody": cast.stranger}
    todo_list = make_list(people["owner"])
    member = make_member(todo_list, people["reader"])
    make_member(todo_list, people["writer"], can_write=True)
    clients = {name: login(app.test_client(), person) for name, person in people.items()}
    clients["visitor"] = app.test_client()
    return Scene(todo_list, make_item(todo_list), member, people, clients)


def outcome(response) -> int | str:
    """The status, or "login" where a visitor is sent to log in."""
    is_redirect = response.status_code in (302, 303)
    return "login" if is_redirect and "/login" in response.location else response.status_code
