"""Deleting puts rows into the trash, and then no door shows them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.fields import fields_of
from app.core.history.models import Change, Operation, Verb
from app.core.query.trashing import recover
from app.extensions import db
from tests.core.attic import BOXES, SHELVES, Box, Loan, Note, Shelf, keep, stored, throw

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(attic_client):
    return attic_client("owner")


DOORS = [
    f"{SHELVES}/list/",
    f"{SHELVES}/list/?q=Top",
    f"{SHELVES}/export/csv",
    f"{SHELVES}/chart/room/csv",
    "/api/v1/shelves/",
    f"{BOXES}/list/",
    f"{BOXES}/pick/shelf?q=",
    f"{BOXES}/add",
    "/attic/things/list/",
    "/attic/things/export/json",
    "/attic/notes/list/",
    "/attic/notes/list/?q=Top",
    "/api/v1/notes/",
    "/api/v1/things/",
]


@pytest.mark.parametrize("door", DOORS)
def test_no_door_shows_what_is_in_the_trash(client, scene, door):
    before = client.get(door)
    throw(client, scene["top"])

    after = client.get(door)

    assert (before.status_code, after.status_code) == (200, 200)
    for word in ("Top shelf", "Red box", "Old lamp"):
        assert word not in after.text
    assert before.text != after.text or "q=Top" in door


@pytest.mark.parametrize("page", ["show/{}", "edit/{}", "delete/{}"])
def test_its_pages_are_gone(client, scene, page):
    throw(client, scene["top"])

    assert client.get(f"{SHELVES}/{page.format(scene['top'].id)}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_rest_does_not_find_it(client, scene, method):
    throw(client, scene["top"])

    answer = client.open(f"/api/v1/shelves/{scene['top'].id}", method=method, json={})

    assert answer.status_code == 404


def test_nothing_can_be_put_into_it(client, scene):
    throw(client, scene["top"])

    answer = client.post("/api/v1/boxes/", json={"label": "New", "shelf": str(scene["top"].id)})

    assert (answer.status_code, set(answer.json["errors"])) == (422, {"shelf"})


@pytest.mark.parametrize("way", ["form", "bulk", "rest"])
def test_deleting_by_each_way_puts_it_into_the_trash(client, scene, way):
    key = scene["top"].id
    match way:
        case "form":
            answer = client.post(f"{SHELVES}/delete/{key}")
        case "bulk":
            answer = throw(client, scene["top"])
        case _:
            answer = client.delete(f"/api/v1/shelves/{key}")

    shelf, box = stored(scene["top"]), stored(scene["box"])
    assert answer.status_code in (204, 302)
    assert shelf.deleted_at is not None
    assert shelf.deleted_by.username == "cast-owner"
    assert box.deleted_at == shelf.deleted_at
    assert stored(scene["bottom"]).deleted_at is None
    assert db.session.scalars(sa.select(Note)).one().shelf_id == key


def test_many_rows_take_as_many_statements_as_few(client, attic, statements):
    def deletion(count):
        shelves = [Shelf(name=f"{count}-{number}") for number in range(count)]
        keep(*shelves, *(Box(label="x", shelf=shelf) for shelf in shelves))
        with statements() as seen:
            throw(client, *shelves)
        return len(seen)

    assert deletion(2) == deletion(200)


def test_history_says_that_it_was_moved(client, scene):
    throw(client, scene["top"])

    edits = sa.select(Change).where(Change.verb == Verb.EDIT, Change.model.in_(["Shelf", "Box"]))
    found = db.session.scalars(edits).all()
    assert {(change.model, change.row_title) for change in found} == {
        ("Shelf", "Top shelf"),
        ("Box", "Red box"),
    }
    assert {change.operation_id for change in found} == {found[0].operation_id}
    assert all(list(change.after) == ["deleted_at"] for change in found)


def test_the_question_says_that_it_can_be_got_back(client, scene):
    page = client.get(f"{SHELVES}/delete/{scene['top'].id}").text

    assert "recovered from the trash for 30 days" in page
    assert "Boxes: 1 goes to the trash too." in page
    assert "cannot be undone" not in page
    assert "Notes" not in page.partition("<main")[2]


def test_a_row_that_others_refer_to_stays(client, scene):
    keep(Loan(name="Lent", box=scene["box"]))

    answers = [
        client.delete(f"/api/v1/boxes/{scene['box'].id}"),
        client.delete(f"/api/v1/shelves/{scene['top'].id}"),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert stored(scene["box"]).deleted_at is None
    assert stored(scene["top"]).deleted_at is None


def test_one_in_the_trash_keeps_nothing_from_going(client, scene):
    keep(Loan(name="Lent", box=scene["box"], deleted_at=now()))

    assert client.delete(f"/api/v1/boxes/{scene['box'].id}").status_code == 204


def test_of_many_only_those_that_must_stay(attic):
    keep(*(Shelf(name=f"S{number}", deleted_at=now()) for number in range(20)))
    keep(*(Shelf(name=f"S{number}") for number in (3, 11)))
    trashed = db.session.scalars(sa.select(Shelf).where(Shelf.deleted_at.is_not(None))).all()
    keys = {(shelf.id,): shelf.name for shelf in trashed}

    refused = recover(Shelf, list(keys), fields_of(Shelf))

    assert {keys[key] for key in refused} == {"S3", "S11"}


def test_undoing_a_deletion_takes_the_rows_out_again(client, scene):
    throw(client, scene["top"])
    deletion = sa.select(Operation.id).where(Operation.action == "ShelfView.delete")

    answer = client.post(f"/history/undo/{db.session.scalars(deletion).one()}")

    assert answer.status_code == 302
    assert stored(scene["top"]).deleted_at is None
    assert stored(scene["box"]).deleted_at is None
