"""A row or field that a rule hides is hidden behind every door."""

import pytest
import sqlalchemy as sa

from app.extensions import db
from tests.core.models import Animal, Badge, Diary, Keeper, Pen, Species
from tests.core.zoo import SECRET_TITLE, find_row, key_of

pytestmark = pytest.mark.both_databases

PLURALS = ("species", "pens", "keepers", "badges", "animals", "meals", "diaries", "diary-index")
HIDDEN = {
    "species": (Species, {"name": f"Yeti {SECRET_TITLE}"}),
    "pens": (Pen, {"number": 3}),
    "keepers": (Keeper, {"last_name": SECRET_TITLE}),
    "badges": (Badge, {"name": f"Hush {SECRET_TITLE}"}),
    "diaries": (Diary, {"title": "Diary of Stranger"}),
    "diary-index": (Diary, {"title": "Diary of Stranger"}),
}
ALL_COLUMNS = {
    "species": "name,parent,children",
    "pens": "title,animals",
    "keepers": "first_name,boss,animals",
    "badges": "name,animals",
    "animals": "name,species,keeper,stand_in,pen,badges,meals",
    "meals": "animal,keeper",
    "diaries": "title,owner",
    "diary-index": "title,owner",
}
SORTED_BY = {"pens": "title", "badges": "name"}
PICKERS = (
    "animals/pick/species",
    "animals/pick/keeper",
    "animals/pick/stand_in",
    "animals/pick/pen",
    "animals/pick/badges",
    "keepers/pick/boss",
    "species/pick/parent",
    "meals/pick/keeper",
)


def doors(plural, keys):
    """Every address that shows rows of this list."""
    base, api = f"/zoo/{plural}", f"/api/v1/{plural}"
    columns = ALL_COLUMNS[plural]
    yield f"{base}/list/?columns={columns}"
    yield f"{base}/list/?columns={columns}&view=related"
    yield f"{base}/list/?columns={columns}&sort={SORTED_BY.get(plural, columns.split(',')[1])}"
    yield f"{base}/chart/"
    yield from (f"{base}/export/{name}?columns={columns}" for name in ("csv", "json"))
    yield f"{api}/?columns={columns}"
    for key in keys:
        yield from (f"{base}/show/{key}", f"{base}/edit/{key}", f"{base}/delete/{key}")
        yield f"{api}/{key}"


@pytest.mark.parametrize("plural", PLURALS)
@pytest.mark.parametrize("name", ["owner", "admin"])
def test_no_door_shows_a_hidden_row_or_its_title(plural, name, zoo_client):
    client = zoo_client(name)
    keys = client.get(f"/api/v1/{plural}/").json["ids"]
    answers = {path: client.get(path) for path in doors(plural, keys)}

    assert {answer.status_code for answer in answers.values()} <= {200, 403}
    assert [path for path, answer in answers.items() if SECRET_TITLE in answer.text] == []
    assert [path for path, answer in answers.items() if "Stranger" in answer.text] == []


@pytest.mark.parametrize("path", PICKERS)
def test_no_picker_offers_a_hidden_row(path, zoo_client):
    client = zoo_client("owner")

    assert SECRET_TITLE not in client.get(f"/zoo/{path}").text
    assert client.get(f"/zoo/{path}?q={SECRET_TITLE}").json == {"results": [], "more": False}


@pytest.mark.parametrize("plural", HIDDEN)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/zoo/{plural}/show/{key}"),
        ("get", "/zoo/{plural}/edit/{key}"),
        ("post", "/zoo/{plural}/edit/{key}"),
        ("get", "/zoo/{plural}/delete/{key}"),
        ("post", "/zoo/{plural}/delete/{key}"),
        ("get", "/api/v1/{plural}/{key}"),
        ("delete", "/api/v1/{plural}/{key}"),
    ],
)
def test_a_hidden_row_does_not_exist(plural, method, path, zoo_client, zoo_session):
    model, values = HIDDEN[plural]
    path = path.format(plural=plural, key=key_of(model, **values))

    answer = getattr(zoo_client("owner"), method)(path)

    assert answer.status_code == 404
    assert find_row(model, **values)


@pytest.mark.parametrize("plural", HIDDEN)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_hidden_row_is_not_changed_by_rest(plural, method, zoo_client, zoo_session):
    model, values = HIDDEN[plural]
    key = key_of(model, **values)

    answer = getattr(zoo_client("owner"), method)(f"/api/v1/{plural}/{key}", json={"title": "x"})

    assert answer.status_code == 404
    assert find_row(model, **values)


