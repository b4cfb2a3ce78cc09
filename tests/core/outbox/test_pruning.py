"""The outbox keeps what was delivered for a while, and what was not for as long as it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.outbox import emit, pruning
from app.core.outbox.models import OutboxEvent
from app.core.outbox.pruning import prune_outbox, prune_some
from app.core.outbox.worker import Worker
from app.extensions import db
from scripts.commands import command
from tests.core.outbox.conftest import START

pytestmark = pytest.mark.both_databases
DAYS = (1, 29, 31, 400)


def add(name, **values):
    emit(name, {})
    newest = db.session.scalar(sa.select(sa.func.max(OutboxEvent.id)))
    change = sa.update(OutboxEvent).where(OutboxEvent.id == newest)
    db.session.execute(change.values(created_at=START - timedelta(days=500), **values))


@pytest.fixture
def old_events(db_session, clock):
    """Events delivered so many days ago, and three as old that were not."""
    for days in DAYS:
        add(f"delivered {days}", delivered_at=START - timedelta(days=days))
    add("waiting", due_at=START - timedelta(days=400))
    add("failed", failed_at=START - timedelta(days=400))
    add("running", locked_until=START - timedelta(days=400))
    db.session.commit()


def left():
    return set(db.session.scalars(sa.select(OutboxEvent.name)))


KEPT = {"delivered 1", "delivered 29", "waiting", "failed", "running"}


def test_only_what_was_delivered_long_ago_goes(old_events):
    assert prune_outbox() == 2
    assert left() == KEPT


@pytest.mark.parametrize(("days", "count"), [(0, 0), (20, 3), (400, 0)])
def test_the_setting_says_for_how_long(days, count, old_events, app, monkeypatch):
    monkeypatch.setitem(app.config, "BUREAU_OUTBOX_DAYS", days)

    assert prune_outbox() == count


def test_it_goes_in_batches(old_events, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 1)

    assert prune_some() == 1
    assert prune_outbox() == 1
    assert left() == KEPT


def test_the_command_says_how_many(old_events, app, capsys):
    command(app, "prune-outbox")

    assert capsys.readouterr().out == "2 events deleted.\n"


def test_the_worker_does_it_once_in_a_while(old_events, app):
    worker = Worker(app)

    counts = [worker._prune() for _time in range(3)]

    assert counts == [2, 0, 0]
    assert left() == KEPT


def test_an_event_with_the_key_of_a_pruned_one_is_a_new_one(db_session, clock):
    emit("test.once", {}, dedupe_key="k")
    long_ago = sa.update(OutboxEvent).values(delivered_at=START - timedelta(days=31))
    db.session.execute(long_ago)
    db.session.commit()
    prune_outbox()

    emit("test.once", {}, dedupe_key="k")
    db.session.commit()

    assert left() == {"test.once"}
