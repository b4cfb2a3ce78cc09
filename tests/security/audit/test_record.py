"""What is recorded, in which transaction, and what is never kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User

from app.extensions import db
from app.security.audit import record_event
from app.security.audit.models import EventHead, Outcome, SecurityEvent
from app.security.audit.record import write_survivors
from tests.security.conftest import find

pytestmark = pytest.mark.both_databases


def last(kind):
    statement = sa.select(SecurityEvent).where(SecurityEvent.kind == kind)
    return db.session.scalars(statement.order_by(SecurityEvent.id.desc()).limit(1)).one_or_none()


def test_event_is_written_with_its_transaction(app, db_session):
    record_event("key-made", target=("ApiKey", 7, "Reporting"), scopes=["read Post"])
    before = last("key-made")
    db_session.commit()

    event = last("key-made")
    assert before is None
    assert (event.subject, event.target_key, event.target_title) == ("ApiKey", "7", "Reporting")
    assert event.details == {"scopes": ["read Post"]}
    assert event.outcome is Outcome.SUCCESS


def test_event_goes_with_a_transaction_that_is_rolled_back(app, db_session):
    record_event("key-made")
    db_session.rollback()
    db_session.commit()
    write_survivors()

    assert last("key-made") is None


def test_event_goes_with_its_savepoint_only(app, db_session):
    record_event("key-made", target="outside")
    savepoint = db_session.begin_nested()
    record_event("key-revoked", target="inside")
    savepoint.rollback()
    db_session.commit()

    assert last("key-made").target_title == "outside"
    assert last("key-revoked") is None


def test_event_of_a_released_savepoint_goes_with_the_transaction(app, db_session):
    with db_session.begin_nested():
        record_event("key-made")
    db_session.rollback()
    db_session.commit()

    assert last("key-made") is None


@pytest.mark.parametrize("outcome", ["failure", "refused"])
def test_failure_survives_a_rollback(app, db_session, outcome):
    record_event("second-factor", outcome=outcome)
    db_session.rollback()
    write_survivors()

    assert last("second-factor").outcome == outcome


def test_failure_is_written_once_when_it_is_committed(app, db_session):
    record_event("second-factor", outcome="failure")
    db_session.commit()
    write_survivors()

    count = sa.select(sa.func.count()).where(SecurityEvent.kind == "second-factor")
    assert db_session.scalar(count) == 1


def test_several_events_take_three_statements(app, db_session, statements):
    for number in range(5):
        record_event("key-made", target=f"Key {number}")

    with statements() as seen:
        db_session.commit()

    assert len(seen) == 3


def test_change_that_is_no_security_event_takes_none(app, db_session, statements):
    db_session.execute(sa.update(User).values(login_count=3))

    with statements() as seen:
        db_session.commit()

    assert [line for line in seen if "security_event" in line] == []


@pytest.mark.parametrize(
    "name", ["password", "new_password", "token", "access_token", "code", "client_secret", "cookie"]
)
def test_secrets_are_never_kept(app, db_session, name):
    record_event("key-made", **{name: "hunter2"}, inner={name: "hunter2"})
    db_session.commit()

    assert "hunter2" not in repr(last("key-made").details)


def test_control_characters_are_spelt_out(app, db_session):
    forged = "ana\r\n2026-11-20 log-in success\x1b[2J\u202e\u2028\0"
    record_event("key-made", target=forged, note=forged, **{"a\nb": 1})
    db_session.commit()

    event = last("key-made")
    for text in (event.target_title, event.details["note"], *event.details):
        assert text.isprintable()
    assert event.target_title.startswith("ana\\u000d\\u000a2026-11-20")


def test_long_texts_are_cut(app, db_session):
    record_event("x" * 500, target="y" * 5_000, note="z" * 5_000)
    db_session.commit()

    event = last("x" * 63 + "…")
    assert len(event.target_title) == 255
    assert len(event.details["note"]) == 500


def test_head_counts_every_event(app, db_session):
    record_event("key-made")
    record_event("key-made")
    db_session.commit()

    head = db_session.scalars(sa.select(EventHead)).one()
    assert head.count == db_session.scalar(sa.select(sa.func.max(SecurityEvent.id)))
    assert head.hash == last("key-made").hash


def test_row_added_with_the_event_is_its_target_with_its_key(app, db_session):
    role = Role(name="Newcomers")
    db_session.add(role)
    record_event("key-made", target=role)
    db_session.commit()

    assert last("key-made").target_key == str(find(Role, name="Newcomers").id)


def test_refusal_is_answered_although_its_event_cannot_be_written(make_app, database, caplog):
    app = make_app(database, empty=True)

    with app.app_context():
        record_event("access", outcome="refused")

    assert "These security events could not be written: ['access']" in caplog.text
