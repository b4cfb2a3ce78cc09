"""Every flush writes its history, whatever was flushed and whoever asked for it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.history.models import Change, Operation, Source
from app.core.history.scope import last_operation_id, operation
from tests.core.history.garden import Bed, Label, Plant, Tag, changes, forget, told

pytestmark = pytest.mark.both_databases


@pytest.fixture
def bed(session):
    row = Bed(name="North", tags=[Tag(code="a/b,c~", name="Odd")], labels=[Label(text="One")])
    session.add(row)
    session.commit()
    forget()
    return row


def test_a_new_row_is_written_with_all_its_values_and_the_keys_of_its_links(session):
    session.add(Bed(name="South", tags=[Tag(code="x y")]))
    session.commit()

    tag, bed = sorted(changes(), key=lambda change: change.model, reverse=True)
    assert (tag.model, tag.row_key, tag.verb, tag.after["name"]) == ("Tag", "x y", "add", None)
    assert bed.after == {"name": "South", "parent_id": None, "turns": "0", "tags": ["x y"]}
    assert (bed.before, bed.row_title, bed.row_version) == (None, "South", 1)
    assert tag.operation_id == bed.operation_id


def test_an_edit_is_written_as_the_difference_with_the_version_it_made(session, bed):
    bed.name = "East"
    session.commit()

    (change,) = changes()
    assert change.before == {"name": "North", "turns": "0"}
    assert change.after == {"name": "East", "turns": "1"}
    assert (change.row_version, change.row_title) == (2, "East")


def test_a_value_set_to_what_it_was_is_no_change(session, bed):
    bed.name = "North"
    session.commit()

    assert changes() == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Operation)) == 0


def test_the_old_value_of_a_row_that_was_not_loaded_is_read_first(session, bed, statements):
    session.expire(bed)
    bed.__dict__.pop("name", None)
    bed.name = "West"
    session.commit()

    (change,) = changes()
    assert change.before["name"] == "North"


def test_a_relation_that_was_set_is_written_as_the_key_it_changes(session, bed):
    other = Bed(name="Other")
    plant = Plant(name="Rose", bed=bed)
    session.add_all([other, plant])
    session.commit()
    forget()

    plant.bed = other
    session.commit()

    assert told() == [
        ("Plant", str(plant.id), "edit", {"bed_id": str(bed.id)}, {"bed_id": str(other.id)})
    ]


def test_links_are_written_on_both_sides_however_much_of_them_is_loaded(session, bed):
    tag = Tag(code="new")
    session.add(tag)
    session.commit()
    forget()
    session.expire(tag)
    gone = bed.tags[0].code

    bed.tags = [tag]
    session.commit()

    assert gone == "a/b,c~"
    key = str(bed.id)
    assert told(Bed)[0][3:] == ({"tags": ["a~2b~3c~0"]}, {"tags": ["new"]})
    assert {found[1:] for found in map(repr, told(Tag))} == {
        repr(("Tag", "a~2b~3c~0", "edit", {"beds": [key]}, {"beds": []}))[1:],
        repr(("Tag", "new", "edit", {"beds": []}, {"beds": [key]}))[1:],
    }


def test_a_deleted_row_is_written_with_its_links_and_with_what_goes_with_it(session, bed):
    label, key = bed.labels[0], str(bed.id)

    session.delete(bed)
    session.commit()

    assert told(Label) == [("Label", str(label.id), "delete", {"bed_id": key, "text": "One"}, None)]
    (found,) = told(Bed)
    assert found[2:] == (
        "delete",
        {"name": "North", "parent_id": None, "turns": "0", "tags": ["a~2b~3c~0"]},
        None,
    )


def test_a_row_that_its_parent_lets_go_is_written_as_deleted(session, bed):
    bed.labels.clear()
    session.commit()

    assert [found[0::2] for found in told(Label)] == [("Label", "delete", None)]
    assert session.scalar(sa.select(sa.func.count()).select_from(Label)) == 0


def test_a_row_that_gets_another_parent_in_time_is_not_written_as_deleted(session, bed):
    other, plant = Bed(name="Other"), Plant(name="Rose", bed=bed)
    session.add_all([other, plant])
    session.commit()
    forget()

    plant.bed = other
    session.delete(bed)
    session.commit()

    assert [found[2] for found in told(Plant)] == ["edit"]
    assert session.scalar(sa.select(Plant.bed_id)) == other.id


def test_an_expression_is_written_as_what_it_gave(session, bed):
    bed.name = Bed.name + "!"
    session.commit()

    assert changes()[0].after["name"] == "North!"


def test_a_transaction_is_one_operation_and_the_next_is_another(session, bed):
    bed.name = "One"
    session.flush()
    bed.name = "Two"
    session.commit()
    first = last_operation_id()
    bed.name = "Three"
    session.commit()

    ids = [change.operation_id for change in changes()]
    assert ids[0] == ids[1] == first
    assert ids[2] == last_operation_id() != first


def test_a_rollback_leaves_neither_history_nor_a_trace_in_the_session(session, bed):
    before = last_operation_id()
    bed.name = "Gone"
    session.flush()
    session.rollback()

    assert changes() == []
    assert last_operation_id() == before
    assert not {name for name in session.info if name.startswith("bureau_operations")}
    assert "bureau_flush" not in session.info


def test_a_refused_flush_leaves_nothing(session, bed):
    session.add(Plant(name="Rose", bed_id=999_999))
    with pytest.raises(IntegrityError):
        session.commit()
    session.rollback()
    bed.name = "After"
    session.commit()

    assert [change.model for change in changes()] == ["Bed"]


def test_a_rolled_back_savepoint_takes_only_its_own_history_along(session, bed):
    savepoint = session.begin_nested()
    bed.name = "Lost"
    session.flush()
    savepoint.rollback()
    bed.name = "Kept"
    session.commit()

    (change,) = changes()
    assert change.after["name"] == "Kept"
    assert session.get(Operation, change.operation_id) is not None


def test_a_savepoint_within_one_that_is_rolled_back_loses_its_operation_too(session, bed):
    outer = session.begin_nested()
    with session.begin_nested():
        bed.name = "Inner"
    outer.rollback()
    bed.name = "Kept"
    session.commit()

    (change,) = changes()
    assert change.operation_id == last_operation_id()


def test_a_kept_savepoint_belongs_to_the_operation_around_it(session, bed):
    with session.begin_nested():
        bed.name = "Inner"
    bed.name = "Outer"
    session.commit()

    assert len({change.operation_id for change in changes()}) == 1


def test_a_named_operation_takes_what_was_changed_inside_and_no_more(session, bed):
    label = bed.labels[0]
    bed.name = "Before"
    with operation("rename", Source.JOB) as outer:
        bed.name = "Outer"
        with operation("relabel") as inner:
            label.text = "Inner"
        bed.name = "Outer again"
    session.commit()

    found = [(change.operation_id, change.after) for change in changes()]
    assert [after.get("name") for _id, after in found] == ["Before", "Outer", None, "Outer again"]
    assert [identifier for identifier, _after in found][1:] == [outer, inner, outer]
    assert session.get(Operation, outer).source is Source.JOB
    assert session.get(Operation, outer).action == "rename"
    assert session.get(Operation, found[0][0]).action != "rename"


def test_a_named_operation_goes_on_after_a_commit_inside(session, bed):
    with operation("import", Source.IMPORT) as identifier:
        bed.name = "One"
        session.commit()
        bed.name = "Two"
        session.commit()
        bed.name = "Lost"
        session.rollback()
        bed.name = "Three"
        session.commit()

    assert [change.operation_id for change in changes()] == [identifier] * 3


def test_operation_and_change_are_never_written_about_themselves(session, bed):
    bed.name = "Once"
    session.commit()
    session.delete(changes()[0])
    session.commit()

    assert session.scalars(sa.select(Change)).all() == []
