import pytest

from app.extensions import db
from tests.core.models import Animal, Badge, Keeper, Pen, Probe, Species
from tests.core.zoo import find_row, key_of

CSRF_HEADER = "X-CSRFToken"


@pytest.fixture
def client(zoo_client):
    return zoo_client("owner")


def test_a_row_is_made_read_replaced_changed_and_deleted(client, zoo_session):
    species = key_of(Species, name="Ape")
    keeper = key_of(Keeper, first_name="Ann")

    made = client.post(
        "/api/v1/animals/", json={"name": "New", "species": species, "keeper": keeper, "legs": 2}
    )
    path = made.headers["Location"]
    read = client.get(path)
    changed = client.patch(path, json={"legs": 3})
    replaced = client.put(path, json={"name": "Newer", "species": {"key": species}})
    deleted = client.delete(path)

    assert (made.status_code, made.json["result"]["legs"]) == (201, 2)
    assert read.json["result"] == made.json["result"]
    assert read.json["result"]["keeper"] == {"key": keeper, "text": "Ann Archer"}
    assert (changed.status_code, changed.json["result"]["legs"]) == (200, 3)
    assert changed.json["result"]["keeper"]["key"] == keeper
    result = replaced.json["result"]
    assert (result["name"], result["legs"], result["keeper"], result["rank"]) == (
        "Newer",
        None,
        None,
        7,
    )
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert client.get(path).status_code == 404


def test_many_rows_are_linked_by_their_keys(client, zoo_session):
    zoe = f"/api/v1/animals/{key_of(Animal, name='Zoe')}"
    old, big = key_of(Badge, name="Old"), key_of(Badge, name="Big")

    def after(**payload):
        assert client.patch(zoe, json=payload).status_code == 200
        db.session.expire_all()
        return {badge.name for badge in find_row(Animal, name="Zoe").badges}

    assert after(legs=4) == {"Old", "Big"}
    assert after(badges=[old]) == {"Old"}
    assert after(badges=[{"key": big}, {"key": old}, big]) == {"Old", "Big"}
    assert after(badges=None) == set()


@pytest.mark.parametrize("body", ["{", "", "[1", '{"a": NaN', "\xff"])
def test_malformed_json_is_a_bad_request(body, client):
    answer = client.post("/api/v1/badges/", data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")


@pytest.mark.parametrize("depth", [500, 100_000])
def test_json_without_end_is_refused(depth, client, zoo_session):
    key = key_of(Animal, name="Zoe")
    body = '{"traits": ' + "[" * depth + "]" * depth + "}"

    answer = client.patch(f"/api/v1/animals/{key}", data=body, content_type="application/json")

    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_no_json_is_not_accepted(content_type, client):
    answer = client.post("/api/v1/badges/", data="name=x", content_type=content_type)

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "true"])
def test_json_that_is_no_object_is_refused(body, client):
    answer = client.post("/api/v1/badges/", data=body, content_type="application/json")

    assert (answer.status_code, list(answer.json["errors"])) == (422, [""])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/animals/999", 404),
        ("get", "/api/v1/animals/x", 404),
        ("get", "/api/v1/animals/%00", 404),
        ("patch", f"/api/v1/animals/{'9' * 27}", 404),
        ("delete", "/api/v1/animals/0", 404),
        ("post", "/api/v1/animals/1", 405),
        ("post", "/api/v1/animals/1/nothing", 404),
        ("post", "/api/v1/animals/1/delete", 404),
        ("get", "/api/v1/animals/?page=0", 400),
        ("get", "/api/v1/animals/?unknown=1", 400),
        ("delete", "/api/v1/animals/", 405),
        ("get", "/api/v1/nothing/", 404),
    ],
)
def test_errors_have_a_code_and_a_message(method, path, status, client):
    answer = getattr(client, method)(path, **({"json": {}} if method in ("patch", "post") else {}))

    assert answer.status_code == status
    assert set(answer.json) == {"message", "code", "errors"}
    assert answer.json["message"]


def test_an_operation_runs_on_one_row(client, zoo_session):
    key = key_of(Animal, name="Zoe")

    answer = client.post(f"/api/v1/animals/{key}/feed")

    assert answer.json == {"id": key, "message": "1 fed"}
    assert find_row(Animal, name="Zoe").fed_at is not None


