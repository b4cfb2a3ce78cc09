"""What visitors may do through REST: read what the role of the public holds, and nothing else."""

import pytest
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.extensions import db
from tests.core.models import Diary, Keeper
from tests.core.zoo import find_row, key_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def visitor(zoo, zoo_session):
    """A visitor, where the role of the public may read keepers and diaries, and even add some."""
    for subject in ("Keeper", "Diary"):
        for verb in ("read", "add", "edit", "delete"):
            give_to_visitors(f"can_{verb}", subject)
    return zoo.test_client()


def give_to_visitors(permission, subject):
    pairs = db.session.scalars(select(PermissionView)).all()
    pair = next(p for p in pairs if (p.permission.name, p.view_menu.name) == (permission, subject))
    public = find_row(Role, name="Public")
    public.permissions.append(pair)
    db.session.commit()


def test_a_visitor_reads_what_the_public_may_read(visitor):
    listed = visitor.get("/api/v1/keepers/")
    one = visitor.get(f"/api/v1/keepers/{key_of(Keeper, first_name='Ann')}")

    assert (listed.status_code, one.status_code) == (200, 200)
    assert listed.json["count"] == 3
    assert visitor.get("/api/v1/animals/").status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/keepers/"),
        ("PUT", "/api/v1/keepers/{key}"),
        ("PATCH", "/api/v1/keepers/{key}"),
        ("DELETE", "/api/v1/keepers/{key}"),
        ("GET", "/api/v1/keepers/{key}/history"),
    ],
)
def test_a_visitor_does_nothing_but_read(visitor, method, path):
    key = key_of(Keeper, first_name="Ann")

    answer = visitor.open(path.format(key=key), method=method, json={"first_name": "Eve"})

    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("path", ["list/", "show/{key}", "edit/{key}", "history/{key}", "add"])
def test_a_visitor_sees_no_screen(visitor, path):
    answer = visitor.get("/zoo/keepers/" + path.format(key=key_of(Keeper, first_name="Ann")))

    assert answer.status_code == 302
    assert answer.location.startswith("/login/")


def test_a_row_that_is_hidden_from_visitors_is_not_there(visitor):
    key = key_of(Keeper, first_name="Spy")

    assert visitor.get(f"/api/v1/keepers/{key}").status_code == 404


def test_nothing_tells_a_visitor_of_accounts(visitor, zoo_client):
    """Whose a row is says an account; a visitor has none, and learns of none."""
    give_to_visitors("can_read", "Species")
    signed_in = zoo_client("owner").get("/api/v1/species/?columns=name,created_by")

    refused = visitor.get("/api/v1/species/?columns=name,created_by")
    info = visitor.get("/api/v1/species/_info").json

    assert signed_in.status_code == 200
    assert refused.status_code == 400
    names = {field["name"] for field in info["fields"]}
    assert "name" in names
    assert names.isdisjoint({"created_by", "updated_by"})


def test_a_row_rule_knows_nobody_who_asks(visitor):
    """Diaries are their owners', whatever the public may."""
    answer = visitor.get("/api/v1/diaries/")

    assert (answer.status_code, answer.json["count"]) == (200, 0)
    assert db.session.query(Diary).count() > 0


def test_what_a_visitor_reads_may_be_kept_for_a_moment(visitor, zoo_client):
    answer = visitor.get("/api/v1/keepers/_info")
    again = visitor.get(
        "/api/v1/keepers/_info",
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    own = zoo_client("owner").get("/api/v1/keepers/")

    assert answer.headers["Cache-Control"] == "public, max-age=30"
    assert {"Cookie", "Authorization", "Accept-Language"} <= set(answer.vary)
    assert again.status_code == 304
    assert own.headers["Cache-Control"] == "no-store"


def test_the_past_of_what_everybody_reads_is_not_for_everybody(visitor, zoo_client):
    """Somebody signed in without a role reads what visitors read, where they do, and no history."""
    role = find_row(Role, name="Public")
    role.permissions = [p for p in role.permissions if p.permission.name == "can_read"]
    db.session.commit()
    key = key_of(Keeper, first_name="Ann")
    stranger = zoo_client("stranger")

    statuses = [
        stranger.get(path.format(key=key)).status_code
        for path in (
            "/api/v1/keepers/{key}",
            "/api/v1/keepers/{key}/history",
            "/zoo/keepers/show/{key}",
            "/zoo/keepers/history/{key}",
        )
    ]

    assert statuses == [200, 403, 403, 403]
    assert zoo_client("owner").get(f"/api/v1/keepers/{key}/history").status_code == 200
