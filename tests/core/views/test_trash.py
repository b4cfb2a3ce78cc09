"""Through the page of the trash a row comes back, or goes for good."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.history.models import Change, Operation
from app.extensions import db
from tests.core.attic import BOXES, SHELVES, Box, Loan, Note, Shelf, keep, stored, throw

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(attic_client):
    return attic_client("owner")


@pytest.fixture
def admin(attic_client):
    return attic_client("admin")


def test_a_recovery_is_one_operation(client, scene):
    throw(client, scene["top"])

    client.post(f"{SHELVES}/recover/{scene['top'].id}")

    by_us = sa.select(Operation.id).where(Operation.action == "ShelfView.recover")
    changes = sa.select(Change.model).where(Change.operation_id.in_(by_us))
    assert len(db.session.scalars(by_us).all()) == 1
    assert sorted(db.session.scalars(changes)) == ["Box", "Shelf"]


def test_the_trash_lists_what_was_deleted(client, scene):
    throw(client, scene["top"])

    page = client.get(f"{SHELVES}/trash/").text

    assert "Top shelf" in page
    assert "Owner Cast" in page
    assert "Bottom shelf" not in page
    assert f"{SHELVES}/trash/" in client.get(f"{SHELVES}/list/").text


def test_the_trash_can_be_searched(client, scene):
    throw(client, scene["top"], scene["bottom"])

    page = client.get(f"{SHELVES}/trash/?q=Bott").text

    assert "Bottom shelf" in page
    assert "Top shelf" not in page
    assert "Nothing matches" in client.get(f"{SHELVES}/trash/?q=nowhere").text


def test_an_empty_trash_says_so(client, attic):
    assert "The trash is empty" in client.get(f"{SHELVES}/trash/").text
    assert "What you delete waits here for 30 days." in client.get(f"{SHELVES}/trash/").text
    assert "until somebody deletes it for good" in client.get(f"{BOXES}/trash/").text


@pytest.mark.parametrize("way", ["one", "many", "all"])
def test_a_row_comes_back_with_what_went_with_it(client, scene, way):
    keep(before := Box(label="Thrown before", shelf=scene["top"]))
    throw(client, before, path=BOXES)
    throw(client, scene["top"])
    key = str(scene["top"].id)
    match way:
        case "one":
            answer = client.post(f"{SHELVES}/recover/{key}")
        case "many":
            answer = client.post(f"{SHELVES}/trash/recover", data={"key": [key, "999"]})
        case _:
            answer = client.post(f"{SHELVES}/trash/recover", data={"all": "1"})

    assert answer.status_code == 302
    assert stored(scene["top"]).deleted_at is None
    assert stored(scene["box"]).deleted_at is None
    assert stored(before).deleted_at is not None
    assert "Old lamp" in client.get("/attic/things/list/").text


def test_a_tree_goes_and_comes_back_as_one(client, attic):
    root = Shelf(name="Root")
    branch = Shelf(name="Branch", inside=root)
    leaf = Shelf(name="Leaf", inside=branch)
    keep(leaf)

    throw(client, root)
    gone = [stored(shelf).deleted_at for shelf in (root, branch, leaf)]
    client.post(f"{SHELVES}/recover/{root.id}")

    assert len(set(gone)) == 1
    assert None not in gone
    assert [stored(shelf).deleted_at for shelf in (root, branch, leaf)] == [None] * 3


def test_a_taken_name_keeps_a_row_in_the_trash_and_says_so_beside_it(client, scene):
    throw(client, scene["top"], scene["bottom"])
    keep(Shelf(name="Top shelf"))

    page = client.post(f"{SHELVES}/trash/recover", data={"all": "1"})

    assert page.status_code == 409
    row = page.text.partition('<th class="lead"')[2].partition("</th>")[0]
    assert "Top shelf" in row
    assert "Name, Room: Another record already has this combination of values." in row
    assert stored(scene["top"]).deleted_at is not None
    assert stored(scene["bottom"]).deleted_at is None


def test_a_refused_recovery_leaves_no_trace(client, scene):
    def recorded():
        return [
            db.session.scalar(sa.select(sa.func.count(model.id))) for model in (Change, Operation)
        ]

    throw(client, scene["top"])
    keep(Shelf(name="Top shelf"))
    before = recorded()

    client.post(f"{SHELVES}/recover/{scene['top'].id}")

    assert recorded() == before
    assert stored(scene["box"]).deleted_at is not None


def test_a_row_does_not_come_back_without_its_parent(client, scene):
    throw(client, scene["top"])

    page = client.post(f"{BOXES}/recover/{scene['box'].id}")

    assert page.status_code == 409
    assert "“Top shelf” is in the trash, too. Recover that first." in page.text


def test_rules_hold_for_the_trash(client, attic):
    hidden, fixed = Shelf(name="Not yours"), Shelf(name="Not yours to delete")
    hidden.deleted_at = fixed.deleted_at = now()
    keep(hidden, fixed)

    page = client.get(f"{SHELVES}/trash/").text
    statuses = [
        client.post(f"{SHELVES}/recover/{shelf.id}").status_code for shelf in (hidden, fixed)
    ]
    client.post(f"{SHELVES}/trash/recover", data={"all": "1"})

    assert "Not yours" not in page
    assert statuses == [404, 403]
    assert stored(hidden).deleted_at is not None
    assert stored(fixed).deleted_at is not None


def test_a_row_outside_the_trash_is_not_in_it(client, admin, scene):
    key = scene["top"].id

    assert client.post(f"{SHELVES}/recover/{key}").status_code == 404
    assert admin.post(f"{SHELVES}/purge/{key}", data={"confirmed": "1"}).status_code == 404
    assert stored(scene["top"]) is not None


def test_who_may_not_purge_is_not_offered_it(client, admin, scene):
    throw(client, scene["top"])
    key, data = scene["top"].id, {"confirmed": "1", "key": str(scene["top"].id)}

    statuses = [
        client.post(path, data=data).status_code
        for path in (f"{SHELVES}/purge/{key}", f"{SHELVES}/trash/purge")
    ]

    assert statuses == [403, 403]
    assert "Delete for good" not in client.get(f"{SHELVES}/trash/").text
    assert "Delete for good" in admin.get(f"{SHELVES}/trash/").text


@pytest.mark.parametrize(("person", "status"), [("stranger", 403), (None, 302)])
def test_others_see_no_trash(attic, attic_client, scene, person, status):
    client = attic_client(person) if person else attic.test_client()

    assert client.get(f"{SHELVES}/trash/").status_code == status
    assert client.post(f"{SHELVES}/recover/{scene['top'].id}").status_code == status
    assert client.post(f"{SHELVES}/trash/recover", data={"all": "1"}).status_code == status


@pytest.mark.parametrize("path", ["purge/{}", "trash/purge"])
def test_a_question_comes_before_a_row_is_purged(admin, scene, path):
    throw(admin, scene["top"])
    path = f"{SHELVES}/{path.format(scene['top'].id)}"
    data = {"key": str(scene["top"].id)}

    question = admin.post(path, data=data)
    asked = stored(scene["top"]) is not None
    done = admin.post(path, data=data | {"confirmed": "1"})
    db.session.expunge_all()

    assert asked
    assert "Delete this record for good?" in question.text
    assert "cannot be undone" in question.text
    assert "Boxes: 1 is deleted too." in question.text
    assert done.status_code == 302
    assert db.session.scalars(sa.select(Shelf.name)).all() == ["Bottom shelf"]
    assert db.session.scalars(sa.select(Box)).all() == []
    assert db.session.scalars(sa.select(Note)).one().shelf_id is None


@pytest.mark.parametrize("path", ["purge/{}", "trash/purge"])
def test_what_was_purged_is_gone_for_good_and_its_history_stays(admin, scene, path):
    key, box = str(scene["top"].id), scene["box"].id
    throw(admin, scene["top"])
    admin.post(f"{SHELVES}/{path.format(key)}", data={"key": key, "confirmed": "1"})
    db.session.expunge_all()
    by_us = sa.select(Operation.id).where(Operation.action == "ShelfView.purge")
    purging = db.session.scalars(by_us).one()

    answer = admin.post(f"/api/v1/history/undo/{purging}")
    page = admin.post(f"/history/undo/{purging}")

    assert (answer.status_code, answer.json["code"]) == (409, "final")
    assert answer.json["message"] == "What was deleted for good cannot be brought back."
    assert page.status_code == 409
    assert "What was deleted for good cannot be brought back." in page.text
    assert db.session.scalars(sa.select(Shelf.name)).all() == ["Bottom shelf"]
    changes = sa.select(Change.model).where(Change.operation_id == purging)
    assert {"Shelf", "Box", "Note"} <= set(db.session.scalars(changes))
    timeline = admin.get(f"{BOXES}/history/{box}").text
    assert "Deleted" in timeline
    assert f"/history/undo/{purging}" not in timeline


def test_a_row_that_a_trashed_one_refers_to_is_not_purged(admin, scene):
    keep(Loan(name="Lent", box=scene["box"], deleted_at=now()))
    throw(admin, scene["box"], path=BOXES)

    page = admin.post(
        f"{BOXES}/purge/{scene['box'].id}", data={"confirmed": "1"}, follow_redirects=True
    )

    assert "Other records still refer to this one." in page.text
    assert stored(scene["box"]) is not None


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("trash/other", {"key": "1"}, 404),
        ("trash/recover", {}, 302),
        ("trash/recover", {"key": "x"}, 404),
        ("recover/x", {}, 404),
        ("recover/999999", {}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(client, path, data, status):
    assert client.post(f"{SHELVES}/{path}", data=data).status_code == status


@pytest.mark.parametrize("path", ["recover/1", "purge/1", "trash/recover"])
def test_no_link_changes_the_trash(admin, path):
    assert admin.get(f"{SHELVES}/{path}").status_code == 405


def test_a_model_without_a_trash_has_none(client, attic):
    assert client.get("/attic/notes/trash/").status_code == 404
    views = {type(view).__name__: view for view in attic.appbuilder.baseviews}
    assert "can_purge" in views["ShelfView"].base_permissions
    assert "can_purge" not in views["NoteView"].base_permissions


def test_a_parent_that_a_rule_hides_is_not_named(client, attic):
    hidden = Shelf(name="Not yours", deleted_at=now())
    keep(box := Box(label="Red box", shelf=hidden, deleted_at=now()))

    page = client.post(f"{BOXES}/recover/{box.id}")

    assert page.status_code == 409
    assert "What it belongs to is in the trash, too." in page.text
    assert "Not yours" not in page.text