@pytest.mark.parametrize("plural", HIDDEN)
def test_a_bulk_action_leaves_hidden_rows_alone(plural, zoo_client, zoo_session):
    model, values = HIDDEN[plural]
    client = zoo_client("owner")

    chosen = client.post(
        f"/zoo/{plural}/bulk/delete", data={"key": [key_of(model, **values)], "confirmed": "1"}
    )

    assert chosen.status_code == 302
    assert find_row(model, **values)


def test_a_bulk_action_on_all_means_all_that_one_may_see(zoo_client, zoo_session):
    client = zoo_client("owner")

    answer = client.post("/zoo/diaries/bulk/delete", data={"all": "1", "confirmed": "1"})

    assert answer.status_code == 302
    titles = set(db.session.scalars(sa.select(Diary.title)))
    assert titles == {"Diary of Admin", "Diary of Teammate", "Diary of Stranger"}


def test_all_means_only_those_that_the_filters_match(zoo_client, zoo_session):
    data = {"all": "1", "query": "?filter=name:any:x&filter=diet:any:plants&q=Max"}
    refused = zoo_client("owner").post("/zoo/animals/bulk/feed", data=data)
    data["query"] = "?filter=diet:any:plants&q=Max"
    accepted = zoo_client("owner").post("/zoo/animals/bulk/feed", data=data)

    assert (refused.status_code, accepted.status_code) == (400, 302)
    assert fed() == {"Max"}


def fed():
    return set(db.session.scalars(sa.select(Animal.name).where(Animal.fed_at.is_not(None))))


def test_an_action_runs_only_on_rows_that_allow_it(zoo_client, zoo_session):
    names = ("Zoe", "Dodo")
    keys = [key_of(Animal, name=name) for name in names]

    answer = zoo_client("owner").post("/zoo/animals/bulk/feed", data={"key": keys})
    alone = zoo_client("owner").post(f"/api/v1/animals/{keys[1]}/feed")

    assert (answer.status_code, alone.status_code) == (302, 403)
    assert fed() == {"Zoe"}


def test_a_row_that_one_may_see_and_not_change_is_forbidden(zoo_client, zoo_session):
    key = key_of(Animal, name="Dodo")
    client = zoo_client("owner")

    answers = [
        client.get(f"/zoo/animals/edit/{key}"),
        client.post(f"/zoo/animals/edit/{key}", data={"name": "x"}),
        client.get(f"/zoo/animals/delete/{key}"),
        client.post(f"/zoo/animals/delete/{key}"),
        client.patch(f"/api/v1/animals/{key}", json={"name": "x"}),
        client.delete(f"/api/v1/animals/{key}"),
    ]

    assert client.get(f"/zoo/animals/show/{key}").status_code == 200
    assert [answer.status_code for answer in answers] == [403] * 6
    assert find_row(Animal, name="Dodo")


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("keeper:any:{spy}", set()),
        ("keeper:none:{spy}", {"Zoe", "Max", "Kim", "Dodo", "50%_off\\"}),
        ("keeper:empty", {"Kim", "Dodo", "50%_off\\"}),
        ("keeper:filled", {"Zoe", "Max"}),
        ("keeper:any:{ann},{spy}", {"Zoe"}),
        ("pen:any:{vault}", set()),
        ("pen:filled", {"Zoe", "Max"}),
        ("badges:any:{hush}", set()),
        ("badges:empty", {"Kim", "Dodo", "50%_off\\"}),
        ("badges:none:{big}", {"Kim", "Dodo", "50%_off\\"}),
    ],
)
def test_a_filter_tells_nothing_of_hidden_rows(condition, names, zoo_client, zoo_session):
    keys = {
        "spy": key_of(Keeper, first_name="Spy"),
        "ann": key_of(Keeper, first_name="Ann"),
        "vault": key_of(Pen, number=3),
        "hush": key_of(Badge, name=f"Hush {SECRET_TITLE}"),
        "big": key_of(Badge, name="Big"),
    }
    query = {"filter": condition.format(**keys), "columns": "name"}

    answer = zoo_client("owner").get("/api/v1/animals/", query_string=query).json

    assert {row["name"] for row in answer["result"]} == names
    assert answer["count"] == len(names)


def test_a_filter_on_a_table_that_refers_to_itself_hides_too(zoo_client, zoo_session):
    client = zoo_client("owner")
    spy = key_of(Keeper, first_name="Spy")

    of_spy = client.get("/api/v1/keepers/", query_string={"filter": f"boss:any:{spy}"}).json
    without = client.get("/api/v1/keepers/", query_string={"filter": "boss:empty"}).json

    assert of_spy["count"] == 0
    assert {row["first_name"] for row in without["result"]} == {"Ann", "Cat"}


