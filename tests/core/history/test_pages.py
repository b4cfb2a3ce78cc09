"""The history, undoing and the log are doors like all others: every rule holds behind them."""

import html
import re
import uuid

import pytest
import sqlalchemy as sa

from app.core.history.models import Operation
from app.extensions import db
from tests.core.history.doors import grant, last_operation, withdraw
from tests.core.models import Animal, Badge, Diary, Keeper, Meal, Pen, Species
from tests.core.zoo import SECRET_TITLE, find_row, key_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def text_of(answer):
    """What a page says, without its tags."""
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", answer.text)
    return re.sub(r"\s+", " ", html.unescape(body))


def test_a_record_says_what_was_changed_by_whom_and_from_where(client, zoo_session):
    zoe, bird = key_of(Animal, name="Zoe"), key_of(Species, name="Bird")
    client.patch(f"/api/v1/animals/{zoe}", json={"species": bird, "legs": 3, "badges": ["1"]})

    page = client.get(f"/zoo/animals/history/{zoe}")

    text = text_of(page)
    assert page.status_code == 200
    for said in ("Owner Cast", "API", "Ape", "Bird", "Legs", "became 3", "Species"):
        assert said in text
    assert f'href="/zoo/animals/history/{zoe}"' in client.get(f"/zoo/animals/show/{zoe}").text


def test_the_page_of_a_record_fetches_its_last_changes(client, zoo_session):
    zoe = key_of(Animal, name="Zoe")
    for legs in range(7):
        client.patch(f"/api/v1/animals/{zoe}", json={"legs": legs})

    page = client.get(f"/zoo/animals/show/{zoe}")
    part = client.get(f"/zoo/animals/history/{zoe}?part=latest")

    assert f'hx-get="/zoo/animals/history/{zoe}?part=latest"' in page.text
    assert "became" not in page.text
    assert re.findall(r"<del>.*?(\d).*?<ins>.*?(\d)", part.text) == [
        ("5", "6"),
        ("4", "5"),
        ("3", "4"),
        ("2", "3"),
        ("1", "2"),
    ]
    assert f'href="/zoo/animals/history/{zoe}"' in part.text
    assert "<html" not in part.text
    assert "<form" not in part.text


def test_a_record_that_was_never_changed_says_so(client, zoo_session):
    zoo_session.execute(sa.delete(Operation))
    zoo_session.commit()

    part = client.get(f"/zoo/animals/history/{key_of(Animal, name='Zoe')}?part=latest")

    assert "No changes yet" in text_of(part)


def test_a_long_text_is_compared_word_by_word(client, zoo_session):
    zoe = key_of(Animal, name="Zoe")
    words = " ".join(f"word{number}" for number in range(60))
    client.patch(f"/api/v1/animals/{zoe}", json={"notes": f"{words} old end"})
    client.patch(f"/api/v1/animals/{zoe}", json={"notes": f"{words} new end"})

    page = client.get(f"/zoo/animals/history/{zoe}")

    assert "<del>old</del><ins>new</ins>" in page.text


def test_values_are_written_in_the_readers_language(client, zoo_session):
    zoe = key_of(Animal, name="Zoe")
    client.patch(f"/api/v1/animals/{zoe}", json={"born_on": "2020-02-01", "is_tame": True})

    page = client.get(f"/zoo/animals/history/{zoe}", headers={"Accept-Language": "pt"})

    assert "de fev. de 2020" in text_of(page)
    assert "Sim" in text_of(page)


def test_the_history_costs_at_most_eight_statements(client, zoo_session, statements):
    zoe = key_of(Animal, name="Zoe")
    for number in range(1, 9):
        pen = key_of(Pen, number=1 + number % 2)
        keeper = key_of(Keeper, first_name=("Ann", "Bob")[number % 2])
        species = key_of(Species, name=("Ape", "Bird")[number % 2])
        badges = [key_of(Badge, name=("Old", "Big")[number % 2])]
        values = {"pen": pen, "keeper": keeper, "species": species, "badges": badges}
        assert client.patch(f"/api/v1/animals/{zoe}", json=values).json.get("errors", {}) == {}
    client.get(f"/zoo/animals/history/{zoe}")

    with statements() as seen:
        page = client.get(f"/zoo/animals/history/{zoe}")

    assert page.status_code == 200
    assert len(seen) <= 8


# Rows and fields that are hidden


def test_the_history_of_a_foreign_row_is_not_found(zoo_client, zoo_session):
    own, foreign = zoo_client("owner"), zoo_client("teammate")
    key = key_of(Diary, title="Diary of Owner")
    own.patch(f"/api/v1/diaries/{key}", json={"data": "private words"})

    assert own.get(f"/zoo/diaries/history/{key}").status_code == 200
    assert foreign.get(f"/zoo/diaries/history/{key}").status_code == 404
    assert foreign.get(f"/zoo/diary-index/history/{key}").status_code == 404
    assert foreign.get(f"/api/v1/diaries/{key}/history").status_code == 404
    assert foreign.post(f"/zoo/diaries/restore/{key}", data={"change": "1"}).status_code == 404


