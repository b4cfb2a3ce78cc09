"""One's own keys: listed, made with rights one holds, shown once, revoked."""

from __future__ import annotations

import datetime
import re

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.security.keys.models import UserKey
from app.security.keys.operations import MAX_KEYS, make_key, revoke_key
from app.security.keys.scopes import stored
from app.security.models import UserSession
from app.security.rights.sets import Rights
from tests.fixtures.people import PASSWORD

KEYS, ADD = "/profile/keys/", "/profile/keys/add/"
SOME = {"name": "Robot", "days": "30", "reach": "some", "scopes": ["can_read|User"]}
PUBLIC = ("AuthorProfile", "Comment", "Post", "Tag")
WRITTEN = re.compile(r"bureau_[0-9a-f]{8}_[0-9a-f]{64}")


@pytest.fixture
def owner(client, cast, login):
    return login(client, cast.owner)


def the_key() -> UserKey:
    return db.session.scalars(sa.select(UserKey)).one()


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(UserKey))


def test_a_key_is_made_and_shown_once(owner, client, call):
    answer = owner.post(ADD, data=SOME)
    text = WRITTEN.search(answer.text)[0]

    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert call(text).status_code == 200
    assert the_key().scopes == [["can_read", "User"]]
    assert the_key().expires_at - the_key().created_at == datetime.timedelta(days=30)
    for page in (owner.get(KEYS), owner.get(ADD)):
        assert not WRITTEN.search(page.text)
    assert f"bureau_{the_key().prefix}_…" in owner.get(KEYS).text


def test_a_form_sent_twice_makes_one_key(owner):
    first = owner.post(ADD, data={**SOME, "_once": "x"})
    second = owner.post(ADD, data={**SOME, "_once": "x"})

    assert (first.status_code, second.status_code, count()) == (201, 303, 1)
    assert not WRITTEN.search(second.text)


def test_a_key_may_do_all_that_its_owner_may(owner, call):
    text = WRITTEN.search(owner.post(ADD, data={**SOME, "reach": "all", "scopes": []}).text)[0]

    assert the_key().scopes == []
    assert call(text, "/api/v1/posts/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scopes": []}, "Choose at least one right."),
        ({"scopes": ["can_read|Nothing"]}, "a right that you do not hold"),
        ({"scopes": ["can_read|User", "can_add|User"]}, "a right that you do not hold"),
        ({"scopes": ["x"]}, "a right that you do not hold"),
        ({"name": ""}, "Fill in this field."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"days": "10000"}, "Not a valid choice"),
        ({"days": "x"}, "Not a valid choice"),
        ({"reach": "everything"}, "Not a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused(owner, changes, words):
    answer = owner.post(ADD, data={**SOME, **changes})

    assert answer.status_code == 422
    assert words in answer.text
    assert count() == 0


def test_nobody_gives_a_key_a_right_they_lack(client, cast, login):
    login(client, cast.stranger)

    answer = client.post(ADD, data=SOME)

    assert (answer.status_code, count()) == (422, 0)


def test_only_rights_that_one_holds_are_offered_by_name(owner, client, cast, login):
    page = owner.get(ADD).text
    assert 'value="can_read|User"' in page
    assert 'value="can_add|User"' not in page
    assert "<legend>Posts</legend>" in page

    login(client, cast.stranger)
    offered = re.findall(r'name="scopes" value="([^"]+)"', client.get(ADD).text)

    # Somebody without a role reads what everybody may read, and so may a key of theirs.
    everybody = db.session.scalars(sa.select(Role).where(Role.name == "Public")).one()
    public = {f"{pair.permission.name}|{pair.view_menu.name}" for pair in everybody.permissions}
    assert set(offered) == public == {f"can_read|{subject}" for subject in PUBLIC}


def test_making_a_key_asks_for_a_proof_that_is_not_old(owner, cast):
    sessions = UserSession.__table__
    old = now() - datetime.timedelta(days=1)
    db.session.execute(
        sa.update(sessions).values(confirmed_at=old),
        bind_arguments={"mapper": sa.inspect(UserSession)},
    )
    db.session.commit()

    asked = owner.post(ADD, data=SOME)
    kept = re.search(r'name="_kept" value="([^"]+)"', asked.text)[1]
    proved = {"_confirm": "password", "_confirm_password": PASSWORD, "_kept": kept}
    made = owner.post(ADD, data=proved)

    assert (asked.status_code, made.status_code, count()) == (403, 201, 1)
    assert WRITTEN.search(made.text)


def test_nobody_has_more_keys_than_they_can_watch(owner, cast):
    for number in range(MAX_KEYS):
        make_key(cast.owner, f"Robot {number}", Rights())

    answer = owner.post(ADD, data=SOME)

    assert answer.status_code == 409
    assert count() == MAX_KEYS


def test_one_sees_and_revokes_ones_own_keys_only(owner, client, cast, login):
    make_key(cast.owner, "Mine alone", Rights())
    path = f"{KEYS}revoke/{the_key().id}"
    login(client, cast.teammate)
    assert "Mine alone" not in client.get(KEYS).text
    assert client.post(path).status_code == 404
    assert the_key().revoked_at is None

    login(client, cast.owner)
    answer = client.post(path)

    assert answer.status_code == 303
    db.session.expire_all()
    assert the_key().revoked_at is not None
    assert "Revoked" in client.get(KEYS).text


def test_revoking_twice_changes_nothing(owner, cast):
    key, _text = make_key(cast.owner, "Robot", Rights())
    assert revoke_key(key)
    at = key.revoked_at

    assert not revoke_key(key)
    assert key.revoked_at == at


def test_the_list_tells_keys_apart(client, cast, login):
    clock = ManualClock(now())
    with use_clock(clock):
        make_key(cast.owner, "Old", Rights(), 7)
        clock.advance(datetime.timedelta(days=8))
        make_key(cast.owner, "Short", Rights({("can_read", "User"), ("can_edit", "Post")}), 7)
        make_key(cast.owner, "Long", Rights(), 90)
        page = login(client, cast.owner).get(KEYS).text

    assert page.index("Long") < page.index("Short") < page.index("Old")
    assert page.count("Expires soon") == 1
    assert page.count(">Expired<") == 1
    assert "2 rights" in page
    assert page.count("All that you may do") == 2


def test_visitors_are_sent_to_log_in(client):
    for path in (KEYS, ADD):
        assert "/login/" in client.get(path).headers["Location"]
    assert "/login/" in client.post(f"{KEYS}revoke/1").headers["Location"]


def test_scopes_that_name_what_is_gone_are_shown_all_the_same(owner, cast):
    key, _text = make_key(cast.owner, "Robot", Rights())
    key.scopes = stored(Rights({("can_paint", "GoneModel")}))
    db.session.commit()

    assert "Gone model: Paint" in owner.get(KEYS).text


@pytest.mark.parametrize("path", [KEYS, ADD])
def test_pages_cost_few_statements(owner, cast, statements, path):
    for number in range(5):
        make_key(cast.owner, f"Robot {number}", Rights({("can_read", "User")}))
    owner.get(path)

    with statements() as seen:
        owner.get(path)

    assert len(seen) <= 3
