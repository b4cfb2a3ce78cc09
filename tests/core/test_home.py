"""The pages that belong to no model."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("setting", "target"),
    [("", "/blog/"), ("/home/", "/home/"), ("/blog/archive", "/blog/archive")],
)
def test_root_leads_to_the_public_start_page_or_where_a_setting_says(app, client, setting, target):
    before = app.config["BUREAU_START"]
    app.config["BUREAU_START"] = setting
    try:
        response = client.get("/")
    finally:
        app.config["BUREAU_START"] = before

    assert (response.status_code, response.location) == (302, target)


def test_dashboard_is_for_whoever_is_signed_in(client, cast, login):
    assert client.get("/home/").location == "/login/?next=/home/"

    login(client, cast.stranger)
    assert client.get("/home/").status_code == 200


def test_document_describes_every_resource(client, cast, login):
    login(client, cast.stranger)

    document = client.get("/api/v1/_openapi").json

    assert document["openapi"].startswith("3.0")
    assert {"/api/v1/users/", "/api/v1/users/{pk}", "/api/v1/security/login"} <= set(
        document["paths"]
    )


def test_document_of_an_unknown_version_is_404(client, cast, login):
    login(client, cast.stranger)

    assert client.get("/api/v9/_openapi").status_code == 404


@pytest.mark.parametrize(("url", "status"), [("/api/v1/_openapi", 401), ("/swagger/v1", 302)])
def test_visitor_sees_neither(client, url, status):
    assert client.get(url).status_code == status


def test_page_of_the_api_loads_the_document(client, cast, login):
    login(client, cast.stranger)

    assert "/api/v1/_openapi" in client.get("/swagger/v1").text
