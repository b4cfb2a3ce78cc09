"""A field that a rule hides is hidden behind every door, and one may be read-only for some."""

import pytest

from tests.core.models import Keeper
from tests.core.zoo import find_row, key_of

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    "path",
    [
        "/zoo/keepers/list/?columns=first_name,salary",
        "/zoo/keepers/list/?filter=salary:gt:1",
        "/zoo/keepers/list/?sort=salary",
        "/zoo/keepers/export/csv?columns=salary",
        "/api/v1/keepers/?columns=salary",
        "/api/v1/keepers/?filter=salary:empty",
        "/api/v1/keepers/?q=(columns:!(salary))",
        "/api/v1/keepers/?q=(order_column:salary)",
    ],
)
def test_a_hidden_field_cannot_be_asked_for(path, zoo_client):
    assert zoo_client("owner").get(path).status_code == 400
    assert zoo_client("admin").get(path).status_code == 200


def test_a_hidden_field_stands_nowhere(zoo_client, zoo_session):
    key = key_of(Keeper, first_name="Ann")
    paths = [
        "/zoo/keepers/list/",
        f"/zoo/keepers/show/{key}",
        f"/zoo/keepers/edit/{key}",
        "/zoo/keepers/add",
        "/zoo/keepers/chart/",
        "/zoo/keepers/export/csv",
        "/zoo/keepers/export/json",
        "/api/v1/keepers/",
        f"/api/v1/keepers/{key}",
        "/api/v1/keepers/_info",
    ]

    texts = {path: zoo_client("owner").get(path).text.lower() for path in paths}

    assert [path for path, text in texts.items() if "salary" in text or "5000" in text] == []
    assert "salary" in zoo_client("admin").get(f"/zoo/keepers/show/{key}").text.lower()


@pytest.mark.parametrize("field", ["salary", "nickname"])
def test_a_field_that_one_may_not_write_is_refused(field, zoo_client, zoo_session):
    key = key_of(Keeper, first_name="Ann")
    client = zoo_client("owner")

    answers = [
        client.patch(f"/api/v1/keepers/{key}", json={field: "7"}),
        client.put(
            f"/api/v1/keepers/{key}", json={"first_name": "A", "last_name": "B", field: "7"}
        ),
        client.post("/api/v1/keepers/", json={"first_name": "A", "last_name": "B", field: "7"}),
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all(list(answer.json["errors"]) == [field] for answer in answers)


def test_a_form_ignores_what_it_never_showed(zoo_client, zoo_session):
    key = key_of(Keeper, first_name="Ann")
    data = {"first_name": "Ann", "last_name": "Archer", "salary": "1", "nickname": "x"}

    answer = zoo_client("owner").post(f"/zoo/keepers/edit/{key}", data=data)

    assert answer.status_code == 302
    saved = find_row(Keeper, first_name="Ann")
    assert (saved.salary, saved.nickname) == (5000, None)


def test_a_field_may_be_read_only_for_some(zoo_client, zoo_session):
    key = key_of(Keeper, first_name="Ann")

    answer = zoo_client("admin").patch(
        f"/api/v1/keepers/{key}", json={"nickname": "Annie", "salary": "6000.50"}
    )

    assert answer.status_code == 200
    assert answer.json["result"]["nickname"] == "Annie"
    assert answer.json["result"]["salary"] == "6000.50"
