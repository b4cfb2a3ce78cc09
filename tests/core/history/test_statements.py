"""Statements on many rows write their history with statements on many rows."""

import contextlib
import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core.errors import Conflict
from app.core.history.models import Change, Operation
from app.core.history.scope import Unrecorded
from app.core.history.writing import write_chosen
from app.extensions import db
from tests.core.history.garden import Bed, Plant, Tag, changes, forget, told

pytestmark = pytest.mark.both_databases


@pytest.fixture
def beds(session):
    rows = [Bed(name=f"bed{number}") for number in range(3)]
    session.add_all(rows)
    session.commit()
    forget()
    return rows


def edits(*names):
    """The changes, as key, before, after and version, of these columns."""
    return [
        (c.row_key, *(tuple((v or {}).get(n) for n in names) for v in (c.before, c.after)))
        for c in changes()
    ]


def test_an_update_is_written_and_makes_a_new_version(session, beds, statements):
    with statements() as seen:
        session.execute(sa.update(Bed).where(Bed.name != "bed1").values(name="new"))
    session.commit()

    assert [change.row_key for change in changes()] == [str(beds[0].id), str(beds[2].id)]
    assert {(c.before["name"], c.after["name"]) for c in changes()} == {
        ("bed0", "new"),
        ("bed2", "new"),
    }
    assert [change.row_version for change in changes()] == [2, 2]
    assert session.execute(sa.select(Bed.version).order_by(Bed.id)).scalars().all() == [2, 1, 2]
    assert [row.version for row in beds] == [2, 1, 2]
    assert len(seen) <= 4


def test_an_update_writes_who_and_when(session, beds):
    moment = beds[0].updated_at
    session.execute(
        sa.update(Bed).values(name="new"), execution_options={"synchronize_session": False}
    )
    session.commit()

    assert session.scalar(sa.select(sa.func.min(Bed.updated_at))) > moment


def test_values_that_are_expressions_or_change_by_themselves(session, beds):
    session.execute(sa.update(Bed).values(name=Bed.name + "!"))
    session.commit()

    assert edits("name", "turns")[0][1:] == (("bed0", "0"), ("bed0!", "1"))
    assert session.scalars(sa.select(Bed.turns)).all() == [1, 1, 1]


def test_an_update_given_by_parameters(session, beds):
    statement = sa.update(Bed).where(Bed.name == sa.bindparam("wanted"))
    session.execute(statement.values(name=sa.bindparam("new")), {"wanted": "bed1", "new": "x"})
    session.execute(sa.update(Bed).where(Bed.name == "bed2"), {"name": "y"})
    session.commit()

    assert [found[1:] for found in edits("name")] == [(("bed1",), ("x",)), (("bed2",), ("y",))]


def test_an_update_with_a_list_of_parameters_is_refused(session, beds):
    with pytest.raises(Unrecorded, match="list of parameters"):
        session.execute(sa.update(Bed), [{"id": beds[0].id, "name": "x"}])


@pytest.mark.parametrize("name", ["bulk_save_objects", "bulk_insert_mappings"])
def test_the_old_bulk_methods_are_refused(session, name):
    arguments = ([Bed(name="x")],) if name == "bulk_save_objects" else (Bed, [{"name": "x"}])

    with pytest.raises(TypeError, match="history"):
        getattr(session, name)(*arguments)


def test_what_waits_in_the_session_is_flushed_first(session, beds):
    beds[0].name = "changed"
    session.execute(sa.update(Bed).where(Bed.name == "changed").values(name="again"))
    session.commit()

    assert [found[1:] for found in edits("name")] == [
        (("bed0",), ("changed",)),
        (("changed",), ("again",)),
    ]


def test_the_key_of_a_relation(session, beds):
    session.add(Plant(name="Rose", bed=beds[0]))
    session.commit()
    forget()

    session.execute(sa.update(Plant).values({Plant.bed_id: beds[1].id}))
    session.commit()

    assert told()[0][3:] == ({"bed_id": str(beds[0].id)}, {"bed_id": str(beds[1].id)})


