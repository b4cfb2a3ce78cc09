"""FAB's `q` and the plain parameters ask for the same rows."""

import prison
import pytest
from hypothesis import given, strategies as st

from tests.core.models import Badge, Keeper
from tests.core.zoo import key_of

SAME = [
    ({}, {}),
    ({"columns": ["name", "diet"]}, {"columns": "name,diet"}),
    ({"page": 1, "page_size": 2}, {"page": "2", "page_size": "2"}),
    ({"page_size": -1}, {"page_size": "100"}),
    ({"order_column": "name", "order_direction": "desc"}, {"sort": "-name"}),
    ({"order_column": "name", "order_direction": "asc"}, {"sort": "name"}),
    ({"filters": [{"col": "name", "opr": "ct", "value": "o"}]}, {"filter": "name:contains:o"}),
    ({"filters": [{"col": "name", "opr": "sw", "value": "z"}]}, {"filter": "name:starts:z"}),
    ({"filters": [{"col": "name", "opr": "eq", "value": "Zoe"}]}, {"filter": "name:eq:Zoe"}),
    ({"filters": [{"col": "name", "opr": "neq", "value": "Zoe"}]}, {"filter": "name:ne:Zoe"}),
    ({"filters": [{"col": "rank", "opr": "gt", "value": 6}]}, {"filter": "rank:gt:6"}),
    ({"filters": [{"col": "diet", "opr": "eq", "value": "meat"}]}, {"filter": "diet:any:meat"}),
    ({"filters": [{"col": "is_tame", "opr": "eq", "value": True}]}, {"filter": "is_tame:is:true"}),
    (
        {"filters": [{"col": "keeper", "opr": "rel_o_m", "value": "{ann}"}]},
        {"filter": "keeper:any:{ann}"},
    ),
    (
        {"filters": [{"col": "badges", "opr": "rel_m_m", "value": ["{big}"]}]},
        {"filter": "badges:any:{big}"},
    ),
]
WRONG = [
    "(",
    "(a:b)",
    "(page:x)",
    "(page:-2)",
    "(page:!t)",
    "(page_size:0)",
    "(columns:name)",
    "(columns:!(colour))",
    "(order_column:colour)",
    "(order_column:(a:b))",
    "(filters:x)",
    "(filters:!(x))",
    "(filters:!((col:name,opr:like,value:x)))",
    "(filters:!((col:name,opr:eq)))",
    "(filters:!((col:name,opr:eq,value:!())))",
    "(filters:!((col:name,opr:eq,value:!(a,b))))",
    "(filters:!((col:colour,opr:eq,value:x)))",
    "(filters:!((col:rank,opr:gt,value:x)))",
    "(filters:!((col:rank,opr:gt,value:(a:b))))",
    "(filters:!((opr:eq,value:x)))",
    "(0:)",
    "(" * 2000,
]


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def filled(value, keys):
    """The value with the keys of rows in their places."""
    if isinstance(value, dict):
        return {name: filled(inner, keys) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, keys) for inner in value]
    return value.format(**keys) if isinstance(value, str) else value


@pytest.mark.parametrize(("asked", "plain"), SAME, ids=lambda value: str(value)[:60])
def test_both_ways_of_asking_give_the_same_rows(asked, plain, client, zoo_session):
    keys = {"ann": key_of(Keeper, first_name="Ann"), "big": key_of(Badge, name="Big")}

    by_rison = client.get("/api/v1/animals/", query_string={"q": prison.dumps(filled(asked, keys))})
    by_name = client.get("/api/v1/animals/", query_string=filled(plain, keys))

    assert by_rison.status_code == by_name.status_code == 200
    assert by_rison.json == by_name.json


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:50])
def test_what_is_no_request_is_a_bad_parameter(text, client):
    answer = client.get("/api/v1/animals/", query_string={"q": text})

    assert (answer.status_code, answer.json["code"]) == (400, "bad_parameter")
    assert answer.json["errors"]


@given(st.text("()!:',abc0-. ", max_size=20))
def test_no_rison_breaks_anything(client, text):
    answer = client.get("/api/v1/animals/", query_string={"q": f"({text}"})

    assert answer.status_code in (200, 400)


def test_a_plain_search_is_no_rison(client):
    assert client.get("/api/v1/animals/?q=zoe").json["count"] == 1
