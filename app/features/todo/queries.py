"""Whose lists are whose, as conditions on a column that holds the key of a list.

They ask tables, not models, to which the gate would add the very rules that these are part of.
"""

from typing import Any

from sqlalchemy import ColumnElement, select

from app.features.todo.models import TodoList, TodoMember

_lists, _members = TodoList.__table__.c, TodoMember.__table__.c


def is_own(list_id: Any, user: Any) -> ColumnElement[bool]:
    return list_id.in_(select(_lists.id).where(_lists.owner_id == getattr(user, "id", None)))


def is_own_or_shared(list_id: Any, user: Any, *, to_write: bool = False) -> ColumnElement[bool]:
    shared = select(_members.list_id).where(_members.user_id == getattr(user, "id", None))
    if to_write:
        shared = shared.where(_members.can_write)
    return is_own(list_id, user) | list_id.in_(shared)
