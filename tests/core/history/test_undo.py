"""Undoing takes back all of an operation that the user may change, and says what it could not."""

import datetime

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.history.models import Change, Operation, Source
from app.extensions import db
from tests.core.models import Animal, Badge, Keeper, Meal, Species, animal_badge
from tests.core.zoo import find_row, key_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


@pytest.fixture
def zoe(zoo_session):
    return key_of(Animal, name="Zoe")


def last_operation():
    return db.session.scalars(sa.select(Operation.id).order_by(Operation.at.desc())).first()


def undo(client, operation=None):
    """What the API answers to undoing an operation, by default the last one."""
    answer = client.post(f"/api/v1/history/undo/{operation or last_operation()}")
    db.session.expire_all()
    return answer


def state():
    """Every row and link of the zoo, without what tells when and by whom it was changed."""
    technical = {"updated_at", "updated_by_id", "version"}
    tables = [model.__table__ for model in (Species, Keeper, Badge, Animal, Meal)]
    found = {}
    for table in (*tables, animal_badge):
        columns = [column for column in table.c if column.key not in technical]
        found[table.name] = sorted(map(repr, db.session.execute(sa.select(*columns))))
    return found


def reasons(answer):
    return [failure["reason"] for failure in answer.json["failures"]]


def test_an_edit_is_set_back(client, zoe):
    before = state()
    client.patch(
        f"/api/v1/animals/{zoe}", json={"name": "Zoë", "legs": 3, "rank": 1, "keeper": None}
    )

    answer = undo(client)

    assert (answer.status_code, answer.json["done"], answer.json["failures"]) == (200, 1, [])
    assert state() == before
    assert find_row(Animal, name="Zoe").version == 3


def test_links_are_made_again_and_taken_back(client, zoe):
    before = state()
    new = client.post("/api/v1/badges/", json={"name": "New"}).json["id"]
    added = last_operation()
    client.patch(f"/api/v1/animals/{zoe}", json={"badges": [new]})

    assert undo(client).json["failures"] == []
    assert undo(client, added).json["failures"] == []
    assert state() == before


def test_a_deleted_row_comes_back_with_its_key_its_links_and_what_went_with_it(client, zoe):
    before = state()
    client.delete(f"/api/v1/animals/{zoe}")
    assert state() != before

    answer = undo(client)

    assert answer.json["failures"] == []
    assert state() == before
    assert key_of(Animal, name="Zoe") == zoe


def origin(key):
    """When Zoe was made and by whom, asked past all rules."""
    return db.session.execute(
        sa.select(Animal.created_at, Animal.created_by_id).where(Animal.id == int(key))
    ).one()


def given_an_author(key):
    """Zoe as somebody made her, long ago; nothing of it is in the history."""
    author = User(first_name="A", last_name="U", username="author-of-zoe", email="a@u.example")
    db.session.add(author)
    db.session.flush()
    long_ago = datetime.datetime(2001, 2, 3, 4, 5, 6, 789, tzinfo=datetime.UTC)
    made = sa.update(Animal.__table__).where(Animal.__table__.c.id == int(key))
    db.session.execute(made.values(created_at=long_ago, created_by_id=author.id))
    db.session.commit()
    return author


@pytest.mark.parametrize("times", [1, 3], ids=["once", "and-again"])
def test_a_row_comes_back_with_when_and_by_whom_it_was_made(times, client, zoe):
    given_an_author(zoe)
    before = origin(zoe)
    client.delete(f"/api/v1/animals/{zoe}")

    for _time in range(times):
        undo(client)

    assert origin(zoe) == before


def test_a_new_row_that_was_undone_keeps_its_moment_when_it_comes_back(client, zoo_session):
    client.post("/api/v1/badges/", json={"name": "New"})
    made = sa.select(Badge.created_at, Badge.created_by_id).where(Badge.name == "New")
    before = db.session.execute(made).one()

    undo(client)
    undo(client)

    assert db.session.execute(made).one() == before


def test_an_author_who_is_gone_does_not_keep_a_row_from_coming_back(client, zoe):
    author = given_an_author(zoe)
    moment = origin(zoe).created_at
    client.delete(f"/api/v1/animals/{zoe}")
    deletion = last_operation()
    db.session.delete(author)
    db.session.commit()

    answer = undo(client, deletion)

    assert answer.json["failures"] == []
    assert origin(zoe) == (moment, None)


def test_a_history_page_says_nothing_of_it(client, zoe):
    client.delete(f"/api/v1/animals/{zoe}")
    undo(client)

    page = client.get(f"/zoo/animals/history/{zoe}").text

    assert "Zoe" in page
    assert "Created" not in page


def test_a_form_from_before_the_deletion_is_stale_afterwards(client, zoe):
    version = find_row(Animal, name="Zoe").version
    client.delete(f"/api/v1/animals/{zoe}")
    undo(client)

    assert find_row(Animal, name="Zoe").version > version


def test_an_added_row_is_taken_away(client, zoo_session):
    before = state()
    values = {"name": "New", "species": key_of(Species, name="Ape"), "badges": ["1"]}
    client.post("/api/v1/animals/", json=values)

    assert undo(client).json["failures"] == []
    assert state() == before


