import pytest
from openapi_spec_validator import validate

from tests.crawl import model_views


@pytest.fixture
def document(zoo_client):
    return zoo_client("admin").get("/api/v1/_openapi").json


def test_the_document_is_valid(document):
    validate(document)


def test_every_resource_is_described(zoo, document):
    for view in model_views(zoo):
        path = f"/api/v1/{view.plural}/"
        assert "get" in document["paths"][path], path
        assert f"{path}{{pk}}" in document["paths"]


def test_only_what_a_resource_offers_is_described(document):
    paths = document["paths"]

    assert set(paths["/api/v1/animals/"]) == {"get", "post"}
    assert set(paths["/api/v1/animals/{pk}"]) >= {"get", "put", "patch", "delete"}


def test_fields_are_described_by_their_kinds(document):
    schemas = document["components"]["schemas"]
    animal, added = schemas["Animal"], schemas["Animal.add"]

    assert animal["properties"]["legs"]["description"] == "Two, four, or none at all."
    assert animal["properties"]["diet"]["enum"] == ["plants", "meat", "nearly-all"]
    assert added["properties"]["badges"] == {
        "type": "array",
        "items": {"type": "string"},
        "nullable": True,
    }
    assert set(added["required"]) == {"name", "species"}
    assert "created_at" not in added["properties"]


def test_a_field_that_the_form_adds_is_described(zoo_client, document):
    added = document["components"]["schemas"]["User.add"]
    info = zoo_client("admin").get("/api/v1/users/_info").json

    assert "new_password" in added["properties"]
    assert "new_password" in info["add_columns"]
    assert "new_password" not in document["components"]["schemas"]["User"]["properties"]


def test_every_call_may_be_refused_in_the_ways_that_all_have_in_common(document):
    for path, operations in document["paths"].items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            described = set(operations[method]["responses"])
            assert {"401", "429"} <= described, f"{method} {path}"


def test_nobody_reads_of_a_field_that_is_hidden_from_them(zoo_client, document):
    of_owner = zoo_client("owner").get("/api/v1/_openapi").json

    assert "salary" in document["components"]["schemas"]["Keeper"]["properties"]
    assert "salary" not in str(of_owner)


def test_the_document_is_for_users_only(zoo):
    assert zoo.test_client().get("/api/v1/_openapi").status_code == 401


def test_an_answer_is_what_the_document_promises(zoo_client, document):
    described = document["components"]["schemas"]["Animal"]["properties"]
    found = zoo_client("admin").get("/api/v1/animals/1").json["result"]

    assert set(found) <= set(described)
