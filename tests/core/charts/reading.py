"""Reads charts and the lists behind their segments."""

from urllib.parse import parse_qsl

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from app.core.query.state import ListRules, ListState
from app.extensions import db


def shown(data):
    """The labels with their numbers, as `(label, number…)`."""
    return [(row.label, *(value.number for value in row.values)) for row in data.rows]


def found(gate, query):
    """How many rows the list at this query string has."""
    rules = ListRules(fields=gate.fields(), columns=("title",))
    state = ListState.parse(MultiDict(parse_qsl(query.removeprefix("?"))), rules)
    picked = gate.filtered(state).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(picked))


def assert_drills(gate, data, expected_links):
    """Every segment with a link counts as many rows as its list has."""
    links = 0
    for row in data.rows:
        if row.query:
            links += 1
            assert found(gate, row.query) == sum(v.number for v in row.values), row.label
        for value in row.values:
            if value.query:
                assert found(gate, value.query) == value.number, row.label
    assert links == expected_links
