"""A key opens what its scopes say, as long as its owner may and it lives."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import ApiKey as FabKey, Role, User

from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.security.audit import SecurityEvent
from app.security.factors.models import TotpSecret
from app.security.factors.policy import set_requires_factor
from app.security.keys.models import UserKey
from app.security.keys.operations import make_key, revoke_key
from app.security.rights.sets import Rights
from tests.fixtures.people import TEAM_ROLE
from tests.security.conftest import READ_USERS, find, find_pair, user_named

USERS = "/api/v1/users/"
READ = ("can_read", "User")
DAY = datetime.timedelta(days=1)


def the_key() -> UserKey:
    return db.session.scalars(sa.select(UserKey).execution_options(populate_existing=True)).one()


def kinds_of_events() -> list[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(SecurityEvent.kind, SecurityEvent.outcome)
        .where(SecurityEvent.kind.startswith("key-"))
        .order_by(SecurityEvent.id)
    )
    return [(kind, outcome.value) for kind, outcome in rows]


def test_key_lets_in(call, key_of, cast):
    answer = call(key_of(cast.owner))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_api_key_with_one_scope_deletes_no_record_and_lists_no_users(call, key_of, cast):
    """FAB 5.3 stores scopes and enforces none: such a key deleted a record and listed users."""
    key = key_of(cast.admin, ("can_read", "Post"))

    assert call(key, "/api/v1/posts/").status_code == 200
    assert call(key, USERS).json["code"] == "forbidden"
    assert call(key, f"{USERS}{cast.stranger.id}", "DELETE").status_code == 403
    assert call(key, "/api/v1/posts/1", "DELETE").status_code == 403
    assert call(key, "/api/v1/posts/", "POST", json={"title": "x"}).status_code == 403
    assert db.session.get(User, cast.stranger.id) is not None


def test_key_with_an_operation_of_one_subject_runs_that_alone(call, key_of, cast):
    key = key_of(cast.admin, ("can_edit", "TodoList"), ("can_read", "TodoList"))
    made = call(key_of(cast.admin), "/api/v1/todo-lists/", "POST", json={"name": "Mine"})
    path = f"/api/v1/todo-lists/{made.json['id']}"

    assert call(key, path, "PATCH", json={"name": "Still mine"}).status_code == 200
    assert call(key, path, "DELETE").status_code == 403


def test_key_gives_no_right_that_its_owner_lacks(call, key_of, cast):
    assert call(key_of(cast.stranger)).status_code == 403
    assert call(key_of(cast.stranger, READ)).status_code == 403


def test_the_document_shows_a_key_only_what_it_may(call, key_of, cast):
    document = call(key_of(cast.admin, READ), "/api/v1/_openapi")

    assert document.status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize("change", ["role", "key", "user", "deleted"])
def test_what_is_taken_away_is_gone_at_the_next_call_in_another_process(two_apps, change):
    first, second = two_apps
    with first.app_context():
        _key, text = make_key(user_named("cast-owner"), "Robot", Rights({READ}))
    client, header = second.test_client(), {"Authorization": f"Bearer {text}"}
    assert client.get(USERS, headers=header).status_code == 200

    with first.app_context():
        if change == "role":
            role = find(Role, name=TEAM_ROLE)
            role.permissions.remove(find_pair(*READ_USERS))
        elif change == "key":
            revoke_key(the_key())
        elif change == "user":
            user_named("cast-owner").active = False
        else:
            db.session.delete(user_named("cast-owner"))
        db.session.commit()
    answer = client.get(USERS, headers=header)

    codes = {
        "role": (403, "forbidden"),
        "key": (401, "key_revoked"),
        "user": (401, "account_disabled"),
        "deleted": (401, "key_invalid"),
    }
    assert (answer.status_code, answer.json["code"]) == codes[change]


def test_key_ends_by_itself(call, key_of, cast):
    clock = ManualClock(now())
    with use_clock(clock):
        key = key_of(cast.owner, days=2)
        clock.advance(2 * DAY - datetime.timedelta(seconds=1))
        assert call(key).status_code == 200

        clock.advance(datetime.timedelta(seconds=1))

        assert call(key).json["code"] == "key_expired"


def test_no_key_lasts_longer_than_a_year(key_of, cast):
    key_of(cast.owner, days=100_000)

    assert the_key().expires_at - the_key().created_at == 365 * DAY


def test_only_a_digest_of_the_key_is_kept(key_of, cast, db_session):
    text = key_of(cast.owner)

    kept = db_session.execute(sa.text("SELECT * FROM security_api_key")).one()
    events = db_session.execute(sa.text("SELECT * FROM security_event")).all()
    assert text.rpartition("_")[2] not in str(kept)
    assert text.rpartition("_")[2] not in str(events)


def test_wrong_secret_behind_a_right_prefix_is_not_told_from_an_unknown_key(call, key_of, cast):
    text = key_of(cast.owner)
    revoke_key(the_key())
    db.session.commit()
    head = text.rpartition("_")[0]

    wrong = call(f"{head}_{'0' * 64}")
    unknown = call(f"bureau_00000000_{'0' * 64}")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.json["code"] == "key_invalid"


@pytest.mark.parametrize("text", ["bureau_", "bureau_é", "bureau_x_y", "bureau_12345678_12"])
def test_what_is_no_key_is_refused(call, cast, text):
    assert call(text).json["code"] == "key_invalid"


@pytest.mark.parametrize("path", ["/home/", "/profile/", "/blog/posts/list/", "/login/"])
def test_key_opens_no_page(call, key_of, cast, path):
    page = call(key_of(cast.admin), path)

    assert (page.status_code, "cast-admin" in page.text) in ((302, False), (200, False))


def test_key_goes_before_the_cookie(client, call, key_of, cast, login):
    login(client, cast.admin)

    assert call(key_of(cast.stranger)).status_code == 403
    assert call("bureau_nonsense").status_code == 401


def test_key_needs_no_form_token_and_leaves_no_cookie(make_app):
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        text = make_key(user_named("cast-admin"), "Robot", Rights())[1]
        db.session.remove()
    headers = {"Authorization": f"Bearer {text}"}

    answer = app.test_client().post("/api/v1/todo-lists/", json={"name": "x"}, headers=headers)

    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers


def test_key_changes_no_account_role_or_key(call, key_of, cast):
    key = key_of(cast.admin)
    own = f"{USERS}{cast.admin.id}"
    user = {"username": "x", "first_name": "x", "last_name": "x", "email": "x@x.example"}

    assert call(key, own, "PATCH", json={"first_name": "Robot"}).status_code == 403
    assert call(key, own, "PATCH", json={"roles": []}).status_code == 403
    assert call(key, USERS, "POST", json={**user, "new_password": "p" * 20}).status_code == 403
    assert call(key, f"{USERS}{cast.owner.id}/deactivate", "POST").status_code == 403
    assert call(key, "/api/v1/roles/", "POST", json={"name": "Mine"}).status_code == 403
    assert call(key, "/api/v1/groups/", "POST", json={"name": "Mine"}).status_code == 403
    assert call(key, own).status_code == 200


def test_key_does_not_renew_or_end_sessions(call, key_of, cast):
    key = key_of(cast.admin)

    assert call(key, "/api/v1/security/refresh", "POST").status_code == 401
    assert call(key, "/api/v1/security/logout", "POST").status_code == 401


def test_key_costs_one_statement_beyond_its_rows(call, key_of, cast, statements):
    key = key_of(cast.owner, READ)
    call(key)
    with statements() as by_key:
        call(key)

    assert len([line for line in by_key if "security_api_key" in line]) == 1
    assert not [line for line in by_key if line.startswith(("INSERT", "UPDATE"))]


def test_use_is_noted_at_most_once_a_minute(call, key_of, cast, statements):
    clock = ManualClock(now())
    with use_clock(clock):
        key = key_of(cast.owner)
        call(key)
        first = the_key().last_used_at
        clock.advance(datetime.timedelta(seconds=59))
        call(key)
        assert the_key().last_used_at == first

        clock.advance(datetime.timedelta(seconds=2))
        call(key)

        assert the_key().last_used_at == now()
        assert the_key().last_address == "127.0.0.1"


def test_first_use_and_use_after_long_are_events(call, key_of, cast):
    clock = ManualClock(now())
    with use_clock(clock):
        key = key_of(cast.owner)
        for pause in (0, 1, 29, 31):
            clock.advance(pause * DAY)
            call(key)

    assert kinds_of_events() == [
        ("key-made", "success"),
        ("key-used", "success"),
        ("key-used", "success"),
    ]


def test_refusals_of_a_known_key_are_one_event_an_hour(call, key_of, cast):
    key = key_of(cast.owner)
    revoke_key(the_key())
    db.session.commit()
    clock = ManualClock(now())
    with use_clock(clock):
        for _ in range(3):
            assert call(key).status_code == 401
        clock.advance(datetime.timedelta(minutes=61))
        call(key)

    assert kinds_of_events() == [
        ("key-made", "success"),
        ("key-revoked", "success"),
        ("key-used", "refused"),
        ("key-used", "refused"),
    ]


def test_keys_of_fab_are_unused_and_out_of_reach(make_app):
    """FAB asks its own table in its decorators; nothing of ours does, whatever is switched on."""
    app = make_app(FAB_API_KEY_ENABLED=True)
    with app.app_context():
        made = app.appbuilder.sm.create_api_key(user_named("cast-admin"), "old")
        assert db.session.scalar(sa.select(sa.func.count()).select_from(FabKey)) == 1
        db.session.remove()
    client, headers = app.test_client(), {"Authorization": f"Bearer {made['key']}"}

    assert client.get(USERS, headers=headers).json["code"] == "token_invalid"
    rules = [rule for rule in app.url_map.iter_rules() if "key" in rule.rule.lower()]
    modules = {app.view_functions[rule.endpoint].__module__ for rule in rules}
    assert not [name for name in modules if name.startswith("flask_appbuilder.security")]
    with app.app_context():
        assert db.session.scalars(sa.select(FabKey)).one().last_used_on is None


@pytest.mark.both_databases
def test_key_of_somebody_whose_role_asks_for_a_factor_waits_until_there_is_one(
    call, key_of, cast, db_session
):
    key = key_of(cast.owner)
    set_requires_factor(find(Role, name=TEAM_ROLE), is_required=True)
    db_session.commit()

    refused = call(key)
    db_session.add(TotpSecret(user_id=cast.owner.id, secret="sealed"))
    db_session.commit()

    assert (refused.status_code, refused.json["code"]) == (401, "factor_not_set_up")
    assert kinds_of_events()[-1] == ("key-used", "refused")
    assert call(key).status_code == 200
