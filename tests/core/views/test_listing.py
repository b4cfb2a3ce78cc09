import re
from urllib.parse import unquote

import pytest

from tests.core.models import Keeper
from tests.core.zoo import key_of


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def names_in(page):
    """The first cells of the rows."""
    body = page.text.split("<tbody")[1].split("</tbody>")[0]
    return [name for name in ("Zoe", "Max", "Kim", "Dodo") if name in body]


def test_rows_stand_in_one_table_body(client):
    page = client.get("/zoo/animals/list/")

    assert page.text.count("<tbody") == 1
    assert len(re.findall(r"<tr\b", page.text.split("<tbody")[1].split("</tbody>")[0])) == 5


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=zoe", ["Zoe"]),
        ("q=ZOE", ["Zoe"]),
        ("q=o e z", ["Zoe"]),
        ("q=zoe max", []),
        ("q=%25", []),
        ("filter=legs:eq:2", ["Max"]),
        ("filter=diet:any:nearly-all&q=do", ["Dodo"]),
        ("filter=is_heavy:is:true", ["Dodo"]),
    ],
)
def test_a_list_shows_what_was_asked_for(query, names, client):
    page = client.get(f"/zoo/animals/list/?{query}")

    assert page.status_code == 200
    if names:
        assert names_in(page) == names
    else:
        assert "Zoe" not in page.text


def test_percent_and_underscore_are_only_themselves(client):
    asked = {"%": 1, "_": 1, "\\": 1, "50%_off\\": 1, "z_e": 0, "a%": 0}

    found = {
        text: client.get("/api/v1/animals/", query_string={"q": text}).json["count"]
        for text in asked
    }

    assert found == asked


@pytest.mark.parametrize("order", ["name", "-name", "keeper", "-keeper", "pen,-name", "is_heavy"])
@pytest.mark.both_databases
def test_pages_of_any_order_have_every_row_once(order, client):
    pages = [
        client.get(f"/api/v1/animals/?sort={order}&page_size=2&page={page}").json["ids"]
        for page in (1, 2, 3, 4)
    ]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert len({key for page in pages for key in page}) == 5


@pytest.mark.both_databases
def test_empty_values_come_last_in_both_directions(client):
    for order in ("legs,name", "-legs,name"):
        found = client.get(f"/api/v1/animals/?sort={order}&columns=name").json["result"]
        assert found[0]["name"] == "Max"


def test_wrong_parameters_are_a_page_that_names_them(client):
    page = client.get("/zoo/animals/list/?page=abc&sort=colour&psize=9")

    assert page.status_code == 400
    for name in ("page", "sort", "psize"):
        assert name in page.text


def test_a_condition_is_shown_in_words(client, zoo_session):
    ann = key_of(Keeper, first_name="Ann")

    page = client.get(f"/zoo/animals/list/?filter=keeper:any:{ann}&filter=legs:between:1,4")

    assert "Ann Archer" in page.text
    assert "Legs is between 1 and 4" in page.text


def test_a_condition_on_a_hidden_row_shows_its_key_alone(client, zoo_session):
    spy = key_of(Keeper, first_name="Spy")

    page = client.get(f"/zoo/animals/list/?filter=keeper:any:{spy}")

    assert f"#{spy}" in page.text
    assert "Spy" not in page.text


def test_a_picker_finds_rows_by_all_words(client, zoo_session):
    bob = key_of(Keeper, first_name="Bob")

    assert client.get("/zoo/animals/pick/keeper?q=ba bo").json == {
        "results": [{"value": bob, "text": "Bob Baker"}],
        "more": False,
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("pick/name", 404),
        ("pick/colour", 404),
        (f"pick/keeper?q={'x' * 200}", 400),
        ("pick/keeper?q=%00", 400),
        ("pick/keeper?q=%25", 200),
    ],
)
def test_a_picker_answers_nothing_else(path, status, client):
    assert client.get(f"/zoo/animals/{path}").status_code == status


def test_a_list_of_what_belongs_to_a_record(client, zoo_session):
    ann = key_of(Keeper, first_name="Ann")

    page = client.get(f"/zoo/keepers/show/{ann}")
    fragment = client.get(
        "/zoo/animals/list/",
        query_string={"filter": f"keeper:any:{ann}", "view": "related", "page_size": 10},
    )

    assert f"/zoo/animals/list/?filter=keeper:any:{ann}" in unquote(page.text)
    assert "Zoe" in fragment.text
    assert "Max" not in fragment.text
    assert "<html" not in fragment.text


def test_what_belongs_to_a_record_is_added_to_it(client, zoo_session):
    ann = key_of(Keeper, first_name="Ann")
    page = client.get(f"/zoo/keepers/show/{ann}").text
    link = re.search(r'href="(/zoo/animals/add\?[^"]*)"', page)[1].replace("&amp;", "&")

    form = client.get(link)

    assert f"keeper={ann}" in link
    assert "Ann Archer" in form.text


def test_a_list_keeps_nothing_in_the_session(client):
    # The first page draws the token of its forms.
    client.get("/zoo/animals/list/")

    answer = client.get("/zoo/animals/list/?q=zoe&sort=-name")

    assert "Set-Cookie" not in answer.headers
