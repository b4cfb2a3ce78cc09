import pytest
import sqlalchemy as sa

from app.extensions import db
from tests.core.models import Animal, Badge, Diary, Keeper, Pen, Species, animal_badge
from tests.core.zoo import find_row, key_of


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


@pytest.fixture
def ape(zoo_session):
    return key_of(Species, name="Ape")


def test_a_new_record_is_added_and_shown(client, ape):
    answer = client.post(
        "/zoo/animals/add",
        data={"name": "New", "species": ape, "is_tame": "on", "rank": "3", "badges": ["", "1"]},
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "New was added." in answer.text
    made = find_row(Animal, name="New")
    assert answer.request.path == f"/zoo/animals/show/{made.id}"
    assert (made.is_tame, made.rank, len(made.badges)) == (True, 3, 1)


@pytest.mark.parametrize(
    ("after", "path"), [("add", "/zoo/badges/add"), ("edit", "/zoo/badges/edit/"), ("", "/show/")]
)
def test_the_button_says_where_to_go_next(after, path, client):
    answer = client.post("/zoo/badges/add", data={"name": "New", "after": after})

    assert path in answer.location


@pytest.mark.parametrize(
    ("next_url", "kept"),
    [
        ("/zoo/animals/list/?q=a", True),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_save_never_leads_to_another_site(next_url, kept, client):
    answer = client.post("/zoo/badges/add", data={"name": "New", "next": next_url})

    assert (answer.location == next_url) is kept
    assert "evil" not in answer.location


def test_a_form_can_be_filled_by_its_address(client, zoo_session):
    bob = key_of(Keeper, first_name="Bob")

    page = client.get(f"/zoo/animals/add?keeper={bob}&name=Prefilled&legs=4&next=/zoo/")

    assert 'value="Prefilled"' in page.text
    assert "Bob Baker" in page.text


@pytest.mark.parametrize("query", ["keeper=999", "keeper=x", "legs=four", "born_on=x", "pen=%00"])
def test_a_wrong_value_in_the_address_of_a_form_is_left_out(query, client):
    assert client.get(f"/zoo/animals/add?{query}").status_code == 200


def test_an_untouched_form_changes_nothing_but_the_version(client, zoo_session):
    zoe = find_row(Animal, name="Zoe")
    data = {
        "name": "Zoe",
        "species": str(zoe.species_id),
        "keeper": str(zoe.keeper_id),
        "pen": key_of(Pen, number=1),
        "rank": "7",
        "diet": "plants",
        "badges": ["", *(str(badge.id) for badge in zoe.badges)],
        "_version": "1",
    }
    before = {column.key: getattr(zoe, column.key) for column in Animal.__mapper__.column_attrs}

    answer = client.post(f"/zoo/animals/edit/{zoe.id}", data=data)

    assert answer.status_code == 302
    db.session.expire_all()
    zoe = find_row(Animal, name="Zoe")
    after = {column.key: getattr(zoe, column.key) for column in Animal.__mapper__.column_attrs}
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"updated_at", "updated_by_id", "version"}
    assert len(zoe.badges) == 2


def test_many_rows_that_the_page_did_not_ask_for_stay(client, zoo_session):
    zoe = find_row(Animal, name="Zoe")
    data = {"name": "Zoe", "species": str(zoe.species_id), "rank": "7"}

    client.post(f"/zoo/animals/edit/{zoe.id}", data=data)
    db.session.expire_all()
    kept = len(find_row(Animal, name="Zoe").badges)
    client.post(f"/zoo/animals/edit/{zoe.id}", data={**data, "badges": ""})
    db.session.expire_all()

    assert (kept, len(find_row(Animal, name="Zoe").badges)) == (2, 0)


def test_an_emptied_page_says_all_that_is_missing(client):
    answer = client.post("/zoo/animals/add", data={})

    assert answer.status_code == 422
    assert answer.text.count("Fill in this field.") >= 2


def test_a_record_is_deleted_only_by_a_form(client, zoo_session):
    key = key_of(Badge, name="Old")

    asked = client.get(f"/zoo/badges/delete/{key}")
    still_there = find_row(Badge, name="Old")
    done = client.post(f"/zoo/badges/delete/{key}", data={"next": "/zoo/animals/list/"})

    assert (asked.status_code, done.status_code) == (200, 302)
    assert still_there
    assert done.location == "/zoo/animals/list/"
    assert db.session.get(Badge, int(key), populate_existing=True) is None


def test_the_question_says_what_else_goes(client, zoo_session):
    page = client.get(f"/zoo/keepers/delete/{key_of(Keeper, first_name='Ann')}")

    assert "Animals: 1 still refers to it and prevents this." in page.text


def test_the_form_of_a_new_record_shows_defaults(client):
    assert 'value="7"' in client.get("/zoo/animals/add").text


def test_what_a_model_calls_its_columns_does_not_matter(client, zoo_session):
    answer = client.post("/zoo/diaries/add", data={"title": "New", "validate": "v", "data": "d"})

    assert answer.status_code == 302
    made = find_row(Diary, title="New")
    assert (made.validate, made.data) == ("v", "d")


def test_a_record_that_went_away_meanwhile_is_a_conflict_or_not_found(client, zoo_session):
    key = key_of(Badge, name="Old")
    client.post(f"/zoo/badges/delete/{key}")

    assert client.post(f"/zoo/badges/edit/{key}", data={"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["show/999", "show/x", "edit/9999999999999999999999", "delete/%00", "show/1~12"]
)
def test_what_is_no_record_is_not_found(path, client):
    assert client.get(f"/zoo/animals/{path}").status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["gone", "changed"])
def test_who_is_overtaken_while_saving_keeps_what_they_typed(name, client, zoo_session):
    key = db.session.scalars(sa.select(Badge.id).where(Badge.name == "Old")).one()
    db.session.execute(sa.delete(animal_badge))
    db.session.commit()

    by_page = client.post(f"/zoo/vanishing-badges/edit/{key}", data={"name": name})
    by_rest = client.patch(f"/api/v1/vanishing-badges/{key}", json={"name": name})

    assert (by_page.status_code, by_rest.status_code) == (409, 409)
    assert f'value="{name}"' in by_page.text
    assert by_rest.json["code"] == "stale_version"
    assert find_row(Badge, name="Old")
