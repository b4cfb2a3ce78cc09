import pytest

from tests.core.models import Animal, Badge
from tests.core.zoo import find_row, key_of


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def test_an_action_is_told_what_was_left_out(client, zoo_session):
    keys = [key_of(Animal, name="Zoe"), "999999"]

    page = client.post("/zoo/animals/bulk/feed", data={"key": keys}, follow_redirects=True)

    assert "1 fed" in page.text
    assert "1 record was left out" in page.text


@pytest.mark.parametrize("data", [{}, {"key": []}, {"key": ["999"]}])
def test_an_action_on_nothing_says_so(data, client):
    page = client.post("/zoo/animals/bulk/feed", data=data, follow_redirects=True)

    assert page.status_code == 200
    assert "None of the chosen records" in page.text


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("nothing", {"key": "1"}, 404),
        ("read", {"key": "1"}, 404),
        ("feed", {"key": "x"}, 404),
        ("feed", {"all": "1", "query": "?page=x"}, 400),
        ("feed", {"all": "1", "query": "?colour=red"}, 400),
        ("feed", {"key": [str(key) for key in range(10_001)]}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(path, data, status, client):
    assert client.post(f"/zoo/animals/bulk/{path}", data=data).status_code == status


@pytest.mark.parametrize("path", ["bulk/feed", "bulk/delete"])
def test_no_link_runs_an_action(path, client):
    assert client.get(f"/zoo/animals/{path}").status_code == 405


def test_one_row_that_cannot_go_keeps_all(client, zoo_session):
    keys = [key_of(Badge, name="Old")]
    zoe = find_row(Animal, name="Zoe").species_id

    client.post("/zoo/badges/bulk/delete", data={"key": keys, "confirmed": "1"})
    refused = client.post("/zoo/species/bulk/delete", data={"key": [str(zoe)], "confirmed": "1"})

    assert refused.status_code == 302
    assert find_row(Animal, name="Zoe").species_id == zoe
