"""What the trash hides, and what it does to uniqueness; on rows of the attic."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.clock import now
from app.core.trash import Scope, children_of, knows_trash, scope_condition, unique_among_kept
from app.extensions import db
from app.features.blog.models import Post
from app.features.blog.newsletter.models import Subscriber
from tests.core.attic import Box, Crack, Loan, Note, Shelf, Thing, keep

pytestmark = pytest.mark.both_databases


def visible(model) -> list:
    """The rows that the condition of the kept ones leaves."""
    condition = scope_condition(model, Scope.KEPT)
    return list(db.session.scalars(sa.select(model).where(condition)))


def test_what_goes_with_a_row_is_hidden_with_it(attic):
    shelf, other = Shelf(name="Top"), Shelf(name="Bottom")
    boxes = [Box(label="A", shelf=shelf, deleted_at=now()), Box(label="B", shelf=other)]
    things = [Thing(name=f"in {box.label}", box=box) for box in boxes]
    keep(*boxes, *things, *(Crack(name=thing.name, thing=thing) for thing in things))

    assert [box.label for box in visible(Box)] == ["B"]
    assert [thing.name for thing in visible(Thing)] == ["in B"]
    assert [crack.name for crack in visible(Crack)] == ["in B"]


def test_a_scope_is_the_kept_the_trashed_or_all(attic):
    keep(Shelf(name="Kept"), Shelf(name="Gone", deleted_at=now()))
    found = {}
    for scope in Scope:
        condition = scope_condition(Shelf, scope)
        statement = sa.select(Shelf.name).where(sa.true() if condition is None else condition)
        found[scope] = sorted(db.session.scalars(statement))

    assert found == {
        Scope.KEPT: ["Kept"],
        Scope.TRASHED: ["Gone"],
        Scope.ALL: ["Gone", "Kept"],
    }


def test_only_models_with_a_trash_are_concerned():
    assert [knows_trash(model) for model in (Post, Shelf, Thing, Crack)] == [True] * 4
    assert [knows_trash(model) for model in (Note, Subscriber)] == [False] * 2


def test_the_children_of_a_model_are_found_with_their_rule():
    found = {(child.__name__, column.key, rule) for child, column, rule in children_of(Shelf)}

    assert found == {
        ("Box", "shelf_id", "CASCADE"),
        ("Note", "shelf_id", "SET NULL"),
        ("Shelf", "inside_id", "CASCADE"),
    }
    assert [rule for child, _column, rule in children_of(Box) if child is Loan] == ["RESTRICT"]


def test_a_value_is_free_again_when_its_row_is_in_the_trash(attic):
    keep(Shelf(name="Top", deleted_at=now()), Shelf(name="Top", deleted_at=now()))

    keep(Shelf(name="Top"))

    with pytest.raises(IntegrityError):
        keep(Shelf(name="Top"))
    db.session.rollback()


def test_a_condition_can_be_added_to_that_of_the_trash():
    index = unique_among_kept("name", where="is_open", name="uq_name")

    condition = "deleted_at IS NULL AND (is_open)"
    assert index.unique
    assert str(index.dialect_options["sqlite"]["where"]) == condition
    assert str(index.dialect_options["postgresql"]["where"]) == condition
