"""What the database has answered is kept until it would answer something else."""

import pytest
import sqlalchemy as sa

from app.core.charts import Chart
from app.core.charts.data import chart_data
from app.core.query.gate import Gate
from app.core.query.rules import rows
from app.extensions import db
from tests.core.charts.reading import shown
from tests.core.desk import Person, Ticket

pytestmark = pytest.mark.both_databases


def test_second_look_asks_nothing_until_a_row_changes(add, gate, read_state, statements):
    chart = Chart("m", group="person")
    add(Ticket(title="t", person=Person(name="Ana")))
    db.session.remove()
    chart_data(chart, gate, read_state())

    with statements() as seen:
        chart_data(chart, gate, read_state())
    db.session.execute(sa.update(Person).values(name="Anna"))
    db.session.commit()

    assert seen == []
    assert shown(chart_data(chart, gate, read_state())) == [("Anna", 1)]


def test_row_rule_of_another_user_is_another_answer(add, desk, read_state):
    add(Ticket(title="mine"), Ticket(title="theirs"), Ticket(title="theirs"))
    chart = Chart("m", group="status")

    counts = [
        shown(chart_data(chart, Gate(Ticket, row_rules=[rows(rule)]), read_state()))
        for rule in (
            lambda _user: Ticket.title == "mine",
            lambda _user: Ticket.title == "theirs",
        )
    ]

    assert counts == [[("Open", 1)], [("Open", 2)]]


def test_change_of_a_table_that_only_a_rule_reads_is_noticed(add, desk, read_state):
    add(Ticket(title="t"), Person(name="guest"))
    gate = Gate(Ticket, row_rules=[rows(lambda _user: sa.exists().where(Person.name == "host"))])
    chart = Chart("m", group="status")
    before = shown(chart_data(chart, gate, read_state()))

    db.session.execute(sa.update(Person).values(name="host"))
    db.session.commit()

    assert before == []
    assert shown(chart_data(chart, gate, read_state())) == [("Open", 1)]
