"""A constraint explains itself, on both databases and however the database names it."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.core.refusals import refusal_of, refused
from app.extensions import db
from app.features.todo.models import TodoItem, TodoList
from tests.factories.people import make_person
from tests.factories.todo import make_list


def refusal_when(model, **values):
    """What the user is told when the row is saved."""
    with pytest.raises(Invalid) as found, committed(gate_of(model)):
        db.session.add(model(**values))
    return dict(found.value.errors), found.value.code


@pytest.fixture
def todo_list(db_session):
    return make_list(make_person("ana"))


@pytest.mark.both_databases
def test_index_on_expression_explains_itself(todo_list):
    errors, code = refusal_when(TodoList, owner_id=todo_list.owner_id, name="GROCERIES")

    assert errors == {"name": ["There is a list of this name already."]}
    assert code == "name_taken"


@pytest.mark.both_databases
def test_index_on_columns_explains_itself(todo_list):
    with committed(gate_of(TodoItem)):
        db.session.add(TodoItem(list_id=todo_list.id, title="Milk"))

    errors, code = refusal_when(TodoItem, list_id=todo_list.id, title="Milk")

    assert errors == {"title": ["The list has an open item of this title."]}
    assert code == "name_taken"


@pytest.mark.both_databases
def test_check_that_says_nothing_is_explained_plainly(todo_list):
    errors, code = refusal_when(
        TodoItem, list_id=todo_list.id, title="Milk", done_by_id=todo_list.owner_id
    )

    assert list(errors) == ["done_at", "done_by"]
    assert code == "invalid"


def test_refused_is_found_again():
    class Constraint:
        info = refused("name", "Taken.", code="name_taken")

    found = refusal_of(Constraint)

    assert (found.field, found.message, found.code) == ("name", "Taken.", "name_taken")
