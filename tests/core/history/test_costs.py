"""What history costs, counted in statements; `python -m bench.history` measures the time."""

import pytest
import sqlalchemy as sa

from app.core.history.models import Change, Operation
from app.core.query.deleting import delete_by_keys
from app.core.signals import rows_changed
from tests.core.history.garden import Bed, Label, Sighting, Tag, forget

pytestmark = pytest.mark.both_databases


@pytest.fixture
def cost(session, statements, monkeypatch):
    """A function that gives how many statements a change takes with history and without."""

    def of(change):
        counts = []
        for is_recorded in (True, False):
            monkeypatch.setattr(Bed, "__history__", is_recorded, raising=False)
            monkeypatch.setattr(Tag, "__history__", is_recorded, raising=False)
            with statements() as seen:
                change(is_recorded)
                session.commit()
            counts.append(len(seen))
        return counts[0] - counts[1]

    return of


@pytest.fixture
def of_one(session):
    """What one change costs: PostgreSQL writes it together with its operation."""
    return 1 if session.get_bind().dialect.name == "postgresql" else 2


def test_a_single_save_costs_one_statement_or_two(session, cost, of_one):
    bed = Bed(name="North")
    session.add(bed)
    session.commit()

    def rename(is_recorded):
        bed.name = f"name {is_recorded}"

    assert cost(rename) == of_one


def test_a_new_row_costs_one_statement_or_two(session, cost, of_one):
    assert cost(lambda is_recorded: session.add(Bed(name="North"))) == of_one


def test_what_is_written_together_is_announced_of_both_tables(session):
    heard = []

    def listen(_sender, changes):
        heard.append(changes.tables)

    with rows_changed.connected_to(listen):
        session.add(Bed(name="North"))
        session.commit()

    assert {"history_operation", "history_change"} <= heard[0]
    assert session.scalar(sa.select(Operation.id)) == session.scalar(sa.select(Change.operation_id))


def test_many_new_rows_cost_two_statements(session, cost):
    def add(is_recorded):
        session.add_all(Bed(name=f"bed {number}") for number in range(500))

    assert cost(add) == 2


def test_a_save_of_many_rows_with_links_costs_two_statements(session, cost):
    tags = [Tag(code=f"{number}") for number in range(5)]
    beds = [Bed(name=f"bed {number}") for number in range(20)]
    session.add_all([*tags, *beds])
    session.commit()
    for bed in beds:
        assert bed.tags == []

    def link(is_recorded):
        for bed in beds:
            bed.name = f"{bed.name}!"
            bed.tags = tags if is_recorded else []

    assert cost(link) == 2


def test_deleting_by_keys_costs_the_same_for_any_number(session, statements):
    def delete(count):
        rows = [{"name": f"bed {number}"} for number in range(count)]
        session.execute(sa.insert(Bed), rows)
        session.commit()
        forget()
        keys = [(key,) for key in session.scalars(sa.select(Bed.id))]
        with statements() as seen:
            delete_by_keys(Bed, keys)
            session.commit()
        assert session.scalars(sa.select(Bed)).all() == []
        return len(seen)

    assert delete(1) == delete(3_000)


def test_rows_that_nobody_records_cost_nothing(session, statements, monkeypatch):
    for model in (Bed, Label, Sighting, Tag):
        monkeypatch.setattr(model, "__history__", False, raising=False)
    with statements() as seen:
        session.add(Tag(code="x"))
        session.commit()

    assert len(seen) == 1
