"""Ticking, opening again and sharing."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.extensions import db
from app.features.todo import operations
from app.features.todo.models import TodoMember
from tests.factories.people import make_person
from tests.factories.todo import make_item, make_list


@pytest.fixture
def ana(db_session):
    return make_person("ana", "Todo User")


@pytest.fixture
def ben(db_session):
    return make_person("ben", "Todo User")


def members_of(todo_list):
    return db.session.query(TodoMember).filter_by(list_id=todo_list.id).all()


def test_first_tick_decides_who_did_it(ana, ben, db_session):
    """Acceptance check 6, as far as there is no audit yet: ticking twice changes nothing more."""
    item = make_item(make_list(ana))

    counts = operations.tick([item], ben), operations.tick([item], ana)

    db_session.refresh(item)
    assert counts == (1, 0)
    assert (item.done, item.done_by_id, item.version) == (True, ben.id, 2)


def test_untick_opens_item(ana, db_session):
    item = make_item(make_list(ana))
    operations.tick([item], ana)

    operations.untick([item])

    db_session.refresh(item)
    assert (item.done, item.done_by_id) == (False, None)


@pytest.mark.both_databases
def test_untick_refuses_second_open_title(ana):
    todo_list = make_list(ana)
    first = make_item(todo_list, "Milk")
    operations.tick([first], ana)
    make_item(todo_list, "Milk")

    with pytest.raises(Invalid) as refused:
        operations.untick([first])

    assert refused.value.code == "name_taken"
    assert list(refused.value.errors) == ["title"]


@pytest.mark.parametrize("name", ["ben", "BEN", "ben@people.example", " ben "])
def test_share_finds_person(ana, ben, name):
    todo_list = make_list(ana)

    operations.share(todo_list, name, can_write=True)

    [member] = members_of(todo_list)
    assert (member.user_id, member.can_write) == (ben.id, True)


def test_sharing_again_changes_the_right(ana, ben):
    todo_list = make_list(ana)
    operations.share(todo_list, "ben", can_write=False)

    operations.share(todo_list, "ben", can_write=True)

    [member] = members_of(todo_list)
    assert member.can_write


@pytest.mark.parametrize("name", ["ana", "nobody.knows", "", "\0"])
def test_nobody_becomes_member(ana, name):
    """The owner is never a member, and an unknown name is not told apart."""
    todo_list = make_list(ana)

    operations.share(todo_list, name, can_write=True)

    assert members_of(todo_list) == []
