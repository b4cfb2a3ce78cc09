"""What the history says of recorded values, and how two texts are compared."""

import pytest
import sqlalchemy as sa

from app.core.history.diff import MAX_WORDS, Part, compare
from app.core.history.models import Operation
from app.core.history.subjects import carriers, model_named
from app.core.history.timeline import undone_operations
from app.extensions import db
from app.features.todo.models import TodoList
from tests.core.models import Animal, Badge
from tests.core.zoo import find_row, key_of

WORDS = " ".join(f"w{number}" for number in range(100))


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("one two", "one three", [("same", "one "), ("del", "two"), ("ins", "three")]),
        ("", "new", [("ins", "new")]),
        ("old", "", [("del", "old")]),
        ("a b c d e", "a b d e", [("same", "a b "), ("del", "c "), ("same", "d e")]),
        (
            "this and that",
            "other words here",
            [("del", "this and that"), ("ins", "other words here")],
        ),
    ],
)
def test_words_are_told_apart(before, after, parts):
    assert [(part.what, part.text) for part in compare(before, after)] == parts


def test_what_stayed_is_shortened_to_what_is_near_a_change():
    parts = compare(f"{WORDS} old {WORDS}", f"{WORDS} new {WORDS}")

    assert [part.what for part in parts] == ["gap", "same", "del", "ins", "same", "gap"]
    assert len("".join(part.text for part in parts)) < 100


def test_very_long_texts_are_not_compared():
    long = "x " * MAX_WORDS

    assert [part.what for part in compare(long, f"{long}y")] == ["del", "ins"]


def test_both_texts_can_be_read_from_the_parts():
    before, after = "The old house by the sea.", "The new house at the sea!"

    parts = compare(before, after)

    for what, text in (("ins", before), ("del", after)):
        assert "".join(part.text for part in parts if part.what != what) == text
    assert Part("gap") not in parts


def test_a_foreign_key_is_seen_as_the_relation_that_it_carries():
    names = carriers(Animal)

    assert (names["species_id"], names["pen_zone"], names["pen_number"]) == (
        "species",
        "pen",
        "pen",
    )
    assert (names["name"], names["badges"]) == ("name", "badges")


def test_a_model_is_found_by_its_name(zoo_session):
    assert model_named("Badge") is Badge
    assert model_named("TodoList") is TodoList
    assert model_named("Nonsense") is None


def test_an_operation_is_undone_until_that_is_undone(zoo_client, zoo_session):
    client = zoo_client("owner")
    client.patch(f"/api/v1/badges/{key_of(Badge, name='Old')}", json={"name": "Older"})
    first = db.session.scalars(sa.select(Operation.id).order_by(Operation.at.desc())).first()

    once = client.post(f"/api/v1/history/undo/{first}").json["operation"]
    after_undo = undone_operations([first])
    client.post(f"/api/v1/history/undo/{once}")

    assert after_undo == {first}
    assert undone_operations([first]) == set()


def test_a_long_history_comes_in_pages(zoo, zoo_client, zoo_session):
    client, key = zoo_client("owner"), key_of(Badge, name="Old")
    for number in range(25):
        client.patch(f"/api/v1/badges/{key}", json={"name": f"n{number}"})

    first = client.get(f"/api/v1/badges/{key}/history").json
    second = client.get(f"/api/v1/badges/{key}/history?page=2").json

    assert (len(first["result"]), first["has_next"]) == (20, True)
    # The row's first change is that it was added.
    assert (len(second["result"]), second["has_next"]) == (6, False)
    ids = [entry["id"] for entry in first["result"] + second["result"]]
    assert ids == sorted(ids, reverse=True)


def test_what_is_not_recorded_has_no_history(zoo_client, zoo_session):
    admin = zoo_client("admin")

    assert admin.get("/administration/changes/history/1").status_code == 404
    assert "/history/" not in admin.get("/administration/changes/list/").text.split("<main")[1]


def test_a_change_that_no_longer_fits_its_column_is_shown_as_it_was_written(
    zoo_client, zoo_session
):
    animal = find_row(Animal, name="Zoe")
    animal.legs = 3
    db.session.commit()
    db.session.execute(
        sa.text("UPDATE history_change SET after = '{\"legs\": \"four\"}' WHERE verb = 'edit'")
    )
    db.session.commit()

    history = zoo_client("owner").get(f"/api/v1/animals/{animal.id}/history").json

    assert history["result"][0]["fields"][0]["after"] == "four"