@pytest.mark.parametrize("path", ["/api/v1/animals/?q=", "/api/v1/keepers/?q="])
def test_a_search_finds_nothing_through_hidden_rows(path, zoo_client):
    assert zoo_client("owner").get(f"{path}{SECRET_TITLE}").json["count"] == 0


def test_a_search_looks_across_relations(zoo_client):
    found = zoo_client("owner").get("/api/v1/animals/?q=archer&columns=name").json["result"]

    assert [row["name"] for row in found] == ["Zoe"]


def test_a_search_looks_into_hidden_fields_only_for_those_who_see_them(zoo_client):
    assert zoo_client("owner").get("/api/v1/animals/?q=5000").json["count"] == 0
    assert zoo_client("admin").get("/api/v1/animals/?q=5000").json["count"] == 1


def test_rows_are_those_of_whoever_asks_each_time(zoo_client):
    """The statement is compiled once and asked by both."""
    found = [
        zoo_client(name).get("/api/v1/diaries/?columns=title").json["result"][0]["title"]
        for name in ("owner", "teammate", "owner", "admin")
    ]

    assert found == ["Diary of Owner", "Diary of Teammate", "Diary of Owner", "Diary of Admin"]


# Moving rows


def test_nobody_gives_a_row_away_to_where_they_may_not_have_it(zoo_client, zoo_session):
    diary, other = find_row(Diary, title="Diary of Owner"), find_row(Diary, title="Diary of Admin")
    client, key = zoo_client("owner"), str(diary.id)
    stranger = str(other.owner_id)

    answers = [
        client.patch(f"/api/v1/diaries/{key}", json={"owner": stranger}),
        client.post("/api/v1/diaries/", json={"title": "New", "owner": stranger}),
        client.post("/zoo/diaries/add", data={"title": "New", "owner": stranger}),
        client.post(f"/zoo/diaries/edit/{key}", data={"title": "New", "owner": stranger}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    db.session.expire_all()
    assert db.session.scalars(sa.select(Diary.title).where(Diary.title == "New")).all() == []
    assert find_row(Diary, title="Diary of Owner").owner_id != other.owner_id


def test_a_second_view_has_the_rules_of_the_first(zoo_client):
    answer = zoo_client("owner").get("/api/v1/diary-index/").json

    assert [row["title"] for row in answer["result"]] == ["Diary of Owner"]


@pytest.mark.parametrize("field", ["keeper", "stand_in", "pen", "species", "badges"])
def test_the_key_of_a_hidden_row_is_the_key_of_none(field, zoo_client, zoo_session):
    hidden_keys = {
        "keeper": key_of(Keeper, first_name="Spy"),
        "stand_in": key_of(Keeper, first_name="Spy"),
        "pen": key_of(Pen, number=3),
        "species": key_of(Species, name=f"Yeti {SECRET_TITLE}"),
        "badges": key_of(Badge, name=f"Hush {SECRET_TITLE}"),
    }
    key, wanted = key_of(Animal, name="Zoe"), hidden_keys[field]
    client = zoo_client("owner")

    by_rest = client.patch(
        f"/api/v1/animals/{key}", json={field: [wanted] if field == "badges" else wanted}
    )
    by_page = client.post(
        f"/zoo/animals/edit/{key}",
        data={"name": "Zoe", "rank": "7", "species": key_of(Species, name="Ape"), field: wanted},
    )

    assert (by_rest.status_code, by_page.status_code) == (422, 422)
    assert list(by_rest.json["errors"]) == [field]
    assert "Choose a record that exists." in by_page.text
    assert SECRET_TITLE not in by_page.text


def test_a_link_to_a_hidden_row_is_kept_when_the_rest_is_saved(zoo_client, zoo_session):
    kim = find_row(Animal, name="Kim")
    spy, key = kim.keeper_id, kim.id
    client = zoo_client("owner")
    data = {"name": "Kim II", "rank": "7", "species": str(kim.species_id), "diet": "plants"}

    by_page = client.post(
        f"/zoo/animals/edit/{key}", data={**data, "keeper": "", "pen": "", "badges": [""]}
    )
    by_rest = client.put(f"/api/v1/animals/{key}", json={**data, "name": "Kim III", "badges": []})

    assert (by_page.status_code, by_rest.status_code) == (302, 200)
    db.session.expire_all()
    kim = find_row(Animal, name="Kim III")
    assert (kim.keeper_id, kim.pen_zone, len(kim.badges)) == (spy, "V", 1)
