"""A token says who calls, as long as it is whole, young, and given with today's password."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa
from flask_jwt_extended import create_access_token

from app.extensions import db
from app.security.models import UserSession
from app.security.passwords import hash_password
from app.security.sessions.store import end_sessions, session_of
from app.security.tokens.bearer import begin_tokens
from tests.security.conftest import access_token, refresh_token, user_named

URL = "/api/v1/users/"


@pytest.fixture
def call(client):
    """`call(header)` asks the API with this Authorization header."""
    return lambda header, url=URL: client.get(url, headers={"Authorization": header})


def test_token_lets_in(app, call, cast):
    assert call(f"Bearer {access_token(cast.owner)}").status_code == 200
    assert call(f"bearer {access_token(cast.owner, fresh=False)}").status_code == 200


def test_token_gives_the_rights_of_its_user(call, cast):
    answer = call(f"Bearer {access_token(cast.stranger)}")

    assert answer.status_code == 403
    assert answer.json["code"] == "forbidden"


def test_expired_token_is_named(call, cast):
    token = create_access_token(str(cast.owner.id), expires_delta=-datetime.timedelta(seconds=1))

    answer = call(f"Bearer {token}")

    assert answer.status_code == 401
    assert answer.json["code"] == "token_expired"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        "é",
        "two words",
        "sst_looks-like-an-api-key",
    ],
)
def test_broken_token_is_named(call, cast, token):
    answer = call(f"Bearer {token}")

    assert answer.status_code == 401
    assert answer.json["code"] == "token_invalid"


@pytest.mark.parametrize("key", [None, 0, -1, "1", True, 1.5, [1], {}])
def test_token_without_a_session_is_refused(call, cast, key):
    claims = {} if key is None else {"sid": key}
    token = create_access_token(str(cast.owner.id), additional_claims=claims)

    assert call(f"Bearer {token}").json["code"] == "token_invalid"


def test_token_of_a_browsers_session_is_refused(call, cast, db_session):
    session_of(cast.owner)
    held = db_session.scalars(sa.select(UserSession)).one()
    token = create_access_token(str(cast.owner.id), additional_claims={"sid": held.id})

    assert call(f"Bearer {token}").json["code"] == "token_invalid"


def test_token_of_one_user_with_the_session_of_another_is_refused(call, cast, db_session):
    held = begin_tokens(cast.owner, is_renewable=False)
    db_session.commit()
    token = create_access_token(str(cast.admin.id), additional_claims={"sid": held.id})

    assert call(f"Bearer {token}").json["code"] == "token_invalid"


def test_token_ends_with_its_session(call, cast, db_session):
    token = access_token(cast.owner)
    assert call(f"Bearer {token}").status_code == 200

    end_sessions(UserSession.user_id == cast.owner.id)
    db_session.commit()

    assert call(f"Bearer {token}").json["code"] == "token_invalid"


def test_refresh_token_opens_nothing(call, cast):
    assert call(f"Bearer {refresh_token(cast.owner)}").json["code"] == "token_invalid"


@pytest.mark.both_databases
@pytest.mark.parametrize("change", ["disable", "password", "delete"])
def test_token_ends_with_the_account(two_apps, change):
    first, second = two_apps
    with first.app_context():
        token = access_token(user_named("cast-stranger"))
    client = second.test_client()
    header = {"Authorization": f"Bearer {token}"}
    # Applications of one installation share the secret.
    second.config["SECRET_KEY"] = first.config["SECRET_KEY"]
    assert client.get(URL, headers=header).status_code == 403

    with first.app_context():
        user = user_named("cast-stranger")
        if change == "disable":
            user.active = False
        elif change == "password":
            user.password = hash_password("four unrelated words here")
        else:
            db.session.delete(user)
        db.session.commit()

    assert client.get(URL, headers=header).json["code"] == "token_invalid"


def test_bad_token_is_refused_although_there_is_a_session(client, cast, login):
    login(client, cast.owner)

    answer = client.get(URL, headers={"Authorization": "Bearer x"})

    assert answer.json["code"] == "token_invalid"


def test_token_goes_before_the_session(client, cast, login):
    login(client, cast.owner)
    token = access_token(cast.stranger)

    answer = client.get(URL, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403


def test_token_opens_no_page(client, cast):
    token = access_token(cast.owner)

    answer = client.get("/home/", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 302


def test_call_with_a_token_costs_one_statement_more_than_its_rows(client, cast, statements):
    header = {"Authorization": f"Bearer {access_token(cast.stranger)}"}
    client.get(URL, headers=header)

    with statements() as seen:
        client.get(URL, headers=header)

    assert len(seen) == 1
