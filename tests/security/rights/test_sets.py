"""A set of rights is asked once, and never used after it has changed."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import (
    Group,
    Role,
    User,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_role,
)

from app.core.cache import drop
from app.core.changes import EVERYTHING
from app.extensions import db
from app.security.rights.sets import RightsMemory, at_version, read_rights, roles_of
from tests.fixtures.database import configured, dispose
from tests.fixtures.people import TEAM_ROLE
from tests.security.conftest import USERS, find, find_pair, link_of_right, user_named

ROLES = "/api/v1/roles/"

pytestmark = pytest.mark.both_databases

REVOKE = """
import sys
from app import create_app
from app.extensions import db
from config import Config
from tests.security.conftest import *
environ = {"BUREAU_ENV": "testing", "BUREAU_INSTANCE": sys.argv[2], "DATABASE_URL": sys.argv[1]}
with create_app(Config.from_environment(environ)).app_context():
    db.session.execute(sa.delete(assoc_permissionview_role).where(link_of_right()))
    db.session.commit()
"""


def remove_permission():
    role = find(Role, name=TEAM_ROLE)
    role.permissions.remove(find_pair("can_read", "User"))


def remove_permission_by_statement():
    db.session.execute(sa.delete(assoc_permissionview_role).where(link_of_right()))


def remove_permission_by_sql():
    role, pair = find(Role, name=TEAM_ROLE).id, find_pair("can_read", "User").id
    text = "DELETE FROM ab_permission_view_role WHERE role_id = :r AND permission_view_id = :p"
    db.session.execute(sa.text(text), {"r": role, "p": pair})


def remove_role():
    user_named("cast-owner").roles = []


def remove_role_by_statement():
    link = assoc_user_role.c
    db.session.execute(
        sa.delete(assoc_user_role).where(link.user_id == user_named("cast-owner").id)
    )


def delete_role():
    db.session.delete(find(Role, name=TEAM_ROLE))


def leave_group():
    group = find(Group, name="crew")
    group.users.remove(user_named("cast-owner"))


def take_role_from_group():
    group = find(Group, name="crew")
    group.roles.clear()


def take_role_from_group_by_statement():
    db.session.execute(sa.delete(assoc_group_role))


@pytest.mark.parametrize(
    "revoke",
    [
        remove_permission,
        remove_permission_by_statement,
        remove_permission_by_sql,
        remove_role,
        remove_role_by_statement,
        delete_role,
    ],
)
def test_revoked_right_is_gone_at_next_request_elsewhere(two_apps, sign_in, revoke):
    first, second = two_apps
    client = second.test_client()
    sign_in(client, "cast-owner")
    assert client.get(USERS).status_code == 200

    with first.app_context():
        revoke()
        db.session.commit()

    assert client.get(USERS).status_code == 403


@pytest.mark.parametrize(
    "revoke", [leave_group, take_role_from_group, take_role_from_group_by_statement]
)
def test_right_of_a_group_is_gone_at_next_request_elsewhere(two_apps, sign_in, revoke):
    first, second = two_apps
    with first.app_context():
        remove_role()
        team, owner = find(Role, name=TEAM_ROLE), user_named("cast-owner")
        db.session.add(Group(name="crew", label="Crew", roles=[team], users=[owner]))
        db.session.commit()
    client = second.test_client()
    sign_in(client, "cast-owner")
    assert client.get(USERS).status_code == 200

    with first.app_context():
        revoke()
        db.session.commit()

    assert client.get(USERS).status_code == 403


def test_right_revoked_by_another_process_is_gone(make_app, database, sign_in, tmp_path):
    app = make_app(database)
    client = app.test_client()
    sign_in(client, "cast-owner")
    assert client.get(USERS).status_code == 200

    arguments = [sys.executable, "-c", REVOKE, app.config["DATABASE_URL"], str(tmp_path)]
    subprocess.run(arguments, check=True)

    assert client.get(USERS).status_code == 403


def test_granted_right_is_there_at_next_request_elsewhere(two_apps, sign_in):
    first, second = two_apps
    client = second.test_client()
    sign_in(client, "cast-stranger")
    assert client.get(USERS).status_code == 403

    with first.app_context():
        user_named("cast-stranger").roles = [find(Role, name=TEAM_ROLE)]
        db.session.commit()

    assert client.get(USERS).status_code == 200


def test_revoked_right_is_gone_with_redis(make_app, database, redis_url, sign_in, tmp_path):
    app = make_app(database, CACHE_TYPE="RedisCache", CACHE_REDIS_URL=redis_url)
    settings = {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": redis_url}
    other = configured(app.config["DATABASE_URL"], tmp_path, **settings)
    client = other.test_client()
    sign_in(client, "cast-owner")
    assert client.get(USERS).status_code == 200

    with app.app_context():
        remove_permission()
        db.session.commit()

    assert client.get(USERS).status_code == 403
    dispose(other)


def test_other_process_finds_the_set_in_redis(make_app, redis_url, sign_in, statements, tmp_path):
    settings = {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": redis_url}
    app = make_app(**settings)
    other = configured(app.config["DATABASE_URL"], tmp_path, **settings)
    for each in (app, other):
        client = each.test_client()
        sign_in(client, "cast-owner")

        with statements() as seen:
            client.get("/home/")

    assert len(seen) == 1
    dispose(other)


def test_rights_cost_no_statement_after_warm_up(client, cast, login, statements):
    login(client, cast.owner)
    client.get("/home/")

    with statements() as seen:
        answer = client.get("/home/")

    assert answer.status_code == 200
    assert len(seen) == 1


def test_rights_cost_one_statement_when_cold(client, cast, login, statements):
    login(client, cast.owner)

    with statements() as seen:
        client.get("/home/")

    assert len(seen) <= 2


def test_visitor_page_that_asks_no_right_needs_no_statement(client, statements):
    with statements() as seen:
        answer = client.get("/login/")

    assert answer.status_code == 200
    assert seen == []


def test_change_that_is_rolled_back_leaves_no_trace(app, client, cast, login, db_session):
    login(client, cast.owner)
    assert client.get(USERS).status_code == 200

    cast.owner.roles = []
    db_session.flush()
    assert read_rights(roles_of(cast.owner.id)) == read_rights(roles_of(cast.stranger.id))
    db_session.rollback()

    assert client.get(USERS).status_code == 200


def test_what_everybody_may_read_opens_the_api_and_no_screen(client, cast, login, db_session):
    public = find(Role, name="Public")
    public.permissions.append(find_pair("can_read", "Role"))
    db_session.commit()

    login(client, cast.stranger)

    assert client.get(ROLES).status_code == 200
    assert client.get("/api/v1/users/").status_code == 403
    assert client.get("/administration/roles/list/").status_code == 403
    assert "/administration/roles/" not in client.get("/home/").text
    assert client.get(USERS).status_code == 403


def test_whoever_has_a_right_by_a_role_takes_it_from_everybody(client, cast, login, db_session):
    public, right = find(Role, name="Public"), find_pair("can_read", "Post")
    others = [str(pair.id) for pair in public.permissions if pair is not right]

    login(client, cast.admin)
    answer = client.patch(f"{ROLES}{public.id}", json={"permissions": others})

    db_session.expire_all()
    assert answer.status_code == 200
    assert right not in find(Role, name="Public").permissions


def test_visitor_has_the_rights_of_the_public_role_only(client, db_session):
    assert client.get(ROLES).status_code == 401

    show_roles_to_visitors()

    assert client.get(ROLES).status_code == 200
    assert client.get("/api/v1/users/").status_code == 401


def test_screens_are_not_for_visitors_whatever_their_rights(client, db_session):
    show_roles_to_visitors()

    answer = client.get("/administration/roles/list/")

    assert (answer.status_code, answer.location) == (
        302,
        "/login/?next=/administration/roles/list/",
    )


def test_visitor_is_sent_to_log_in_without_a_statement(client, statements):
    client.get(USERS)

    with statements() as seen:
        answer = client.get(USERS)

    assert answer.location == f"/login/?next={USERS}"
    assert seen == []


def test_right_taken_from_visitors_is_gone_at_next_request_elsewhere(two_apps):
    first, second = two_apps
    client = second.test_client()
    with first.app_context():
        show_roles_to_visitors()
    drop_everything(second)
    assert client.get(ROLES).status_code == 200

    with first.app_context():
        public = find(Role, name="Public")
        public.permissions.clear()
        db.session.commit()

    assert client.get(ROLES).status_code == 401


def test_right_given_to_visitors_by_a_machine_that_shares_no_cache_comes_later(two_apps):
    first, second = two_apps
    client = second.test_client()
    assert client.get(ROLES).status_code == 401

    with first.app_context():
        show_roles_to_visitors()
    drop_everything(second)

    assert client.get(ROLES).status_code == 200


def show_roles_to_visitors():
    public = find(Role, name="Public")
    public.permissions.append(find_pair("can_read", "Role"))
    db.session.commit()


def drop_everything(app):
    """As when the time of what the application keeps is over."""
    with app.app_context():
        drop(EVERYTHING)


def test_what_is_asked_of_a_version_may_be_no(app, db_session):
    answers = iter([False, True])
    with app.test_request_context():
        found = [at_version("nobody", 1, lambda: next(answers)) for _time in range(2)]

    assert found == [False, False]


def test_admin_holds_no_right_that_the_role_lacks(client, cast, login, db_session):
    db_session.execute(
        sa.delete(assoc_permissionview_role).where(link_of_right("Admin", ("can_read", "User")))
    )
    db_session.commit()

    login(client, cast.admin)

    assert client.get(USERS).status_code == 403


def test_memory_forgets_what_was_not_used_for_longest():
    memory = RightsMemory(size=2)
    for user in ("1", "2"):
        memory.keep((user, 7), frozenset())
    memory.find(("1", 7))

    memory.keep(("3", 7), frozenset())

    assert memory.find(("2", 7)) is None
    assert memory.find(("1", 7)) == frozenset()


def test_users_who_may_do_the_same_share_one_set():
    memory = RightsMemory()
    pairs = [("can_read", "Todo"), ("can_edit", "Todo")]

    first = memory.keep(("1", 7), frozenset((verb, subject) for verb, subject in pairs))
    second = memory.keep(("2", 7), frozenset((verb, subject) for verb, subject in pairs))
    other = memory.keep(("3", 7), frozenset((verb, subject) for verb, subject in pairs[:1]))

    assert first is second is memory.find(("2", 7))
    assert other == frozenset(pairs[:1])
    assert {id(pair) for pair in other} < {id(pair) for pair in first}


def test_key_of_a_deleted_user_brings_no_rights(two_apps, sign_in):
    first, second = two_apps
    client = second.test_client()
    sign_in(client, "cast-owner")
    assert client.get(USERS).status_code == 200

    with first.app_context():
        db.session.execute(sa.delete(User).where(User.username == "cast-owner"))
        db.session.commit()

    assert client.get(USERS).status_code == 302
