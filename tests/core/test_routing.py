"""Addresses are those of Werkzeug, but nothing is prepared for those never asked for."""

from __future__ import annotations

import pytest
from werkzeug.routing import Map, Rule

from app.core.routing import PatientRule

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