def test_undoing_can_be_undone(client, zoe):
    client.patch(f"/api/v1/animals/{zoe}", json={"name": "Zoë", "badges": []})
    after = state()
    first = undo(client).json["operation"]

    again = undo(client, first)

    assert again.json["failures"] == []
    assert state() == after
    done = db.session.get(Operation, sa.types.Uuid().python_type(again.json["operation"]))
    assert (done.source, str(done.undoes_id)) == (Source.UNDO, first)


def test_nothing_is_undone_twice(client, zoe):
    client.patch(f"/api/v1/animals/{zoe}", json={"name": "Zoë"})
    operation = last_operation()
    undo(client, operation)

    answer = undo(client, operation)

    assert (answer.status_code, answer.json["code"]) == (409, "undone_before")


def test_a_field_that_changed_again_stays_and_is_named(client, zoe):
    client.patch(f"/api/v1/animals/{zoe}", json={"name": "First", "legs": 3})
    operation = last_operation()
    client.patch(f"/api/v1/animals/{zoe}", json={"name": "Second"})

    answer = undo(client, operation)

    assert (answer.status_code, answer.json["done"]) == (200, 1)
    assert reasons(answer) == ["Somebody has changed this since then: Name."]
    row = find_row(Animal, name="Second")
    assert row.legs is None


def test_a_new_row_that_others_have_come_to_use_stays(client, zoo_session):
    species = client.post("/api/v1/species/", json={"name": "Newt"}).json["id"]
    operation = last_operation()
    client.post("/api/v1/animals/", json={"name": "Slimy", "species": species})

    answer = undo(client, operation)

    assert answer.status_code == 409
    assert reasons(answer) == ["Other records refer to it by now."]
    assert find_row(Species, name="Newt")


def test_a_new_row_that_was_linked_since_stays(client, zoe):
    badge = client.post("/api/v1/badges/", json={"name": "New"}).json["id"]
    operation = last_operation()
    client.patch(f"/api/v1/animals/{zoe}", json={"badges": [badge]})

    answer = undo(client, operation)

    assert reasons(answer) == ["It was linked to other records since then."]


def test_a_new_row_that_was_changed_since_stays(client, zoo_session):
    badge = client.post("/api/v1/badges/", json={"name": "New"}).json["id"]
    operation = last_operation()
    client.patch(f"/api/v1/badges/{badge}", json={"name": "Newer"})

    assert reasons(undo(client, operation)) == ["It was changed since then."]


def test_what_another_row_has_taken_meanwhile_is_said(client, zoo_session):
    old = key_of(Badge, name="Old")
    client.patch(f"/api/v1/badges/{old}", json={"name": "Older"})
    operation = last_operation()
    client.post("/api/v1/badges/", json={"name": "Old"})

    answer = undo(client, operation)

    assert answer.status_code == 409
    assert reasons(answer) == ["Name: Another record already has this value."]


def test_one_refused_row_of_many_does_not_keep_the_others(client, zoo_session):
    keys = [client.post("/api/v1/badges/", json={"name": f"b{n}"}).json["id"] for n in range(5)]
    client.post("/zoo/badges/bulk/delete", data={"key": keys, "confirmed": "1"})
    operation = last_operation()
    client.post("/api/v1/badges/", json={"name": "b3"})

    answer = undo(client, operation)

    assert answer.json["done"] == 4
    assert [failure["title"] for failure in answer.json["failures"]] == ["b3"]
    assert {row.name for row in db.session.scalars(sa.select(Badge))} >= {"b0", "b1", "b2", "b4"}


def test_rows_of_one_table_that_refer_to_each_other_come_back(client, zoo_session):
    before = state()
    one = client.post("/api/v1/species/", json={"name": "One"}).json["id"]
    made = [last_operation()]
    for name in ("Two", "Three"):
        one = client.post("/api/v1/species/", json={"name": name, "parent": one}).json["id"]
        made.append(last_operation())
    grown = state()
    keys = [key_of(Species, name=name) for name in ("One", "Two", "Three")]
    client.post("/zoo/species/bulk/delete", data={"key": keys, "confirmed": "1"})
    assert state() == before

    assert undo(client).json["failures"] == []
    assert state() == grown


def test_ten_thousand_rows_take_as_many_statements_as_a_hundred(client, zoo_session, statements):
    def change(count):
        start = db.session.scalar(sa.func.max(Badge.id)) or 0
        rows = [{"name": f"n{start + n}", "is_secret": False} for n in range(count)]
        db.session.execute(sa.insert(Badge.__table__), rows)
        db.session.commit()
        db.session.execute(sa.update(Badge).where(Badge.id > start).values(name=Badge.name + "x"))
        db.session.commit()
        operation = last_operation()
        with statements() as seen:
            answer = undo(client, operation)
        assert (answer.json["done"], answer.json["failures"]) == (count, [])
        return len(seen)

    few, many = change(100), change(2_000)

    assert many < few + 60
    assert db.session.scalar(sa.select(sa.func.count()).where(Badge.name.like("n%x"))) == 0


def test_the_recorded_undo_says_what_it_did(client, zoe):
    client.patch(f"/api/v1/animals/{zoe}", json={"legs": 3})
    done = undo(client).json["operation"]

    change = db.session.scalars(sa.select(Change).order_by(Change.id.desc())).first()

    assert str(change.operation_id) == done
    assert (change.before, change.after) == ({"legs": "3"}, {"legs": None})
    assert change.row_version == find_row(Animal, name="Zoe").version
