"""An old version comes back as a new one, as far as it can."""

import pytest

from app.extensions import db
from tests.core.models import Animal, Species
from tests.core.zoo import find_row, key_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def test_an_old_version_comes_back_as_a_new_one(client, zoo_session):
    key = key_of(Animal, name="Zoe")
    before = find_row(Animal, name="Zoe")
    badges, species = {badge.id for badge in before.badges}, before.species_id
    client.patch(f"/api/v1/animals/{key}", json={"legs": 1})
    wanted = client.get(f"/api/v1/animals/{key}/history").json["result"][0]["id"]
    bird = key_of(Species, name="Bird")
    client.patch(f"/api/v1/animals/{key}", json={"legs": 2, "species": bird, "badges": []})
    client.patch(f"/api/v1/animals/{key}", json={"legs": 3, "notes": "later"})
    db.session.expire_all()
    version = find_row(Animal, name="Zoe").version

    answer = client.post(
        f"/zoo/animals/restore/{key}", data={"change": wanted, "_version": version}
    )

    assert answer.status_code == 302
    db.session.expire_all()
    row = find_row(Animal, name="Zoe")
    assert (row.legs, row.notes, row.species_id) == (1, None, species)
    assert {badge.id for badge in row.badges} == badges
    assert row.version == version + 1


def test_a_restoration_that_started_from_an_older_version_is_refused(client, zoo_session):
    key = key_of(Animal, name="Zoe")
    client.patch(f"/api/v1/animals/{key}", json={"legs": 1})
    wanted = client.get(f"/api/v1/animals/{key}/history").json["result"][0]["id"]
    client.patch(f"/api/v1/animals/{key}", json={"legs": 2})

    answer = client.post(f"/zoo/animals/restore/{key}", data={"change": wanted, "_version": "1"})

    assert answer.status_code == 409


def test_what_cannot_be_restored_is_said(client, zoo_session):
    key, gone = key_of(Animal, name="Zoe"), client.post("/api/v1/badges/", json={"name": "Gone"})
    badge = gone.json["id"]
    client.patch(f"/api/v1/animals/{key}", json={"badges": [badge], "legs": 1})
    wanted = client.get(f"/api/v1/animals/{key}/history").json["result"][0]["id"]
    client.patch(f"/api/v1/animals/{key}", json={"badges": [], "legs": 2})
    client.delete(f"/api/v1/badges/{badge}")

    answer = client.post(f"/zoo/animals/restore/{key}", data={"change": wanted})

    assert answer.status_code == 200
    assert "A record that it was linked to is gone." in answer.text
    db.session.expire_all()
    assert find_row(Animal, name="Zoe").legs == 1


@pytest.mark.parametrize("change", ["", "x", "999999", "-1", "99999999999999999999"])
def test_a_change_of_another_record_cannot_be_restored(change, client, zoo_session):
    key = key_of(Animal, name="Zoe")

    answer = client.post(f"/zoo/animals/restore/{key}", data={"change": change})

    assert answer.status_code in (400, 404)
