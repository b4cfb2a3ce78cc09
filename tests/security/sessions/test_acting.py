"""Acting as another user, and seeing as a role sees: told on every page, and never more rights."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, assoc_permissionview_role

from app.core.clock import ManualClock, now, use_clock
from app.core.history.models import Operation
from app.security.audit import SecurityEvent
from app.security.models import Preference, UserSession
from tests.fixtures.people import TEAM_ROLE
from tests.security.conftest import access_token, find, find_pair, link_of_right

USERS = "/administration/users"
REASON = {"reason": "Request 17"}
LISTS = "/todo/todo-lists"


@pytest.fixture
def admin(client, cast, login):
    """A browser of the administrator."""
    return login(client, cast.admin)


@pytest.fixture
def helper(app, cast, login, db_session):
    """A browser of somebody who may act as others and do little else."""
    role = Role(name="Helper")
    role.permissions = [
        find_pair(verb, "User") for verb in ("can_read", "can_impersonate", "can_end_sessions")
    ]
    db_session.add(role)
    cast.stranger.roles = [role]
    db_session.commit()
    return login(app.test_client(), cast.stranger)


def begin(client, user, **data):
    """Act as the user."""
    return client.post(f"{USERS}/impersonate/{user.id}", data=data or REASON)


def stop(client, what="user"):
    """Press the button of the banner."""
    return client.post("/acting/stop/", data={"what": what})


def events(session, *kinds):
    """The security events of these kinds."""
    chosen = sa.select(SecurityEvent).where(SecurityEvent.kind.in_(kinds))
    return session.scalars(chosen.order_by(SecurityEvent.id)).all()


@pytest.mark.both_databases
def test_admin_acts_as_a_user_until_they_stop(admin, cast):
    answer = begin(admin, cast.stranger)

    assert answer.location == "/home/"
    page = admin.get("/home/").text
    assert "You act as" in page
    assert "Stranger Cast" in page
    assert admin.get(f"{USERS}/list/").status_code == 403

    assert stop(admin).status_code == 303

    assert "You act as" not in admin.get("/home/").text
    assert admin.get(f"{USERS}/list/").status_code == 200


def test_banner_stands_on_pages_of_errors_too(admin, cast):
    begin(admin, cast.stranger)

    for path in ("/nowhere", f"{USERS}/list/", "/swagger/v1"):
        assert "You act as" in admin.get(path).text


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_reason_is_asked_for(admin, cast, db_session, reason):
    answer = begin(admin, cast.stranger, reason=reason)

    assert answer.status_code == 422
    assert db_session.scalars(sa.select(UserSession.acting_user_id)).all() == [None]


def test_link_alone_begins_nothing(admin, cast):
    assert admin.get(f"{USERS}/impersonate/{cast.stranger.id}").status_code == 200

    assert "You act as" not in admin.get("/home/").text


def test_nobody_acts_as_themselves(admin, cast):
    assert begin(admin, cast.admin).status_code == 409


def test_nobody_acts_as_somebody_disabled(admin, cast, db_session):
    cast.stranger.active = False
    db_session.commit()

    assert begin(admin, cast.stranger).status_code == 409


def test_nobody_acts_as_two_at_once(admin, cast):
    begin(admin, cast.owner)

    assert begin(admin, cast.stranger).status_code == 409


@pytest.mark.both_databases
def test_nobody_acts_as_somebody_with_more_rights(helper, cast):
    answer = begin(helper, cast.owner)

    assert answer.status_code == 403
    assert "You act as" not in helper.get("/home/").text


def test_right_that_the_user_gets_meanwhile_is_none_of_the_helpers(
    app, helper, cast, login, db_session
):
    cast.teammate.roles = []
    db_session.commit()
    begin(helper, cast.teammate)
    assert helper.get("/todo/todo-lists/list/").status_code == 403

    cast.teammate.roles = [find(Role, name=TEAM_ROLE)]
    db_session.commit()

    assert login(app.test_client(), cast.teammate).get("/todo/todo-lists/list/").status_code == 200
    assert helper.get("/todo/todo-lists/list/").status_code == 403


def test_acting_needs_its_own_right(app, cast, login, db_session):
    link = link_of_right(pair=("can_impersonate", "User"))
    db_session.execute(sa.delete(assoc_permissionview_role).where(link))
    db_session.commit()
    client = login(app.test_client(), cast.owner)

    assert begin(client, cast.stranger).status_code == 403
    assert "Act as this user" not in client.get(f"{USERS}/show/{cast.stranger.id}").text


@pytest.mark.parametrize(
    "path", ["", "edit/", "password/", "sessions/", "anything-that-comes-later"]
)
def test_pages_of_the_users_own_account_are_shut(admin, cast, path):
    begin(admin, cast.stranger)

    for method in ("GET", "POST"):
        assert admin.open(f"/profile/{path}", method=method).status_code == 403


def test_account_menu_offers_none_of_them(admin, cast):
    begin(admin, cast.stranger)

    assert "/profile/" not in admin.get("/home/").text


@pytest.mark.both_databases
def test_it_ends_by_itself_after_an_hour(admin, cast, db_session):
    clock = ManualClock(now())
    with use_clock(clock):
        begin(admin, cast.stranger)
        clock.advance(datetime.timedelta(minutes=59))
        assert "You act as" in admin.get("/home/").text
        clock.advance(datetime.timedelta(minutes=2))

        page = admin.get("/home/").text

    assert "You act as" not in page
    assert "Your time as another user is over." in page
    assert db_session.scalars(sa.select(UserSession.acting_user_id)).all() == [None]
    assert [event.kind for event in events(db_session, "acting-begun", "acting-ended")] == [
        "acting-begun",
        "acting-ended",
    ]


def test_form_that_comes_too_late_is_not_saved_under_ones_own_name(admin, cast, db_session):
    clock = ManualClock(now())
    with use_clock(clock):
        begin(admin, cast.owner)
        clock.advance(datetime.timedelta(minutes=61))

        answer = admin.post("/todo/todo-lists/add", data={"name": "Shopping"})

    assert answer.status_code == 409
    assert not db_session.scalar(sa.select(sa.func.count()).select_from(sa.table("todo_list")))


def test_history_keeps_both(admin, cast, db_session):
    begin(admin, cast.owner)
    added = admin.post("/todo/todo-lists/add", data={"name": "Shopping"})
    stop(admin)
    admin.post(added.location.replace("show", "edit"), data={"name": "Shopping again"})

    found = db_session.scalars(sa.select(Operation).where(Operation.action.like("todo%"))).all()
    who = [(operation.user_id, operation.real_user_id) for operation in found]
    assert (cast.owner.id, cast.admin.id) in who
    assert all(real is None for user, real in who if user != cast.owner.id)


def test_timeline_names_both(app, admin, cast, login):
    begin(admin, cast.owner)
    added = admin.post("/todo/todo-lists/add", data={"name": "Shopping"})

    page = login(app.test_client(), cast.owner).get(added.location.replace("show", "history"))

    assert "Admin Cast acting as Owner Cast" in page.text


def test_beginning_and_end_are_recorded_with_the_reason(admin, cast, db_session):
    begin(admin, cast.stranger)
    stop(admin)

    first, second = events(db_session, "acting-begun", "acting-ended")
    assert first.username == second.username == "cast-admin"
    assert first.target_title == second.target_title == "Stranger Cast"
    assert first.details["reason"] == "Request 17"


def test_what_is_done_meanwhile_is_recorded_under_both_names(admin, cast, db_session):
    begin(admin, cast.owner)
    admin.get("/todo/todo-lists/export/csv")

    (event,) = events(db_session, "export")
    assert (event.username, event.real_username) == ("cast-owner", "cast-admin")


def test_choices_are_those_of_whoever_really_sits_there(admin, cast, db_session):
    begin(admin, cast.stranger)
    admin.post("/preferences/", data={"theme": "dark"})

    assert db_session.scalars(sa.select(Preference.user_id)).all() == [cast.admin.id]


def test_proof_is_the_password_of_whoever_really_sits_there(admin, cast, db_session):
    cast.owner.password = None
    db_session.commit()
    begin(admin, cast.owner)

    answer = admin.post(
        "/confirm/", data={"_confirm": "password", "_confirm_password": cast.password}
    )

    assert answer.status_code == 303


def test_tokens_act_as_nobody_else(client, cast, db_session):
    headers = {"Authorization": f"Bearer {access_token(cast.admin)}"}

    answer = client.post(f"{USERS}/impersonate/{cast.stranger.id}", data=REASON, headers=headers)

    assert answer.location.startswith("/login/")


def test_logging_out_ends_all_of_it(admin, cast):
    begin(admin, cast.stranger)
    admin.post("/logout/")

    assert admin.get("/home/").location.startswith("/login/")


# Seeing as a role


@pytest.fixture
def reader(db_session):
    """A role that may read users and nothing else."""
    role = Role(name="Reader")
    role.permissions = [find_pair("can_read", "User")]
    db_session.add(role)
    db_session.commit()
    return role


def see_as(client, role):
    """Press the button on the role's page."""
    return client.post(f"/administration/roles/see-as/{role.id}")


