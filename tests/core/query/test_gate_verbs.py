"""Whoever lacks a verb is refused at every door that asks for it."""

import pytest

from app.extensions import db

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/zoo/animals/list/"),
        ("get", "/zoo/animals/show/1"),
        ("get", "/zoo/animals/add"),
        ("post", "/zoo/animals/add"),
        ("get", "/zoo/animals/edit/1"),
        ("post", "/zoo/animals/edit/1"),
        ("post", "/zoo/animals/delete/1"),
        ("post", "/zoo/animals/bulk/delete"),
        ("post", "/zoo/animals/bulk/feed"),
        ("get", "/zoo/animals/chart/"),
        ("get", "/zoo/animals/export/csv"),
        ("get", "/zoo/animals/pick/keeper"),
        ("get", "/api/v1/animals/"),
        ("get", "/api/v1/animals/1"),
        ("get", "/api/v1/animals/_info"),
        ("post", "/api/v1/animals/"),
        ("put", "/api/v1/animals/1"),
        ("patch", "/api/v1/animals/1"),
        ("delete", "/api/v1/animals/1"),
        ("post", "/api/v1/animals/1/feed"),
    ],
)
def test_whoever_lacks_the_verb_is_refused(method, path, zoo, zoo_client):
    body = {"json": {}} if path.startswith("/api") and method != "get" else {}

    by_stranger = getattr(zoo_client("stranger"), method)(path, **body)
    by_visitor = getattr(zoo.test_client(), method)(path, **body)

    assert by_stranger.status_code == 403
    assert by_visitor.status_code == (401 if path.startswith("/api") else 302)
    if by_visitor.status_code == 302:
        assert by_visitor.location.startswith("/login/")


def test_one_verb_opens_only_its_own_doors(zoo, zoo_client, zoo_session):
    security = zoo.appbuilder.sm
    role = security.add_role("Readers")
    role.permissions = [security.find_permission_view_menu("can_read", "Animal")]
    security.find_user("cast-stranger").roles = [role]
    db.session.commit()
    client = zoo_client("stranger")

    opened = client.get("/zoo/animals/list/")
    key = client.get("/api/v1/animals/").json["ids"][0]
    refused = [
        client.get("/zoo/animals/add"),
        client.get(f"/zoo/animals/edit/{key}"),
        client.get(f"/zoo/animals/delete/{key}"),
        client.get("/zoo/animals/export/csv"),
        client.get("/zoo/animals/pick/keeper"),
        client.post("/zoo/animals/bulk/delete", data={"key": key}),
    ]

    assert opened.status_code == 200
    assert [answer.status_code for answer in refused] == [403] * 6
    assert "/zoo/animals/add" not in opened.text
