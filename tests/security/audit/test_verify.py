"""The chain tells whether an event was changed, removed, moved, added or cut off."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.security.audit import record_event
from app.security.audit.models import SecurityEvent
from app.security.audit.verify import BATCH, Broken, verify_chain

pytestmark = pytest.mark.both_databases


@pytest.fixture
def site(make_app, database):
    """An application with a chain of ten more events than it had."""
    app = make_app(database)
    with app.app_context():
        for number in range(10):
            record_event("key-made", target=f"Key {number}", number=number)
            db.session.commit()
    return app


@pytest.fixture
def verified():
    """`verified(app)` runs the command."""

    def run(app, *arguments):
        return app.test_cli_runner().invoke(args=["verify-audit", *arguments])

    return run


def count(app):
    with app.app_context():
        return verify_chain().count


def test_chain_as_it_was_written_holds(site, verified):
    result = verified(site)

    assert result.exit_code == 0, result.output
    assert f"{count(site)} events are as they were written." in result.output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "UPDATE security_event SET kind = 'log-in' WHERE id = {n} - 4",
            "is not as it was written",
        ),
        ("UPDATE security_event SET username = 'eve' WHERE id = {n} - 4", "is not as it was"),
        ("UPDATE security_event SET details = NULL WHERE id = {n} - 4", "is not as it was written"),
        ("UPDATE security_event SET hash = '{x}' WHERE id = {n} - 4", "is not as it was written"),
        ("UPDATE security_event SET previous_hash = '{x}' WHERE id = {n} - 4", "does not follow"),
        ("DELETE FROM security_event WHERE id = {n} - 4", "is missing; the next one is"),
        ("DELETE FROM security_event WHERE id > {n} - 4", "its head counts"),
        ("DELETE FROM security_event", "its head counts"),
        ("DELETE FROM security_event_head", "The head of the chain is missing"),
        ("UPDATE security_event_head SET count = count - 1", "behind the end of the chain"),
        ("UPDATE security_event_head SET hash = '{x}'", "is not that of the last event"),
        ("UPDATE security_event_head SET seal = '{x}'", "its seal does not match"),
    ],
)
def test_tampering_is_found(site, verified, tamper, change, says):
    tamper(site, change.format(n=count(site), x="f" * 64))

    result = verified(site)

    assert result.exit_code == 1
    assert says in result.output


def test_first_break_is_named(site, verified, tamper):
    number = count(site) - 6
    tamper(site, f"UPDATE security_event SET kind = 'x' WHERE id >= {number}")

    assert f"Event {number} is not as it was written" in verified(site).output


def test_events_that_change_places_are_found(site, verified, tamper):
    last = count(site)
    tamper(
        site,
        f"UPDATE security_event SET id = 0 WHERE id = {last - 3}",
        f"UPDATE security_event SET id = {last - 3} WHERE id = {last - 2}",
        f"UPDATE security_event SET id = {last - 2} WHERE id = 0",
    )

    assert verified(site).exit_code == 1


def test_cut_end_is_found_although_the_head_was_moved(site, verified, tamper):
    last = count(site)
    tamper(
        site,
        f"DELETE FROM security_event WHERE id > {last - 3}",
        f"UPDATE security_event_head SET count = {last - 3},"
        f" hash = (SELECT hash FROM security_event WHERE id = {last - 3})",
    )

    assert "its seal does not match" in verified(site).output


def test_emptied_record_is_found_although_the_head_was_emptied(site, verified, tamper):
    nothing = "0" * 64
    tamper(
        site,
        "DELETE FROM security_event",
        f"UPDATE security_event_head SET count = 0, hash = '{nothing}', seal = '{nothing}'",
    )

    assert "There is not one event, although there are accounts" in verified(site).output


def test_event_that_was_put_in_is_found(site, verified, tamper):
    last = count(site)
    names = ", ".join(c.name for c in SecurityEvent.__table__.columns if c.name != "id")
    tamper(
        site,
        f"INSERT INTO security_event (id, {names})"
        f" SELECT {last + 1}, {names} FROM security_event WHERE id = {last}",
        "UPDATE security_event_head SET count = count + 1",
    )

    assert verified(site).exit_code == 1


def test_older_copy_is_found_by_what_was_noted(site, verified):
    number = count(site)

    assert verified(site, "--expect", f"{number + 5}:{'a' * 64}").exit_code == 1
    assert verified(site, "--expect", f"{number}:{'a' * 64}").exit_code == 1
    with site.app_context():
        noted = verify_chain()
    assert verified(site, "--expect", f"{noted.count}:{noted.last_hash}").exit_code == 0
    assert verified(site, "--expect", "what").exit_code == 2


def test_chain_without_the_key_cannot_be_made(site, verified):
    site.config["SECRET_KEY"] = "another key that somebody has made up for this"

    assert "is not as it was written" in verified(site).output


def test_former_key_still_proves_what_it_sealed(site, verified):
    site.config["SECRET_KEY_FALLBACKS"] = [site.config["SECRET_KEY"]]
    site.config["SECRET_KEY"] = "another key that somebody has made up for this"
    with site.app_context():
        record_event("key-made")
        db.session.commit()

    assert verified(site).exit_code == 0


def test_chain_longer_than_a_batch_is_walked(make_app, database, statements):
    app = make_app(database)
    with app.app_context():
        for number in range(BATCH + 5):
            record_event("key-made", number=number)
        db.session.commit()

        with statements() as seen:
            found = verify_chain()

    assert found.count > BATCH
    assert len(seen) == 3


def test_broken_chain_raises(site, tamper):
    tamper(site, "UPDATE security_event SET kind = 'x' WHERE id = 1")

    with site.app_context(), pytest.raises(Broken, match="Event 1 is not"):
        verify_chain()
