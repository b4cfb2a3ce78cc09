"""Addresses are those of Werkzeug, but nothing is prepared for those never asked for."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule

from app.core.routing import CONVERTERS, PatientRule

RULES = ("/", "/list/", "/show/<pk>", "/cell/<pk>/<field>", "/<int:number>/a b", "/é/<path:rest>")


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("/", {}),
        ("/list/", {"page": 2, "q": "a b&c"}),
        ("/list/", {"key": ["1", "2"]}),
        ("/show/<pk>", {"pk": "7/8"}),
        ("/cell/<pk>/<field>", {"pk": "é", "field": "x", "next": "/"}),
        ("/<int:number>/a b", {"number": 3}),
        ("/é/<path:rest>", {"rest": "a/b"}),
    ],
)
@pytest.mark.parametrize("append_unknown", [True, False])
def test_addresses_are_those_of_werkzeug(endpoint, values, append_unknown):
    usual, patient = (
        Map([made(rule, endpoint=rule) for rule in RULES]).bind("localhost")
        for made in (Rule, PatientRule)
    )

    for _time in range(2):
        built = patient.build(endpoint, dict(values), append_unknown=append_unknown)
        assert built == usual.build(endpoint, dict(values), append_unknown=append_unknown)


def test_defaults_are_filled_in():
    rules = Map([PatientRule("/<int:page>", endpoint="list", defaults={"page": 1})])

    assert rules.bind("localhost").build("list", {}) == "/1"


def test_the_application_has_such_rules(app):
    assert {type(rule) for rule in app.url_map.iter_rules()} == {PatientRule}


def test_what_no_database_takes_is_part_of_no_address():
    rules = Map([PatientRule("/show/<pk>", endpoint="show")], converters=CONVERTERS)
    address = rules.bind("localhost")

    assert address.match("/show/é%") == ("show", {"pk": "é%"})
    with pytest.raises(NotFound):
        address.match("/show/a\0b")


def test_what_no_database_takes_is_not_there_whatever_the_method():
    rules = [PatientRule("/<pk>", endpoint=name, methods=[name]) for name in ("PUT", "GET")]
    address = Map(rules, converters=CONVERTERS).bind("localhost")

    for method in ("GET", "PUT"):
        with pytest.raises(NotFound):
            address.match("/a\0b", method)