def test_undoing_a_change_of_a_foreign_row_changes_nothing_and_names_nothing(
    zoo_client, zoo_session
):
    own, foreign = zoo_client("owner"), zoo_client("teammate")
    key = key_of(Diary, title="Diary of Owner")
    own.patch(f"/api/v1/diaries/{key}", json={"data": "private words"})

    answer = foreign.post(f"/api/v1/history/undo/{last_operation()}")

    assert answer.status_code == 409
    assert answer.json["done"] == 0
    assert "Diary of" not in answer.text
    assert find_row(Diary, title="Diary of Owner").data == "private words"


def test_a_deleted_row_is_forgotten_for_those_whom_a_rule_restricts(zoo_client, zoo_session):
    client = zoo_client("owner")
    diary, badge = key_of(Diary, title="Diary of Owner"), key_of(Badge, name="Old")
    meal = db.session.scalars(sa.select(Meal)).one()
    key = f"{meal.animal_id}~1{meal.keeper_id}"
    for path in (f"diaries/{diary}", f"badges/{badge}", f"meals/{key}"):
        client.delete(f"/api/v1/{path}")

    assert client.get(f"/zoo/diaries/history/{diary}").status_code == 404
    assert client.get(f"/zoo/badges/history/{badge}").status_code == 404
    assert client.get(f"/zoo/badges/history/{badge}?part=latest").status_code == 404
    assert client.get(f"/zoo/meals/history/{key}").status_code == 200


def test_a_hidden_field_never_appears(client, zoo_client, zoo_session):
    ann = key_of(Keeper, first_name="Ann")
    keeper = find_row(Keeper, first_name="Ann")
    keeper.salary = 7777
    db.session.commit()
    operation = last_operation()
    keeper.salary, keeper.nickname = 8888, "Nanny"
    db.session.commit()

    page = client.get(f"/zoo/keepers/history/{ann}")
    rest = client.get(f"/api/v1/keepers/{ann}/history")
    log = client.get("/administration/changes/list/?q=Ann")
    export = client.get("/administration/changes/export/csv")
    part = client.get(f"/zoo/keepers/history/{ann}?part=latest")

    for answer in (page, rest, log, export, part):
        assert answer.status_code == 200
        assert "Salary" not in answer.text
        assert "8888" not in answer.text
    assert "Nanny" in page.text
    assert [change["verb"] for change in rest.json["result"]] == ["edit", "add"]
    assert client.post(f"/api/v1/history/undo/{operation}").status_code == 404


def test_a_field_that_may_only_be_read_is_not_set_back(client, zoo_session):
    keeper = find_row(Keeper, first_name="Ann")
    keeper.nickname, keeper.email = "Nanny", "new@zoo.example"
    db.session.commit()

    answer = client.post(f"/api/v1/history/undo/{last_operation()}")

    assert answer.json["done"] == 1
    reasons = [failure["reason"] for failure in answer.json["failures"]]
    assert reasons == ["You may not change this: Nickname."]
    db.session.expire_all()
    assert (keeper.nickname, keeper.email) == ("Nanny", "ann@zoo.example")


def test_hidden_related_rows_are_not_named(client, zoo_session):
    kim = find_row(Animal, name="Kim")
    kim.keeper, kim.badges = find_row(Keeper, first_name="Bob"), []
    db.session.commit()

    page = client.get(f"/zoo/animals/history/{kim.id}")
    part = client.get(f"/zoo/animals/history/{kim.id}?part=latest")

    for answer in (page, part):
        assert "Bob Baker" in answer.text
        assert SECRET_TITLE not in answer.text


def test_a_row_that_may_not_be_edited_is_not_undone(client, zoo_session):
    dodo = find_row(Animal, name="Dodo")
    dodo.legs = 2
    db.session.commit()

    answer = client.post(f"/api/v1/history/undo/{last_operation()}")
    restored = client.post(f"/zoo/animals/restore/{dodo.id}", data={"change": "1"})

    assert answer.status_code == 409
    assert answer.json["failures"][0]["reason"] == "You may not change this record."
    assert restored.status_code == 403


# Rights