@pytest.mark.both_databases
def test_admin_sees_as_a_role_until_they_stop(admin, cast, reader):
    assert see_as(admin, reader).location == "/home/"

    page = admin.get("/home/").text
    assert "You see this as the role" in page
    assert "Reader" in page
    assert admin.get(f"{USERS}/list/").status_code == 200
    assert admin.get("/administration/roles/list/").status_code == 403
    assert admin.post(f"{USERS}/edit/{cast.owner.id}", data={}).status_code == 403

    assert stop(admin, "role").status_code == 303

    assert admin.get("/administration/roles/list/").status_code == 200
    assert "You see this as the role" not in admin.get("/home/").text


def test_stop_works_though_the_role_may_do_nothing(admin, db_session):
    role = Role(name="Nothing")
    db_session.add(role)
    db_session.commit()
    see_as(admin, role)
    assert admin.get(f"{USERS}/list/").status_code == 403

    stop(admin, "role")

    assert admin.get(f"{USERS}/list/").status_code == 200


def test_seeing_as_needs_its_own_right(helper, reader):
    assert see_as(helper, reader).status_code == 403


def test_seeing_as_is_recorded(admin, reader, db_session):
    see_as(admin, reader)
    stop(admin, "role")

    kinds = [event.kind for event in events(db_session, "seeing-as-begun", "seeing-as-ended")]
    assert kinds == ["seeing-as-begun", "seeing-as-ended"]


def test_role_page_offers_it(admin, reader):
    assert "See as this role" in admin.get(f"/administration/roles/show/{reader.id}").text


@pytest.mark.parametrize("what", ["", "everything"])
def test_stop_of_nothing_in_particular_is_no_request(admin, what):
    assert stop(admin, what).status_code == 400


def test_visitor_can_stop_nothing(client):
    assert stop(client).location.startswith("/login/")


def test_stop_changes_nothing_for_whoever_is_themselves(admin, db_session):
    assert stop(admin).status_code == 303
    assert stop(admin, "role").status_code == 303

    assert not events(db_session, "acting-ended", "seeing-as-ended")


def test_acting_costs_a_statement_and_so_does_the_banner_of_a_role(admin, cast, reader, statements):
    counts = []
    for step in (stop, lambda client: begin(client, cast.owner), stop):
        step(admin)
        admin.get("/home/")
        with statements() as seen:
            assert admin.get("/home/").status_code == 200
        counts.append(len(seen))
    see_as(admin, reader)
    admin.get("/home/")
    with statements() as seen:
        admin.get("/home/")

    assert [*counts, len(seen)] == [1, 2, 1, 2]
