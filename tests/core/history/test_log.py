"""The log shows to each reader what they may see of what was changed."""

import pytest

from tests.core.models import Animal, Badge, Diary
from tests.core.zoo import key_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def test_the_log_holds_only_changes_of_rows_that_the_reader_may_see(zoo_client, zoo_session):
    own, foreign = zoo_client("owner"), zoo_client("teammate")
    diary, badge = key_of(Diary, title="Diary of Owner"), key_of(Badge, name="Old")
    own.patch(f"/api/v1/diaries/{diary}", json={"title": "Secret diary"})
    own.patch(f"/api/v1/badges/{badge}", json={"name": "Older badge"})
    change = own.get("/api/v1/changes/?filter=model:any:Diary").json["ids"][0]

    for path in ("/administration/changes/list/", "/administration/changes/export/json"):
        assert "Secret diary" in own.get(path).text
        assert "Secret diary" not in foreign.get(path).text
        assert "Older badge" in foreign.get(path).text
    assert own.get(f"/administration/changes/show/{change}").status_code == 200
    assert foreign.get(f"/administration/changes/show/{change}").status_code == 404
    assert foreign.get(f"/api/v1/changes/{change}").status_code == 404
    theirs = foreign.get("/api/v1/changes/?filter=model:any:Diary").json["result"]
    assert {row["row_title"] for row in theirs} == {"Diary of Teammate"}


def test_recorded_values_leave_the_log_in_words_only(client, zoo_session):
    key = key_of(Animal, name="Zoe")
    client.patch(f"/api/v1/animals/{key}", json={"legs": 3})

    found = client.get("/api/v1/changes/").json["result"][0]
    names = {field["name"] for field in client.get("/api/v1/changes/_info").json["fields"]}

    assert not {"before", "after"} & {*found, *names}
    assert client.get("/api/v1/changes/?columns=before").status_code == 400
    assert (
        client.get("/api/v1/changes/?columns=details").json["result"][0]["details"] == "Legs: — → 3"
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter=model:any:Animal", True),
        ("filter=model:any:Badge", False),
        ("filter=source:any:api", True),
        ("filter=source:any:job", False),
        ("filter=verb:any:edit", True),
        ("filter=verb:any:delete", False),
        ("filter=at:ge:2020-01-01", True),
        ("filter=at:lt:2020-01-01", False),
        ("q=Zoe", True),
        ("q=Max", False),
    ],
)
def test_the_log_can_be_filtered(query, found, client, zoo_session):
    key = key_of(Animal, name="Zoe")
    client.patch(f"/api/v1/animals/{key}", json={"legs": 3})

    answer = client.get(f"/api/v1/changes/?{query}")

    keys = [row["row_title"] for row in answer.json["result"] if row["changed"] == "Legs"]
    assert bool(keys) is found


def test_the_log_can_be_filtered_by_who(client, zoo_session):
    client.patch(f"/api/v1/animals/{key_of(Animal, name='Zoe')}", json={"legs": 3})
    owner = client.get("/api/v1/changes/").json["result"][0]["user"]

    theirs = client.get(f"/api/v1/changes/?filter=user:any:{owner['key']}").json
    others = client.get("/api/v1/changes/?filter=user:any:1").json

    assert owner["text"] == "Owner Cast"
    assert theirs["count"] == 1
    assert others["count"] == 0


def test_the_log_costs_what_a_list_may_cost(client, zoo_session, statements):
    for name in ("Zoe", "Max"):
        client.patch(
            f"/api/v1/animals/{key_of(Animal, name=name)}", json={"legs": 3, "keeper": None}
        )
    client.get("/administration/changes/list/")

    with statements() as seen:
        client.get("/administration/changes/list/")

    assert len(seen) <= 6
