"""To-do lists with what is in them."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User

from app.extensions import db
from app.features.todo.models import TodoItem, TodoList, TodoMember


def make_list(owner: User, name: str = "Groceries", **values: Any) -> TodoList:
    """A list of somebody."""
    return saved(TodoList(owner_id=owner.id, name=name, **values))


def make_item(todo_list: TodoList, title: str = "Milk", **values: Any) -> TodoItem:
    """An item of a list, open unless `done_at` is given."""
    return saved(TodoItem(list_id=todo_list.id, title=title, **values))


def make_member(todo_list: TodoList, user: User, *, can_write: bool = False) -> TodoMember:
    """Somebody that a list is shared with."""
    return saved(TodoMember(list_id=todo_list.id, user_id=user.id, can_write=can_write))


def saved(row: Any) -> Any:
    """The row, committed."""
    db.session.add(row)
    db.session.commit()
    return row