def test_a_model_without_a_version(session):
    session.add_all([Tag(code="a/b~", name="A"), Tag(code="c", name="C")])
    session.commit()
    forget()

    session.execute(sa.update(Tag).values(name="new"))
    session.execute(sa.delete(Tag).where(Tag.code == "c"))
    session.commit()

    assert told() == [
        ("Tag", "a~2b~0", "edit", {"name": "A"}, {"name": "new"}),
        ("Tag", "c", "edit", {"name": "C"}, {"name": "new"}),
        ("Tag", "c", "delete", {"name": "new", "beds": []}, None),
    ]
    assert {change.row_version for change in changes()} == {None}


def test_query_update_and_delete(session, beds):
    session.query(Bed).filter_by(name="bed0").update({"name": "new"})
    session.query(Bed).filter_by(name="bed1").delete()
    session.commit()

    assert [str(change.verb) for change in changes()] == ["edit", "delete"]


@pytest.mark.parametrize("given", ["list", "values", "select"])
def test_an_insert_writes_what_it_made(session, given):
    statement, parameters = sa.insert(Bed), None
    if given == "list":
        parameters = [{"name": "one"}, {"name": "two"}]
    elif given == "values":
        statement = statement.values([{"name": "one"}, {"name": "two"}])
    else:
        made = sa.union_all(*(sa.select(sa.literal(n).label("name")) for n in ("one", "two")))
        statement = statement.from_select(["name"], made.subquery().select())

    session.execute(statement, parameters)
    session.commit()

    keys = {row.name: str(row.id) for row in session.scalars(sa.select(Bed))}
    assert {(c.row_key, c.after["name"], c.row_version) for c in changes()} == {
        (keys["one"], "one", 1),
        (keys["two"], "two", 1),
    }


def test_an_insert_that_updates_is_refused(session, database):
    dialect = postgresql if database == "postgresql" else sqlite
    statement = dialect.insert(Tag).values(code="a", name="b")

    with pytest.raises(Unrecorded, match="updates others"):
        session.execute(statement.on_conflict_do_update(index_elements=["code"], set_={"name": 1}))


def test_a_statement_that_changes_nothing_kept_writes_nothing(session, beds):
    session.execute(sa.update(Bed).values(pin="1", diary="d"))
    session.commit()

    assert changes() == []


def test_a_statement_that_meets_no_row_writes_no_change(session, beds):
    session.execute(sa.update(Bed).where(Bed.name == "nobody").values(name="x"))
    session.commit()

    assert changes() == []


def test_options_of_a_statement_choose_its_rows_for_the_history_too(session, beds):
    only = sa.orm.with_loader_criteria(Bed, Bed.name == "bed1")
    session.execute(sa.update(Bed).options(only).values(name="x"))
    session.commit()

    assert [found[1] for found in edits("name")] == [("bed1",)]


def test_ten_thousand_rows_take_as_many_statements_as_one(session, statements):
    def update(name):
        with statements() as seen:
            session.execute(
                sa.update(Bed).where(Bed.name == name).values(name=f"{name}!"),
                execution_options={"synchronize_session": False},
            )
            session.commit()
        return len(seen)

    session.execute(sa.insert(Bed), [{"name": "many"} for _ in range(10_000)])
    session.execute(sa.insert(Bed), [{"name": "one"}])
    session.commit()
    forget()

    assert update("many") == update("one") == 3
    assert session.scalar(sa.select(sa.func.count()).select_from(Change)) == 10_001


def test_rows_that_appear_between_reading_and_writing_are_refused(session, beds, monkeypatch):
    """Another transaction cannot be let in at that very moment, so the count is made wrong.

    Only one transaction at a time writes to SQLite, so there is nothing to count there.
    """
    is_counted = db.engine.dialect.name == "postgresql"
    monkeypatch.setattr(
        "app.core.history.statements.write_chosen", lambda *args: write_chosen(*args) - 1
    )

    with pytest.raises(Conflict) if is_counted else contextlib.nullcontext():
        session.execute(sa.update(Bed).values(name="x"))


def test_statements_of_core_are_their_writers_own_business(session, beds):
    session.execute(sa.update(Bed.__table__).values(name="x"))
    session.commit()

    assert changes() == []


def test_the_time_of_the_operation_is_now(session, beds):
    session.execute(sa.update(Bed).values(name="x"))
    session.commit()

    age = datetime.datetime.now(datetime.UTC) - session.scalars(sa.select(Operation)).one().at
    assert abs(age) < datetime.timedelta(seconds=60)
