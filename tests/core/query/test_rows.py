"""What is read column by column is what the rows themselves say."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import g
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user, login_user

from app.core.fields import Many, Ref
from app.core.query.rows import line_of, needs_records
from app.core.query.state import ListState, Sort
from app.extensions import db
from tests.core.models import Animal, Badge, Keeper, Species
from tests.core.zoo import find_row


@contextmanager
def signed_in(zoo, username="cast-owner"):
    with zoo.test_request_context():
        login_user(find_row(User, username=username))
        g.user = current_user
        yield


def gates_of(zoo):
    return [
        view.gate
        for view in zoo.appbuilder.baseviews
        if getattr(view, "gate", None) is not None and view.route_base.startswith("/zoo/")
    ]


def in_any_order(line):
    """A line whose many related rows are compared as a set: their order is the reader's own."""
    values = [
        (frozenset(value.refs), value.total) if isinstance(value, Many) else value
        for value in line.values
    ]
    return line.key, line.title, values


@pytest.mark.both_databases
@pytest.mark.parametrize("username", ["cast-owner", "cast-admin"])
def test_lines_say_what_the_rows_say(username, zoo, zoo_session):
    seen = 0
    with signed_in(zoo, username):
        for gate in gates_of(zoo):
            columns = tuple(name for name, f in gate.fields().items() if not f.reads_row)
            state = ListState(columns=columns, sort=gate.default_sort(), page_size=100)

            read = gate.page(state).rows
            whole = gate.page(state, whole=True).rows

            db.session.expire_all()
            fields = [gate.fields()[name] for name in columns]
            assert [in_any_order(line) for line in read] == [in_any_order(x) for x in whole]
            assert [line_of(line.record, fields)[:2] for line in whole] == [x[:2] for x in whole]
            seen += len(read)
    assert seen > 20


@pytest.mark.both_databases
def test_of_many_related_rows_the_first_are_read_and_all_of_them_counted(zoo, zoo_session):
    kim = find_row(Animal, name="Kim")
    kim.badges = [*kim.badges, *(Badge(name=f"badge {letter}") for letter in "edcba")]
    db.session.flush()
    with signed_in(zoo):
        gate = next(gate for gate in gates_of(zoo) if gate.model is Animal)
        state = ListState(columns=("name", "badges"), sort=gate.default_sort(), page_size=100)

        few = {line.title: line.values[1] for line in gate.page(state, many_limit=2).rows}
        every = {line.title: line.values[1] for line in gate.page(state).rows}

    # The sixth is a secret one.
    assert every["Kim"].total == few["Kim"].total == len(kim.badges) - 1 == 5
    assert few["Kim"].refs == every["Kim"].refs[:2]
    assert [ref.title for ref in every["Kim"].refs] == sorted(
        ref.title for ref in every["Kim"].refs
    )


def test_a_page_needs_one_statement_and_one_for_each_plural_relation(zoo, zoo_session, statements):
    with signed_in(zoo):
        gate = next(gate for gate in gates_of(zoo) if gate.model is Animal)
        columns = ("name", "species", "keeper", "pen", "badges", "meals")
        state = ListState(columns=columns, sort=gate.default_sort(), page_size=100)
        gate.page(state)

        with statements() as seen:
            gate.page(state)

    rows = [s for s in seen if "count(*)" not in s.lower().partition("from")[0]]
    assert len(rows) == 3


def test_a_related_row_is_a_reference_by_key_and_title(zoo, zoo_session):
    zoe = find_row(Animal, name="Zoe")
    with signed_in(zoo):
        gate = next(gate for gate in gates_of(zoo) if gate.model is Animal)
        state = ListState(columns=("species",), sort=(Sort(gate.all_fields["name"]),))
        lines = {line.title: line for line in gate.page(state).rows}

    assert lines["Zoe"].values == (Ref(Species, str(zoe.species_id), zoe.species.name),)


def test_rows_are_loaded_as_wholes_only_where_a_value_is_made_of_them(zoo, zoo_session):
    with signed_in(zoo):
        for gate in gates_of(zoo):
            for name, field in gate.all_fields.items():
                assert needs_records(gate.model, [field]) in (True, False), name
        keepers = next(gate for gate in gates_of(zoo) if gate.model is Keeper)
        plain = [f for f in keepers.all_fields.values() if not f.reads_row and not f.target]
        assert not needs_records(Keeper, plain)
        assert sa.inspect(Keeper).polymorphic_on is None
