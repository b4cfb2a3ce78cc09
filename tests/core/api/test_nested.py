"""The rows below a row: `/api/v1/keepers/<key>/animals`."""

import pytest
from openapi_spec_validator import validate

from app.extensions import db
from tests.core.models import Animal, Keeper, Species
from tests.core.zoo import find_row, key_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def below(zoo_session):
    """The address of the animals of one keeper."""
    return lambda name: f"/api/v1/keepers/{key_of(Keeper, first_name=name)}/animals"


def test_only_the_rows_below_are_read(zoo_client, below):
    answer = zoo_client("owner").get(below("Ann"))

    assert answer.status_code == 200
    assert [row["name"] for row in answer.json["result"]] == ["Zoe"]
    assert answer.json["count"] == 1


def test_their_list_takes_its_own_parameters(zoo_client, below):
    client, bob = zoo_client("owner"), key_of(Keeper, first_name="Bob")
    species = key_of(Species, name="Ape")
    for name in ("Bea", "Ben", "Tim"):
        sent = {"name": name, "species": species, "keeper": bob}
        assert client.post("/api/v1/animals/", json=sent).status_code == 201

    page = client.get(f"{below('Bob')}?sort=-name&page_size=2&columns=name&q=be").json
    names = [row["name"] for row in page["result"]]
    first = client.get(f"{below('Bob')}?sort=name&page_size=1&columns=name").json
    found = [first["result"][0]["name"]]
    while first["next"]:
        first = client.get(f"{below('Bob')}{first['next']}").json
        found.append(first["result"][0]["name"])

    assert names == ["Ben", "Bea"]
    assert found == ["Bea", "Ben", "Max", "Tim"]


def test_a_row_is_added_below(zoo_client, below, zoo_session):
    sent = {"name": "New", "species": key_of(Species, name="Ape")}

    answer = zoo_client("owner").post(below("Ann"), json=sent)

    assert answer.status_code == 201
    assert answer.json["result"]["keeper"]["text"] == "Ann Archer"
    assert answer.headers["Location"] == f"/api/v1/animals/{answer.json['id']}"
    assert find_row(Animal, name="New").keeper.first_name == "Ann"


def test_the_row_above_cannot_be_another_one(zoo_client, below):
    sent = {"name": "New", "species": key_of(Species, name="Ape"), "keeper": "1"}

    answer = zoo_client("owner").post(below("Ann"), json=sent)

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["keeper"]


def test_what_is_missing_is_named(zoo_client, below):
    answer = zoo_client("owner").post(below("Ann"), json={})

    assert answer.status_code == 422
    assert {"name", "species"} <= answer.json["errors"].keys()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_gates_are_asked(zoo_client, below, zoo, method):
    def status(client, name):
        return client.open(below(name), method=method, json={}).status_code

    assert status(zoo_client("owner"), "Spy") == 404
    assert status(zoo_client("stranger"), "Ann") == 403
    assert status(zoo.test_client(), "Ann") == 401


def test_rights_to_the_row_above_alone_do_not_do(zoo, zoo_client, below):
    security = zoo.appbuilder.sm
    role = security.add_role("Reader of keepers")
    role.permissions = [security.find_permission_view_menu("can_read", "Keeper")]
    security.find_user("cast-stranger").roles = [role]
    db.session.commit()
    client = zoo_client("stranger")

    assert client.get(f"/api/v1/keepers/{key_of(Keeper, first_name='Ann')}").status_code == 200
    assert client.get(below("Ann")).status_code == 403
    assert client.post(below("Ann"), json={}).status_code == 403


def test_other_relations_are_not_offered(zoo_client, zoo_session):
    key = key_of(Animal, name="Zoe")

    assert zoo_client("owner").get(f"/api/v1/animals/{key}/badges").status_code == 404
    assert zoo_client("owner").post(f"/api/v1/animals/{key}/badges", json={}).status_code == 404


def test_they_are_described(zoo_client):
    document = zoo_client("admin").get("/api/v1/_openapi").json

    validate(document)
    described = document["paths"]["/api/v1/keepers/{pk}/animals"]
    body = described["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(described) == {"get", "post"}
    assert "keeper" not in body["properties"]
    assert set(body["required"]) == {"name", "species"}
