"""Files through the API: given by their address, sent in Base64."""

import base64

import pytest
import sqlalchemy as sa

from app.core.files import store
from app.extensions import db
from tests.core.archive import (
    API,
    MAX_BYTES,
    OTHER_PDF,
    PDF,
    Dossier,
    dossier,
    picture,
    stored_file,
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(archive_client):
    return archive_client("owner")


def encoded(content: bytes, name: str = "a.pdf") -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(content).decode()}


def only_row() -> Dossier:
    db.session.expire_all()
    return db.session.scalars(sa.select(Dossier)).one()


def test_a_file_is_given_with_the_address_of_its_content(client):
    row = dossier(paper=stored_file())

    found = client.get(f"{API}/{row.id}").json["result"]["paper"]

    assert {key: found[key] for key in ("name", "type", "size")} == {
        "name": "paper.pdf",
        "type": "application/pdf",
        "size": len(PDF),
    }
    assert set(found) == {"name", "type", "size", "url"}
    assert client.get(found["url"]).data == PDF
    assert client.get(f"{API}/").json["result"][0]["paper"] == found


def test_a_file_is_sent_in_base64(client):
    body = {"title": "One", "paper": encoded(PDF, "../b.html"), "photo": encoded(picture(), "x")}

    answer = client.post(f"{API}/", json=body)

    assert answer.status_code == 201
    assert (only_row().paper.name, only_row().photo.name) == ("b.pdf", "x.png")
    assert store.path_of(only_row().paper.key).read_bytes() == PDF


def test_a_file_is_replaced_kept_and_removed(client):
    row = dossier(paper=stored_file())
    address = f"{API}/{row.id}"

    client.patch(address, json={"paper": encoded(OTHER_PDF, "other.pdf")})
    assert only_row().paper.name == "other.pdf"

    client.patch(address, json={"title": "Two"})
    assert only_row().paper.name == "other.pdf"

    as_given = client.get(address).json["result"]["paper"]
    client.put(address, json={"title": "Three", "paper": as_given})
    assert (only_row().title, only_row().paper.name) == ("Three", "other.pdf")

    client.patch(address, json={"paper": None})
    assert only_row().paper is None


@pytest.mark.parametrize(
    "value",
    [
        "text",
        7,
        True,
        [],
        {},
        {"name": "a.pdf"},
        {"name": "a.pdf", "content": "!!!"},
        {"name": "a.pdf", "content": "é"},
        {"name": 1, "content": ""},
        {"name": "a.pdf", "content": ""},
        {"name": "a.pdf", "type": "application/pdf", "size": 45},
        encoded(b"<html><script>"),
        encoded(PDF + b" " * MAX_BYTES),
        encoded(bytes(100 * MAX_BYTES)),
    ],
)
def test_anything_else_is_refused_beside_the_field(client, value):
    answer = client.post(f"{API}/", json={"title": "One", "paper": value})

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["paper"]


def test_what_the_database_keeps_of_a_foreign_file_gives_nobody_that_file(client):
    foreign = dossier("Not yours", paper=stored_file())

    answer = client.post(f"{API}/", json={"title": "One", "paper": foreign.paper.to_dict()})

    assert answer.status_code == 422


def test_a_file_that_must_be_there_is_asked_for(client):
    answer = client.post("/api/v1/receipts/", json={"title": "One"})

    assert answer.status_code == 422
    assert "slip" in answer.json["errors"]
    assert client.post("/archive/receipts/add", data={"title": "One"}).status_code == 422
    kept = {"title": "One", "slip": encoded(PDF)}
    assert client.post("/api/v1/receipts/", json=kept).status_code == 201


def test_masked_and_hidden_files_stay_so(client):
    row = dossier(secret=stored_file(), hinted=stored_file(name="salaries.pdf"))

    found = client.get(f"{API}/{row.id}").json["result"]

    assert "secret" not in found
    assert found["hinted"] == "•••• .pdf"
    body = {"hinted": encoded(PDF), "secret": encoded(PDF)}
    assert client.patch(f"{API}/{row.id}", json=body).status_code == 422


def test_the_description_says_what_is_given_and_what_is_sent(client):
    schemas = client.get("/api/v1/_openapi").json["components"]["schemas"]

    given = schemas["Dossier"]["properties"]["paper"]
    sent = schemas["Dossier.add"]["properties"]["paper"]
    assert set(given["properties"]) == {"name", "type", "size", "url"}
    assert sent["required"] == ["name", "content"]
    assert sent["properties"]["content"]["format"] == "byte"
    assert "at most 20 kB" in sent["description"]
