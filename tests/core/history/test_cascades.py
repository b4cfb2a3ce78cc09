"""What the database deletes or empties by itself is in the history as well."""

import pytest
import sqlalchemy as sa

from app.core.query.deleting import delete_by_keys
from tests.core.history.garden import Bed, Plant, Sighting, Tag, changes, forget, told

pytestmark = pytest.mark.both_databases


@pytest.fixture
def tree(session):
    """A bed with one below it, and one below that, with a plant in each."""
    tag = Tag(code="t")
    session.add(tag)
    rows = []
    for depth in range(3):
        bed = Bed(name=f"bed{depth}", parent_id=rows[-1].id if rows else None)
        session.add(bed)
        session.flush()
        plant = Plant(name=f"plant{depth}", bed=bed, tag=tag)
        session.add(plant)
        session.flush()
        session.add(Sighting(title=f"seen{depth}", plant_id=plant.id, bed_id=bed.id))
        rows.append(bed)
    other = Bed(name="other", tags=[tag])
    session.add(other)
    session.flush()
    stray = Plant(name="stray", bed=other)
    session.add(stray)
    session.flush()
    session.add(Sighting(title="stray", plant_id=stray.id, bed_id=rows[2].id))
    session.commit()
    forget()
    return rows


def by_orm(session, bed):
    session.delete(bed)


def by_statement(session, bed):
    session.execute(sa.delete(Bed).where(Bed.id == bed.id))


def by_query(session, bed):
    session.query(Bed).filter(Bed.name == "bed0").delete()


def by_keys(session, bed):
    delete_by_keys(Bed, [(bed.id,)])


@pytest.mark.parametrize("delete", [by_orm, by_statement, by_query, by_keys])
def test_all_that_goes_with_a_row_is_written_once(session, tree, delete):
    stray = session.scalars(sa.select(Sighting).filter_by(title="stray")).one()
    bed, child, grandchild = (str(row.id) for row in tree)

    delete(session, tree[0])
    session.commit()

    assert session.scalars(sa.select(Bed.name)).all() == ["other"]
    titles = [(change.row_title, str(change.verb)) for change in changes()]
    gone = {f"{name}{depth}" for name in ("bed", "plant", "seen") for depth in range(3)}
    assert sorted(titles) == sorted([("stray", "edit"), *((name, "delete") for name in gone)])
    assert told(Sighting)[0][1:] == (
        (str(stray.id), "edit", {"bed_id": grandchild}, {"bed_id": None})
    )
    parents = {found[1]: found[3]["parent_id"] for found in told(Bed)}
    assert parents == {bed: None, child: bed, grandchild: child}
    assert len({change.operation_id for change in changes()}) == 1


def test_the_number_of_statements_does_not_grow_with_the_rows(session, tree, statements):
    def delete(first, last):
        with statements() as seen:
            session.execute(sa.delete(Plant).where(Plant.name.between(first, last)))
        session.commit()
        return len(seen)

    one = delete("plant0", "plant0")
    session.add_all(Plant(name=f"plant7{n:03}", bed=tree[1]) for n in range(300))
    session.commit()
    forget()

    assert delete("plant1", "plant9") == one <= 6
    assert len(told(Plant)) == 302


def test_what_is_emptied_is_written_with_the_key_it_held(session, tree):
    session.execute(sa.text("DELETE FROM garden_bed_tag"))
    session.execute(sa.delete(Tag).where(Tag.code == "t"))
    session.commit()

    assert {
        found[2:3] + found[3:] == ("edit", {"tag_code": "t"}, {"tag_code": None})
        for found in told(Plant)
    } == {True}
    assert len(told(Plant)) == 3
    assert told(Tag) == [("Tag", "t", "delete", {"name": None, "beds": []}, None)]


def test_links_are_written_before_they_go(session, tree):
    delete_by_keys(Tag, [("t",)])
    session.commit()

    other = session.scalars(sa.select(Bed.id).filter_by(name="other")).one()
    assert told(Tag) == [("Tag", "t", "delete", {"name": None, "beds": [str(other)]}, None)]


def test_children_stand_before_parents_so_that_undoing_from_the_end_works(session, tree):
    session.delete(tree[0])
    session.commit()

    models = [change.model for change in changes() if change.verb == "delete"]
    assert models == sorted(models, key=["Sighting", "Plant", "Bed"].index)
