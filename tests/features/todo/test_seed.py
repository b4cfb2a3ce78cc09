"""The demo rows: as many as promised, the same each time, and nothing the second time."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.features.todo.models import TodoItem, TodoList, TodoMember
from app.features.todo.seed import REFERENCE, seed


@pytest.fixture
def seeded(db_session):
    seed("small")
    return db_session


def count(session, *conditions):
    return session.scalar(select(func.count(TodoItem.id)).where(*conditions))


def snapshot(session):
    lists = select(TodoList.name, TodoList.colour, TodoList.position).order_by(TodoList.id)
    items = select(TodoItem.title, TodoItem.due_on, TodoItem.done_at).order_by(TodoItem.id)
    return session.execute(lists).all(), session.execute(items).all()


def test_small_has_promised_rows(seeded):
    is_open = TodoItem.done_at.is_(None)

    assert seeded.query(TodoList).count() == 30
    assert seeded.query(TodoMember).count() == 6
    assert count(seeded) == 400
    assert count(seeded, ~is_open) == 240
    assert count(seeded, is_open, TodoItem.due_on < REFERENCE.date()) == 25
    assert count(seeded, TodoItem.remind_at.is_not(None)) == 15


def test_second_time_changes_nothing(seeded):
    before = snapshot(seeded)

    seed("small")

    assert snapshot(seeded) == before


@pytest.mark.both_databases
def test_rows_are_the_same_everywhere(db_session):
    seed("small")

    lists, items = snapshot(db_session)
    assert [row.name for row in lists[:3]] == ["Household", "Garden", "Lisbon"]
    assert [row.title for row in items[:2]] == ["Descale the kettle", "Prune the roses"]
