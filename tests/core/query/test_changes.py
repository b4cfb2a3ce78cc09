"""What a database refuses is said beside the field, and nothing is half written."""

import pytest
import sqlalchemy as sa

from app.extensions import db
from tests.core.models import Animal, Badge, Keeper, Meal, Pen, Species, animal_badge
from tests.core.zoo import find_row, key_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


@pytest.fixture
def ape(zoo_session):
    return key_of(Species, name="Ape")


def messages(answer):
    return {name: texts for name, texts in answer.json["errors"].items() if texts}


def counts():
    models = (Species, Pen, Keeper, Badge, Animal, Meal)
    return [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in models]


NAME_TAKEN = "Another record already has this combination of values."
VALUE_TAKEN = "Another record already has this value."
REFUSED = [
    ({"name": "Zoe"}, {"species": [NAME_TAKEN], "name": [NAME_TAKEN]}),
    ({"name": "New", "code": "100%"}, {"code": [VALUE_TAKEN]}),
    ({"name": "New", "legs": -1}, {"legs": ["This value is not allowed here."]}),
    ({"name": "New", "died_on": "2026-01-01"}, {"born_on": ["Who died was born."]}),
    ({"name": ""}, {"name": ["Fill in this field."]}),
    ({"name": " \t"}, {"name": ["Fill in this field."]}),
    ({"name": "x" * 41}, {"name": ["Use at most 40 characters; these are 41."]}),
    ({"name": "New", "legs": 40000}, {"legs": ["This number is too large to be stored."]}),
    ({"name": "New", "weight": "1.2345"}, {"weight": ["Use at most 3 decimals."]}),
    ({"name": "New", "price": -1}, {"price": ["Write 0 or more."]}),
    ({"name": "New", "appetite": "101"}, {"appetite": ["Write 100 or less."]}),
    ({"name": "New", "diet": "fish"}, {"diet": ["Choose one of: plants, meat, nearly-all."]}),
    ({"name": "New", "keeper": "999"}, {"keeper": ["Choose a record that exists."]}),
    ({"name": "New", "pen": "Q~19"}, {"pen": ["Choose a record that exists."]}),
    ({"name": "New", "traits": "a\0b"}, {"traits": ['Write JSON, such as {"colour": "red"}.']}),
    ({"name": "New", "rank": None}, {"rank": ["Fill in this field."]}),
]


@pytest.mark.parametrize(("values", "errors"), REFUSED, ids=lambda value: str(list(value)))
def test_what_is_refused_is_said_beside_its_field(values, errors, client, ape):
    before = counts()

    answer = client.post("/api/v1/animals/", json={"species": ape, **values})

    assert (answer.status_code, messages(answer)) == (422, errors)
    assert counts() == before


def test_a_constraint_may_say_its_own_code(client, ape):
    values = {"name": "New", "species": ape, "died_on": "2026-01-01"}

    assert client.post("/api/v1/animals/", json=values).json["code"] == "not_born"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "Zoe"}, NAME_TAKEN),
        ({"name": "New", "legs": "-1"}, "This value is not allowed here."),
        ({"name": "New", "legs": "four"}, "Write a whole number"),
        ({"name": ""}, "Fill in this field."),
        ({"name": "New", "born_on": "yesterday"}, "Write a date such as"),
        ({"name": "New", "keeper": "x"}, "Choose a record that exists."),
    ],
)
def test_a_refused_page_keeps_what_was_typed(values, message, client, ape):
    before = counts()
    typed = {"notes": "kept text", "code": "kept-1", "badges": ["", "1"], "rank": "7"}

    answer = client.post("/zoo/animals/add", data={"species": ape, **typed, **values})

    assert answer.status_code == 422
    assert message in answer.text
    for text in ("kept text", "kept-1", *(value for value in values.values() if value != "x")):
        assert text in answer.text
    assert "INSERT" not in answer.text
    assert counts() == before


def test_a_refused_edit_keeps_what_was_typed_and_the_old_title(client, zoo_session):
    zoe = key_of(Animal, name="Zoe")
    data = {"name": "Max", "species": key_of(Species, name="Ape"), "notes": "typed", "rank": "7"}

    answer = client.post(f"/zoo/animals/edit/{zoe}", data=data)

    assert answer.status_code == 422
    assert NAME_TAKEN in answer.text
    assert "typed" in answer.text
    assert find_row(Animal, name="Zoe").notes is None


