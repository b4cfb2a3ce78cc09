"""What people do with lists and items, beyond filling in a form."""

from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, func, select, update

from app.core.clock import now
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.extensions import db
from app.features.todo.models import IS_OPEN, TodoItem, TodoList, TodoMember
from app.security.accounts import find_user


def place_last(row: TodoList | TodoItem, others: ColumnElement[bool]) -> None:
    """Put a new row behind the others of its owner or list."""
    with db.session.no_autoflush:
        last = db.session.scalar(select(func.max(type(row).position)).where(others))
    row.position = (last or 0) + 1


def tick(items: Sequence[TodoItem], by: User) -> int:
    """Mark the open ones of these items as done; whoever comes first has done them."""
    return _set_done(items, IS_OPEN, done_at=now(), done_by_id=by.id)


def untick(items: Sequence[TodoItem]) -> int:
    """Open those of these items that are done."""
    return _set_done(items, ~IS_OPEN, done_at=None, done_by_id=None)


def share(todo_list: TodoList, person: str, can_write: bool) -> None:
    """Share the list with whoever has this user name or mail address; twice changes the right.

    Nothing tells whether there is such a person, or people could be found out by trying.
    """
    found = find_user(person)
    if found is None or found.id == todo_list.owner_id:
        return
    known = select(TodoMember).filter_by(list_id=todo_list.id, user_id=found.id)
    with committed(gate_of(TodoMember)):
        member = db.session.scalar(known) or TodoMember(list=todo_list, user=found)
        member.can_write = can_write
        db.session.add(member)


def _set_done(items: Sequence[TodoItem], which: ColumnElement[bool], **values: object) -> int:
    chosen = TodoItem.id.in_([item.id for item in items])
    values["version"] = TodoItem.version + 1
    with committed(gate_of(TodoItem)):
        done = db.session.execute(update(TodoItem).where(chosen, which).values(values))
    return done.rowcount