@pytest.mark.parametrize(
    ("right", "change"),
    [
        (
            "edit Badge",
            lambda client, key: client.patch(f"/api/v1/badges/{key}", json={"name": "x"}),
        ),
        ("add Badge", lambda client, key: client.delete(f"/api/v1/badges/{key}")),
        ("delete Badge", lambda client, _key: client.post("/api/v1/badges/", json={"name": "x"})),
    ],
    ids=["edit", "delete", "add"],
)
def test_undoing_asks_for_the_right_to_do_the_opposite(right, change, client, zoo_session):
    answer = change(client, client.post("/api/v1/badges/", json={"name": "mine"}).json["id"])
    assert answer.status_code < 300
    operation = last_operation()
    withdraw(right)

    refused = client.post(f"/api/v1/history/undo/{operation}")
    grant(right)
    allowed = client.post(f"/api/v1/history/undo/{operation}")

    assert (refused.status_code, refused.json["done"]) == (409, 0)
    assert refused.json["failures"][0]["reason"] == "You do not have permission to do this."
    assert (allowed.status_code, allowed.json["done"]) == (200, 1)


def test_without_the_right_to_read_there_is_no_history(client, zoo_session):
    key = key_of(Badge, name="Old")
    client.patch(f"/api/v1/badges/{key}", json={"name": "Older"})
    operation = last_operation()
    withdraw("read Badge")

    assert client.get(f"/zoo/badges/history/{key}").status_code == 403
    assert client.get(f"/api/v1/badges/{key}/history").status_code == 403
    assert client.post(f"/api/v1/history/undo/{operation}").status_code == 404
    assert "Older" not in client.get("/administration/changes/list/").text


def test_visitors_and_strangers_see_nothing(zoo, zoo_client, zoo_session):
    visitor, stranger = zoo.test_client(), zoo_client("stranger")
    key = key_of(Badge, name="Old")
    zoo_client("owner").patch(f"/api/v1/badges/{key}", json={"name": "Older"})
    undo = f"/history/undo/{last_operation()}"

    assert visitor.get(f"/zoo/badges/history/{key}").status_code == 302
    assert visitor.post(undo).status_code == 302
    assert visitor.post(f"/api/v1{undo}").status_code == 401
    assert visitor.get("/administration/changes/list/").status_code == 302
    assert stranger.get(f"/zoo/badges/history/{key}").status_code == 403
    assert stranger.get(f"/zoo/badges/history/{key}?part=latest").status_code == 403
    assert stranger.post(undo).status_code == 404
    assert stranger.get("/administration/changes/list/").status_code == 403
    assert stranger.get("/api/v1/changes/").status_code == 403


# Toasts and pages


def test_a_save_offers_to_undo_it(client, zoo_session):
    saved = client.post("/zoo/badges/add", data={"name": "New"}, follow_redirects=True)
    undo = re.search(r'action="(/history/undo/[-0-9a-f]+)"', saved.text)

    done = client.post(undo[1], data={"next": "/zoo/badges/list/"}, follow_redirects=True)

    assert "1 change was undone." in done.text
    assert undo[1] not in done.text
    assert "/history/undo/" in done.text
    assert db.session.scalar(sa.select(sa.func.count()).where(Badge.name == "New")) == 0


def test_a_bulk_change_offers_to_undo_it_and_names_itself(client, zoo_session):
    keys = [key_of(Animal, name=name) for name in ("Zoe", "Max")]

    client.post("/zoo/animals/bulk/feed", data={"key": keys})
    done = db.session.get(Operation, last_operation())
    page = client.get("/zoo/animals/list/")
    answer = client.post(f"/history/undo/{done.id}")

    assert (done.action, done.source) == ("AnimalView.feed", "bulk")
    assert f"/history/undo/{done.id}" in page.text
    assert answer.status_code == 302
    db.session.expire_all()
    assert find_row(Animal, name="Max").fed_at is None


def test_nothing_is_offered_that_may_not_be_done(client, zoo_session):
    withdraw("delete Badge")

    saved = client.post("/zoo/badges/add", data={"name": "New"}, follow_redirects=True)

    assert "New was added." in saved.text
    assert "/history/undo/" not in saved.text


def test_what_could_not_be_undone_is_a_page_that_says_why(client, zoo_session):
    key = key_of(Badge, name="Old")
    client.patch(f"/api/v1/badges/{key}", json={"name": "Older"})
    operation = last_operation()
    client.patch(f"/api/v1/badges/{key}", json={"name": "Oldest"})

    answer = client.post(f"/history/undo/{operation}", data={"next": "/zoo/badges/list/"})

    assert answer.status_code == 409
    assert "Somebody has changed this since then: Name." in answer.text


@pytest.mark.parametrize("operation", [uuid.UUID(int=0), "x", "00"])
def test_what_is_no_operation_is_not_found(operation, client):
    assert client.post(f"/history/undo/{operation}").status_code == 404
    assert client.get(f"/history/undo/{operation}").status_code in (404, 405)


@pytest.mark.parametrize("page", ["0", "x", "-1", "99999999999"])
def test_a_wrong_page_is_refused(page, client, zoo_session):
    path = f"/zoo/badges/history/{key_of(Badge, name='Old')}?page={page}"

    assert client.get(path).status_code == 400
