"""Plain parameters of REST: those that a view offers, and `text=plain`."""

import pytest

from tests.core.models import Animal, Keeper
from tests.core.zoo import key_of

ANIMALS = "/api/v1/animals/"


def names(answer):
    assert answer.status_code == 200
    return {row["name"] for row in answer.json["result"]}


@pytest.mark.both_databases
def test_a_plain_parameter_filters(zoo_client, zoo_session):
    client, ann = zoo_client("owner"), key_of(Keeper, first_name="Ann")

    assert names(client.get(f"{ANIMALS}?keeper={ann}")) == {"Zoe"}
    assert names(client.get(f"{ANIMALS}?diet=nearly-all")) == {"Dodo"}
    assert names(client.get(f"{ANIMALS}?tame=true")) == {"50%_off\\"}
    assert names(client.get(f"{ANIMALS}?tame=true&diet=nearly-all")) == set()


def test_the_next_page_keeps_what_was_asked(zoo_client):
    page = zoo_client("owner").get(f"{ANIMALS}?tame=false&page_size=1&sort=name").json

    following = zoo_client("owner").get(ANIMALS + page["next"]).json

    assert page["count"] == following["count"] == 4
    assert page["result"] != following["result"]


@pytest.mark.parametrize("asked", ["diet=grass", "keeper=x", "tame=perhaps", "taste=good"])
def test_a_wrong_value_is_named(zoo_client, asked):
    answer = zoo_client("owner").get(f"{ANIMALS}?{asked}")

    assert (answer.status_code, answer.json["code"]) == (400, "bad_parameter")


def test_plain_text_has_no_markup(zoo_client, zoo_session):
    client = zoo_client("owner")
    path = f"{ANIMALS}{key_of(Animal, name='Zoe')}"
    story = "<p>One &amp; <b>two</b></p>"
    assert client.patch(path, json={"story": story}).status_code == 200

    def stories(query):
        one = client.get(f"{path}?{query}").json["result"]["story"]
        listed = client.get(f"{ANIMALS}?columns=story&q=Zoe&{query}").json["result"][0]["story"]
        return one, listed

    assert stories("") == (story, story)
    assert stories("text=plain") == ("One & two", "One & two")
    assert client.get(f"{path}?text=html").status_code == 400


def test_plain_text_is_kept_on_the_next_page(zoo_client):
    page = zoo_client("owner").get(f"{ANIMALS}?text=plain&page_size=1&sort=name").json

    assert page["next"].endswith("&text=plain")
    assert zoo_client("owner").get(ANIMALS + page["next"]).status_code == 200


def test_parameters_are_described(zoo_client):
    document = zoo_client("admin").get("/api/v1/_openapi").json

    described = {each["name"]: each for each in document["paths"][ANIMALS]["get"]["parameters"]}

    assert {"keeper", "diet", "tame", "text", "q", "filter"} <= described.keys()
    assert described["diet"]["schema"]["enum"] == ["plants", "meat", "nearly-all"]
