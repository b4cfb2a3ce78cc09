"""Signing in and out leaves a trace, however it ends."""

from __future__ import annotations

import datetime

import pytest

from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.security.attempts import confirm
from tests.fixtures.people import PASSWORD
from tests.security.conftest import user_named

pytestmark = pytest.mark.both_databases


def test_log_in_and_log_out_are_recorded(app, client, sign_in, events):
    sign_in(client, "cast-owner")
    client.post("/logout/")

    came, went = events(app, "log-in")[-1], events(app, "log-out")[-1]
    assert (came.username, came.outcome, came.details) == (
        "cast-owner",
        "success",
        {"by": "browser"},
    )
    assert (came.address, came.method, came.path) == ("127.0.0.1", "POST", "/login/")
    assert (went.username, went.session_key) == ("cast-owner", came.session_key)


def test_log_in_to_the_api_is_recorded(app, client, events):
    client.post("/api/v1/security/login", json={"username": "cast-owner", "password": PASSWORD})

    event = events(app, "log-in")[-1]
    assert (event.username, event.details) == ("cast-owner", {"by": "api"})


def test_failure_names_the_account_that_was_tried(app, client, sign_in, cast, events):
    sign_in(client, "cast-owner", "not the password")

    event = events(app, "log-in")[-1]
    assert (event.outcome, event.username) == ("failure", None)
    assert (event.target_key, event.target_title) == (str(cast.owner.id), "Owner Cast")


def test_name_that_nobody_has_is_only_marked(app, client, sign_in, events):
    for name in ("hunter2 typed in the wrong box", "Hunter2 typed in the wrong box ", "other"):
        sign_in(client, name, "x")

    marks = [event.target_title for event in events(app, "log-in")[-3:]]
    assert marks[0] == marks[1] != marks[2]
    assert "hunter2" not in repr([vars(event) for event in events(app)]).lower()


def test_attempts_that_are_not_tried_are_recorded_once_a_minute(
    make_app, database, sign_in, events
):
    app = make_app(database, RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="2 per 1 hour")
    client = app.test_client()
    with use_clock(ManualClock(now())) as clock:
        for _attempt in range(6):
            sign_in(client, "cast-owner", "wrong")
        clock.advance(datetime.timedelta(seconds=61))
        sign_in(client, "cast-owner", "wrong")

    refused = [event for event in events(app, "log-in") if event.outcome == "refused"]
    assert len(refused) == 2
    assert refused[0].target_title == "Owner Cast"
    assert refused[0].details == {"reason": "too_many_attempts"}
    assert refused[1].details == {"reason": "too_many_attempts", "repeated": 3}


def test_wrong_password_at_a_confirmation_is_recorded(app, events):
    with app.test_request_context("/"):
        user = user_named("cast-owner")
        assert not confirm(user, "wrong")
        db.session.rollback()

    event = events(app, "confirmation")[-1]
    assert (event.outcome, event.target_title) == ("failure", "Owner Cast")


def test_new_password_is_recorded_without_itself(app, client, login, cast, events):
    login(client, cast.owner)
    new = "an entirely different phrase"
    client.post(
        "/profile/password/",
        data={"current_password": PASSWORD, "new_password": new, "repeated": new},
    )

    assert events(app, "password-changed")[-1].username == "cast-owner"
    assert new not in repr([vars(event) for event in events(app)])


def test_log_in_costs_three_statements_more(app, client, sign_in, statements):
    sign_in(client, "cast-owner")
    client.post("/logout/")

    with statements() as seen:
        sign_in(client, "cast-owner")

    assert len([line for line in seen if "security_event" in line]) == 3
