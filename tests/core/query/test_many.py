"""Many rows get the same values by few statements, and only if they are as they were read."""

import pytest
import sqlalchemy as sa

from app.core.errors import Conflict
from app.core.query.changes import STALE
from app.core.query.gate import Gate
from app.core.query.many import VERSIONS, change_rows
from app.core.views import ModelView
from app.extensions import db
from tests.core.models import Animal, Keeper, Pen
from tests.core.zoo import find_row

pytestmark = pytest.mark.both_databases


@pytest.fixture
def hooks():
    """The hooks of a view that declares none."""
    return ModelView.__new__(ModelView)


class OpenGate(Gate):
    """For somebody who holds every right."""

    def can(self, verb):
        return True


@pytest.fixture
def change(zoo, hooks):
    """A function that gives rows some values: `change(rows, name="value")`."""
    with zoo.test_request_context():
        yield lambda rows, **values: change_rows(OpenGate(type(rows[0])), rows, values, hooks)

        db.session.remove()


def keepers():
    kept = sa.select(Keeper).where(Keeper.is_secret.is_(False))
    return db.session.scalars(kept.order_by(Keeper.id)).all()


def test_rows_of_many_versions_are_changed_together(change):
    for number in range(VERSIONS + 50):
        db.session.add(Keeper(first_name="Many", last_name=f"{number:03}"))
    db.session.flush()
    table = Keeper.__table__
    db.session.execute(sa.update(table).values(version=table.c.id))
    db.session.commit()
    db.session.expire_all()

    change(keepers(), phone="+351210000009")

    assert {row.phone for row in keepers()} == {"+351210000009"}
    assert all(row.version == row.id + 1 for row in keepers())


def test_the_statements_are_as_many_for_a_hundred_rows_as_for_one(change, statements):
    for number in range(100):
        db.session.add(Keeper(first_name="Many", last_name=f"{number:03}"))
    db.session.commit()
    change(keepers()[:1], nickname="first")
    counts = []
    for rows in (keepers()[:1], keepers()):
        with statements() as seen:
            change(rows, nickname=f"one of {len(rows)}")
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_a_related_row_is_given_to_all_and_each_of_them_is_one_version_on(change):
    bob = find_row(Keeper, first_name="Bob")
    animals = [find_row(Animal, name=name) for name in ("Zoe", "Max")]

    change(animals, keeper=bob, rank=3)

    db.session.expire_all()
    animals = [find_row(Animal, name=name) for name in ("Zoe", "Max")]
    assert [(row.keeper.first_name, row.rank, row.version) for row in animals] == [
        ("Bob", 3, 2),
        ("Bob", 3, 2),
    ]


def test_a_row_without_a_version_is_changed_too(change):
    pens = [find_row(Pen, number=number) for number in (1, 2)]

    change(pens, title="All")

    db.session.expire_all()
    assert [find_row(Pen, number=number).title for number in (1, 2)] == ["All", "All"]


def test_one_row_that_somebody_has_changed_keeps_all(change):
    rows = keepers()
    table = Keeper.__table__
    rival = sa.update(table).where(table.c.id == rows[0].id).values(version=99)
    db.session.execute(rival)
    db.session.commit()

    with pytest.raises(Conflict) as caught:
        change(rows, nickname="mine")

    assert caught.value.code == STALE
    assert {row.nickname for row in keepers()} == {None}