def test_a_client_can_ask_what_it_may_do(client, zoo_client):
    info = client.get("/api/v1/keepers/_info").json
    of_admin = zoo_client("admin").get("/api/v1/keepers/_info").json

    assert info["permissions"] == ["read", "add", "edit", "delete", "export"]
    assert "salary" not in {field["name"] for field in info["fields"]}
    assert set(of_admin["edit_columns"]) - set(info["edit_columns"]) == {"salary", "nickname"}
    assert next(f for f in info["fields"] if f["name"] == "boss")["operators"] == [
        "any",
        "none",
        "empty",
        "filled",
    ]


def test_composite_keys_work_everywhere(client, zoo_session):
    key = key_of(Pen, number=1)
    path = f"/api/v1/pens/{key}"

    read = client.get(path)
    changed = client.patch(path, json={"title": "Far north"})
    moved = client.patch(path, json={"zone": "Z"})

    assert (read.status_code, read.json["result"]["zone"]) == (200, "N/1, a")
    assert changed.json["result"]["title"] == "Far north"
    assert moved.status_code in (200, 422)


@pytest.mark.postgresql
def test_types_that_only_postgresql_has(client):
    made = client.post(
        "/api/v1/probes/", json={"numbers": [1, None, 3], "words": ["a", "b,c"], "ratio": 0.5}
    )
    result = made.json["result"]
    page = client.get(f"/zoo/probes/show/{made.json['id']}")
    form = client.get(f"/zoo/probes/edit/{made.json['id']}")
    refused = client.post("/api/v1/probes/", json={"words": ["x" * 11], "numbers": ["a"]})
    listed = client.get("/zoo/probes/list/")

    assert made.status_code == 201
    assert (result["numbers"], result["words"]) == ([1, None, 3], ["a", "b,c"])
    assert result["twice"] == 2 * result["id"]
    assert (page.status_code, form.status_code, listed.status_code) == (200, 200, 200)
    assert set(refused.json["errors"]) == {"words", "numbers"}
    assert Probe.__tablename__ not in page.text


# Who calls


@pytest.fixture
def guarded(zoo):
    """The application with its protection against forged requests, which tests go without."""
    zoo.config["WTF_CSRF_ENABLED"] = True
    yield zoo
    zoo.config["WTF_CSRF_ENABLED"] = False


def test_a_cookie_alone_changes_nothing(guarded, client, zoo_session):
    key = key_of(Badge, name="Big")

    answers = [
        client.post("/api/v1/badges/", json={"name": "Forged"}),
        client.patch(f"/api/v1/badges/{key}", json={"name": "Forged"}),
        client.put(f"/api/v1/badges/{key}", json={"name": "Forged"}),
        client.delete(f"/api/v1/badges/{key}"),
        client.post(f"/api/v1/animals/{key_of(Animal, name='Zoe')}/feed"),
        client.post("/zoo/badges/add", data={"name": "Forged"}),
        client.post(f"/zoo/badges/delete/{key}"),
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert {answer.json["code"] for answer in answers[:5]} == {"csrf"}
    assert find_row(Badge, name="Big")


def test_a_cookie_with_the_header_of_the_page_is_accepted(guarded, client):
    page = client.get("/zoo/badges/add").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    answer = client.post("/api/v1/badges/", json={"name": "Mine"}, headers={CSRF_HEADER: token})

    assert answer.status_code == 201


def test_a_token_needs_no_header_of_the_page(guarded, zoo):
    client = zoo.test_client()
    tokens = client.post(
        "/api/v1/security/login",
        json={
            "username": "cast-owner",
            "password": "correct horse battery staple",
            "provider": "db",
        },
    )
    bearer = {"Authorization": f"Bearer {tokens.json['access_token']}"}

    made = client.post("/api/v1/badges/", json={"name": "Mine"}, headers=bearer)
    refused = client.get("/api/v1/badges/", headers={"Authorization": "Bearer x.y.z"})

    assert made.status_code == 201
    assert refused.status_code == 401


def test_a_row_that_depends_on_itself_is_refused(client, zoo_session):
    key = key_of(Species, name="Ape")

    answer = client.patch(f"/api/v1/species/{key}", json={"parent": key})

    assert answer.status_code == 422
    assert answer.json["errors"][""] != []


@pytest.mark.parametrize("tag", ['""', 'W/""', "x,", '"', " , ", '"é"', "*,", '"0"', "0"])
def test_a_tag_that_is_none_never_fails(tag, client, zoo_session):
    path = f"/api/v1/badges/{key_of(Badge, name='Old')}"

    answer = client.patch(path, json={"name": "Older"}, headers={"If-Match": tag})

    assert answer.status_code in (200, 412)
