"""Many transactions at once: one chain, without gaps, and nobody waits for nobody."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask_appbuilder.security.sqla.models import Group

from app.extensions import db
from app.security.audit import record_event
from app.security.audit.verify import verify_chain

THREADS, EACH = 8, 12

pytestmark = pytest.mark.both_databases


@pytest.fixture
def eager_threads():
    """Let Python change threads far more often than it does by itself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    yield

    sys.setswitchinterval(before)


def test_transactions_at_once_make_one_chain(make_app, database, eager_threads):
    app = make_app(database)
    with app.app_context():
        before = verify_chain().count

    def work(number):
        with app.app_context():
            for turn in range(EACH):
                # Every second one advances the version of all rights as well, which is locked too.
                if turn % 2:
                    db.session.add(Group(name=f"group-{number}-{turn}"))
                record_event("key-made", target=f"{number}-{turn}")
                if turn % 5 == 4:
                    db.session.rollback()
                else:
                    db.session.commit()
                db.session.remove()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))

    committed = [turn for turn in range(EACH) if turn % 5 != 4]
    groups = sum(turn % 2 for turn in committed)
    with app.app_context():
        assert verify_chain().count == before + THREADS * (len(committed) + groups)
