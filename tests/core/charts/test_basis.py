"""What the numbers of a chart depend on, and how old they may be for whom."""

import threading

import pytest
import sqlalchemy as sa
from flask import g

from app.core.charts import Chart
from app.core.charts.basis import basis_of
from app.core.charts.cells import dialect_of
from app.core.charts.data import chart_data
from app.core.query.gate import Gate, gates
from app.core.query.rules import rows
from app.extensions import db
from tests.core.charts.reading import shown
from tests.core.desk import Person, Ticket

pytestmark = pytest.mark.both_databases
PATIENCE_SECONDS = 15


def basis(gate, state, *related):
    shown = [field for field in gate.all_fields.values() if field.target in related]
    return basis_of(gate, state, shown, dialect_of(Ticket))


def names_of(found):
    return {table.name for table in found.tables}


def test_without_rules_it_is_the_tables_alone(desk, gate, read_state):
    found = basis(gate, read_state(), Person)

    assert names_of(found) == {"desk_ticket", "desk_person"}
    assert (found.text, found.has_rules) == ("", False)


def test_a_filter_with_its_value_is_part_of_it(desk, gate, read_state):
    texts = {
        basis(gate, read_state(("filter", f"country:eq:{name}"))).text for name in ("PT", "DE")
    }

    assert len(texts) == 2


def test_a_rule_counts_with_the_tables_that_it_reads(desk, read_state):
    gate = Gate(Ticket, row_rules=[rows(lambda _user: sa.exists().where(Person.name == "host"))])

    found = basis(gate, read_state())

    assert "desk_person" in names_of(found)
    assert "host" in found.text
    assert found.has_rules


def test_a_rule_of_a_related_model_counts_too(desk, gate, read_state):
    gates()[Person] = Gate(Person, row_rules=[rows(lambda _user: Person.name != "secret")])

    with_people, without = basis(gate, read_state(), Person), basis(gate, read_state())

    del gates()[Person]
    assert "secret" in with_people.text
    assert with_people.has_rules
    assert not without.has_rules


def test_charts_that_count_other_things_are_kept_apart(add, gate, read_state):
    add(Ticket(title="a", country="PT"), Ticket(title="b", country="DE", hours=2))

    first = shown(chart_data(Chart("m", group="country"), gate, read_state()))
    second = shown(chart_data(Chart("m", group="country", limit=1), gate, read_state()))

    assert len(first) == 2
    assert [label for label, *_numbers in second][-1] == "Other"


class Somebody:
    """A user as far as the cache asks."""

    def __init__(self, number):
        self.id = number


def ask(app, chart, read_state, person, gate=None):
    """What somebody's request shows of a chart."""
    with app.test_request_context():
        g._login_user = Somebody(person)
        found = shown(chart_data(chart, gate or Gate(Ticket), read_state()))
        db.session.remove()
        return found


def write(app, person):
    """Add a ticket in somebody's request."""
    with app.test_request_context():
        g._login_user = Somebody(person)
        db.session.add(Ticket(title="new"))
        db.session.commit()
        db.session.remove()


def test_a_chart_may_lag_for_others_but_not_for_whoever_has_written(desk, add, read_state):
    chart = Chart("m", group="status", lag_seconds=60)
    add(Ticket(title="t"))
    before = ask(desk, chart, read_state, person=1)

    write(desk, person=2)
    others, own = (ask(desk, chart, read_state, person) for person in (1, 2))

    assert (before, others, own) == ([("Open", 1)], [("Open", 1)], [("Open", 2)])


def test_a_chart_without_lag_shows_every_change(desk, add, read_state):
    chart = Chart("m", group="status")
    add(Ticket(title="t"))
    ask(desk, chart, read_state, person=1)

    write(desk, person=2)

    assert ask(desk, chart, read_state, person=1) == [("Open", 2)]


def test_where_a_rule_keeps_rows_back_nothing_lags(desk, add, read_state):
    chart = Chart("m", group="status", lag_seconds=60)
    gate = Gate(Ticket, row_rules=[rows(lambda _user: Ticket.title != "hidden")])
    add(Ticket(title="t"))
    ask(desk, chart, read_state, 1, gate)

    write(desk, person=2)

    assert ask(desk, chart, read_state, 1, gate) == [("Open", 2)]


def test_one_counts_while_others_get_the_numbers_of_before(desk, add, read_state):
    chart = Chart("m", group="status")
    add(Ticket(title="t"))
    ask(desk, chart, read_state, person=1)
    write(desk, person=2)
    counting, may_end = threading.Event(), threading.Event()
    counters = []

    def wait(connection, cursor, statement, *_rest):
        if "g_rank" in statement:
            counters.append(threading.get_ident())
            counting.set()
            assert may_end.wait(PATIENCE_SECONDS)

    with desk.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", wait)
    thread = threading.Thread(target=ask, args=(desk, chart, read_state, 3))
    thread.start()
    counting.wait(PATIENCE_SECONDS)
    meanwhile = [ask(desk, chart, read_state, person) for person in (1, 4, 5)]
    may_end.set()
    thread.join()
    sa.event.remove(engine, "before_cursor_execute", wait)

    assert meanwhile == [[("Open", 1)]] * 3
    assert len(counters) == 1
    assert ask(desk, chart, read_state, person=1) == [("Open", 2)]