def test_a_save_that_started_from_an_older_version_is_refused(client, zoo_session):
    zoe = find_row(Animal, name="Zoe")
    path, version = f"/zoo/animals/edit/{zoe.id}", zoe.version
    data = {"species": str(zoe.species_id), "rank": "7", "_version": str(version)}

    first = client.post(path, data={**data, "name": "First"})
    second = client.post(path, data={**data, "name": "Second"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "changed this record" in second.text
    assert 'value="Second"' in second.text
    assert f'name="_origin" value="{version}"' in second.text
    assert f'name="_version" value="{version + 1}"' in second.text
    db.session.expire_all()
    assert find_row(Animal, name="First").version == version + 1


def test_a_client_may_say_which_version_it_means(client, zoo_session):
    key = key_of(Animal, name="Zoe")
    tag = client.get(f"/api/v1/animals/{key}").headers["ETag"]

    first = client.patch(f"/api/v1/animals/{key}", json={"legs": 1}, headers={"If-Match": tag})
    second = client.patch(f"/api/v1/animals/{key}", json={"legs": 2}, headers={"If-Match": tag})
    deleted = client.delete(f"/api/v1/animals/{key}", headers={"If-Match": tag})

    assert [answer.status_code for answer in (first, second, deleted)] == [200, 412, 412]
    assert second.json["code"] == "precondition_failed"
    assert first.headers["ETag"] != tag


def test_the_tag_of_a_compressed_answer_counts_too(client, zoo_session):
    path = f"/api/v1/animals/{key_of(Animal, name='Zoe')}"
    tag = client.get(path, headers={"Accept-Encoding": "gzip"}).headers["ETag"]

    first = client.patch(path, json={"legs": 1}, headers={"If-Match": tag})
    second = client.patch(path, json={"legs": 2}, headers={"If-Match": tag})
    whichever = client.patch(path, json={"legs": 3}, headers={"If-Match": "*"})

    assert tag.endswith(':gzip"')
    assert [answer.status_code for answer in (first, second, whichever)] == [200, 412, 200]


def test_the_tag_of_a_row_without_a_version_is_what_it_shows(client, zoo_session):
    path = f"/api/v1/pens/{key_of(Pen, number=2)}"
    tag = client.get(path).headers["ETag"]

    first = client.patch(path, json={"title": "First"}, headers={"If-Match": tag})
    second = client.patch(path, json={"title": "Second"}, headers={"If-Match": tag})
    third = client.patch(path, json={"title": "Third"}, headers={"If-Match": first.headers["ETag"]})

    assert [answer.status_code for answer in (first, second, third)] == [200, 412, 200]


def test_a_row_that_others_refer_to_stays(client, ape):
    before = counts()

    by_page = client.post(f"/zoo/species/delete/{ape}")
    by_rest = client.delete(f"/api/v1/species/{ape}")
    in_bulk = client.post(
        "/zoo/species/bulk/delete",
        data={"key": [ape, key_of(Species, name="Yeti cub")], "confirmed": "1"},
        follow_redirects=True,
    )

    assert [answer.status_code for answer in (by_page, by_rest, in_bulk)] == [409, 409, 200]
    assert "Other records still refer to this one." in in_bulk.text
    assert by_rest.json["code"] == "conflict"
    assert counts() == before


def test_deleting_takes_the_links_and_what_the_database_cascades_to(client, zoo_session):
    zoe = find_row(Animal, name="Zoe")
    links = sa.select(sa.func.count()).where(animal_badge.c.animal_id == zoe.id)
    before = db.session.scalar(links)

    answer = client.delete(f"/api/v1/animals/{zoe.id}")

    assert (answer.status_code, before) == (204, 2)
    assert db.session.scalar(links) == 0
    assert db.session.scalars(sa.select(Meal)).all() == []


def test_many_rows_are_deleted_in_as_many_statements_as_few(client, zoo_session, statements):
    def delete(count):
        made = [Badge(name=f"b{number}") for number in range(count)]
        db.session.add_all(made)
        db.session.commit()
        keys = [str(badge.id) for badge in made]
        with statements() as seen:
            answer = client.post("/zoo/badges/bulk/delete", data={"key": keys, "confirmed": "1"})
        assert answer.status_code == 302
        return len(seen)

    assert delete(2) == delete(300)


def test_a_question_comes_before_many_rows_are_deleted(client, zoo_session):
    key = key_of(Badge, name="Big")

    answer = client.post("/zoo/badges/bulk/delete", data={"key": [key]})

    assert answer.status_code == 200
    assert "Big" in answer.text
    assert find_row(Badge, name="Big")


def test_keys_are_never_given_twice(client, zoo_session):
    first = client.post("/api/v1/badges/", json={"name": "First"}).json["id"]
    client.delete(f"/api/v1/badges/{first}")
    second = client.post("/api/v1/badges/", json={"name": "Second"}).json["id"]

    assert int(second) > int(first)


def test_a_refused_row_of_many_leaves_no_other_behind(client, zoo_session):
    """The links of a new row are written with it or not at all."""
    before = db.session.scalar(sa.select(sa.func.count()).select_from(animal_badge))
    values = {"name": "Zoe", "species": key_of(Species, name="Ape"), "badges": ["1"]}

    answer = client.post("/api/v1/animals/", json=values)

    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(animal_badge)) == before


def test_the_parts_of_a_key_can_be_foreign_keys(client, zoo_session):
    zoe, bob = key_of(Animal, name="Zoe"), key_of(Keeper, first_name="Bob")

    made = client.post("/api/v1/meals/", json={"animal": zoe, "keeper": bob, "kilos": 2})
    again = client.post("/api/v1/meals/", json={"animal": zoe, "keeper": bob})

    assert (made.status_code, made.json["id"]) == (201, f"{zoe}~1{bob}")
    assert (again.status_code, set(again.json["errors"])) == (
        422,
        {"animal", "keeper", "animal_id", "keeper_id"},
    )


def test_what_has_a_default_may_be_left_out(client, ape):
    made = client.post("/api/v1/animals/", json={"name": "New", "species": ape})

    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/api/v1/animals/{made.json['id']}")
    result = made.json["result"]
    assert (result["rank"], result["diet"], result["is_tame"]) == (7, "plants", False)
    assert result["version"] == 1


def test_a_change_counts_the_version_and_names_who_made_it(client, zoo_session):
    key = key_of(Animal, name="Zoe")

    answer = client.patch(f"/api/v1/animals/{key}", json={"legs": 2})

    assert answer.json["result"]["version"] == 2
    assert answer.json["result"]["updated_by"]["text"] == "Owner Cast"
