"""Users in the back office: made, changed, disabled, and never with their password in sight."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import ApiKey, Role, User

from app.security.passwords import is_password_of
from tests.security.conftest import access_token, find

URL = "/administration/users"
NEW = "four unrelated words here"


@pytest.fixture
def admin(client, cast, login):
    """A browser in which the administrator is signed in."""
    return login(client, cast.admin)


def given(**changes: object) -> dict:
    """What the form for a new user sends."""
    return {
        "username": "bo",
        "first_name": "Bo",
        "last_name": "Berg",
        "email": "bo@cast.example",
        "active": "true",
        "roles": [""],
        "groups": [""],
        "new_password": NEW,
    } | changes


@pytest.mark.both_databases
def test_user_is_added_with_a_hashed_password_and_roles(admin, cast):
    role = find(Role, name="Team")

    answer = admin.post(f"{URL}/add", data=given(roles=["", str(role.id)]))

    user = find(User, username="bo")
    assert answer.status_code == 302
    assert user.password.startswith("scrypt:")
    assert is_password_of(user, NEW)
    assert [role.name for role in user.roles] == ["Team"]


def test_new_user_can_sign_in(app, admin, sign_in):
    admin.post(f"{URL}/add", data=given())

    assert sign_in(app.test_client(), "bo", NEW).status_code == 303


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"new_password": ""}, "Fill in this field."),
        ({"new_password": "short"}, "Use at least 12 characters."),
        ({"new_password": "password12345"}, "too easy to guess"),
        ({"username": "CAST-Owner"}, "Another account already has this."),
        ({"email": "OWNER@cast.example"}, "Another account already has this."),
        ({"username": "owner@cast.example"}, "Another account already has this."),
        ({"email": "nonsense"}, "mail address"),
    ],
)
def test_user_that_cannot_be_is_refused(admin, db_session, changes, message):
    answer = admin.post(f"{URL}/add", data=given(**changes))

    assert answer.status_code == 422
    assert message in answer.text
    assert NEW not in answer.text
    assert db_session.scalar(sa.select(User).where(User.email == "bo@cast.example")) is None


def test_user_is_added_by_rest(client, cast):
    header = {"Authorization": f"Bearer {access_token(cast.admin)}"}
    sent = given(active=True, roles=[], groups=[])

    answer = client.post("/api/v1/users/", json=sent, headers=header)
    weak = given(username="bb", email="bb@cast.example", active=True, new_password="short")
    refused = client.post("/api/v1/users/", json=weak | {"roles": [], "groups": []}, headers=header)

    assert answer.status_code == 201
    assert is_password_of(find(User, username="bo"), NEW)
    assert refused.status_code == 422
    assert "new_password" in refused.json["errors"]


@pytest.mark.parametrize("name", ["password", "api_keys", "created", "login_count"])
def test_rest_writes_no_other_field(client, cast, name):
    header = {"Authorization": f"Bearer {access_token(cast.admin)}"}

    answer = client.patch(f"/api/v1/users/{cast.owner.id}", json={name: "1"}, headers=header)

    assert answer.status_code in (403, 422)


def test_user_is_edited_without_touching_the_password(admin, cast, db_session):
    before = cast.owner.password
    sent = given(username="cast-owner", email="owner@cast.example", first_name="Olga")

    answer = admin.post(f"{URL}/edit/{cast.owner.id}", data=sent)

    db_session.refresh(cast.owner)
    assert answer.status_code == 302
    assert (cast.owner.first_name, cast.owner.password) == ("Olga", before)


def test_password_is_set_for_a_user(app, admin, cast, sign_in):
    theirs = app.test_client()
    sign_in(theirs, "cast-owner")

    sent = {"new_password": NEW, "repeated": NEW}
    answer = admin.post(f"{URL}/password/{cast.owner.id}", data=sent)

    assert answer.status_code == 303
    assert theirs.get("/home/").status_code == 302
    assert sign_in(theirs, "cast-owner", NEW).status_code == 303


def test_page_of_a_user_leads_to_their_password(admin, cast):
    assert f"{URL}/password/{cast.owner.id}" in admin.get(f"{URL}/show/{cast.owner.id}").text


@pytest.mark.parametrize("url", [f"{URL}/password/1", f"{URL}/edit/1", f"{URL}/add"])
def test_whoever_may_not_is_refused(client, cast, login, url):
    login(client, cast.stranger)

    assert client.get(url).status_code == 403
    assert client.post(url, data=given(repeated=NEW)).status_code == 403


def test_users_are_disabled_and_enabled(app, admin, cast, sign_in, db_session):
    theirs = app.test_client()
    sign_in(theirs, "cast-owner")

    admin.post(f"{URL}/bulk/deactivate", data={"key": [cast.owner.id, cast.teammate.id]})
    assert theirs.get("/home/").status_code == 302

    admin.post(f"{URL}/bulk/activate", data={"key": [cast.owner.id]})
    assert theirs.get("/home/").status_code == 302
    assert sign_in(theirs, "cast-owner").status_code == 303


@pytest.mark.parametrize("action", ["deactivate", "delete"])
def test_nobody_locks_themselves_out(admin, cast, db_session, action):
    admin.post(f"{URL}/bulk/{action}", data={"key": cast.admin.id, "confirmed": "1"})

    db_session.refresh(cast.admin)
    assert cast.admin.active
    assert "You cannot lock yourself out." in admin.get("/home/").text


def test_user_with_traces_cannot_be_deleted(admin, cast, db_session):
    cast.teammate.created_by_fk = cast.owner.id
    db_session.commit()

    answer = admin.post(f"{URL}/delete/{cast.owner.id}")

    assert answer.status_code == 409
    assert find(User, username="cast-owner") is not None


@pytest.mark.parametrize("name", ["password", "api_keys", "created", "changed"])
@pytest.mark.parametrize(
    "query", ["sort={}", "sort=-{}", "filter={}:filled", "filter={}:starts:a", "columns={}"]
)
def test_hidden_field_can_be_asked_for_in_no_way(admin, name, query):
    for url in (f"{URL}/list/", "/api/v1/users/"):
        assert admin.get(f"{url}?{query.format(name)}").status_code == 400


def test_search_does_not_look_into_passwords(admin, cast):
    answer = admin.get(f"{URL}/list/", query_string={"q": "pbkdf2"})

    assert "cast-owner" not in answer.text


def test_no_answer_has_a_hash_in_it(app, admin, cast, db_session):
    key = ApiKey(name="k", key_hash="secret-key-hash", key_prefix="k_", user_id=cast.owner.id)
    db_session.add(key)
    db_session.commit()
    hashes = {cast.owner.password, cast.owner.password.rpartition("$")[2], "secret-key-hash"}

    seen = 0
    for url in _readable_urls(app, cast.owner.id):
        text = admin.get(url).get_data(as_text=True)
        seen += "owner@cast.example" in text
        assert not [secret for secret in hashes if secret in text], url

    assert seen > 5


@pytest.mark.both_databases
def test_list_show_and_form_stay_within_their_statements(admin, cast, statements):
    limits = {"list/": 6, f"show/{cast.owner.id}": 8, f"edit/{cast.owner.id}": 8}
    admin.get("/home/")

    for page, limit in limits.items():
        with statements() as seen:
            answer = admin.get(f"{URL}/{page}")

        assert answer.status_code == 200
        assert len(seen) <= limit


def test_openapi_does_not_name_the_hash(admin):
    document = json.dumps(admin.get("/api/v1/_openapi").json["components"]["schemas"]["User"])

    assert "password" not in document
    assert "api_keys" not in document


def _readable_urls(app, key: int) -> list[str]:
    """Every address of users that a GET may ask, on the screens and in REST."""
    values = {"pk": str(key), "file_format": "csv", "name": "x"}
    values |= {"field": "roles", "relation": "roles"}
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("UserView", "UserApi")) and "GET" in (rule.methods or ()):
            with app.test_request_context():
                wanted = {name: values[name] for name in rule.arguments}
                adapter = app.url_map.bind("localhost")
                found.append(adapter.build(rule.endpoint, wanted))
    formats = [f"{URL}/export/{name}" for name in ("csv", "json")]
    return [*found, *formats, f"{URL}/list/?view=related", "/profile/", "/profile/edit/"]
