"""History is kept for as long as its model says, and no longer."""

import datetime

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.history import retention
from app.core.history.models import Operation
from app.core.history.retention import prune_history
from scripts.commands import command
from tests.core.history.garden import Bed, Tag, changes

pytestmark = pytest.mark.both_databases


@pytest.fixture
def aged(session, monkeypatch):
    """Changes of two models, each 1, 10 and 100 days old."""
    for days in (1, 10, 100):
        session.add_all([Bed(name=f"bed {days}"), Tag(code=f"tag {days}")])
        session.commit()
        moment = now() - datetime.timedelta(days=days, hours=1)
        newest = sa.update(Operation).where(Operation.at > now() - datetime.timedelta(hours=1))
        session.execute(newest.values(at=moment))
        session.commit()


def left():
    return sorted(change.row_title for change in changes())


def test_all_is_kept_where_nothing_else_is_said(session, aged):
    assert prune_history() == 0
    assert len(left()) == 6


def test_the_setting_holds_for_all(garden, session, aged, monkeypatch):
    monkeypatch.setitem(garden.config, "BUREAU_HISTORY_DAYS", 50)

    assert prune_history() == 2
    assert left() == ["#tag 1", "#tag 10", "bed 1", "bed 10"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Operation)) == 2


def test_a_model_has_the_last_word(garden, session, aged, monkeypatch):
    monkeypatch.setitem(garden.config, "BUREAU_HISTORY_DAYS", 50)
    monkeypatch.setattr(Bed, "__history_days__", 5, raising=False)
    monkeypatch.setattr(Tag, "__history_days__", 0, raising=False)

    assert prune_history() == 2
    assert left() == ["#tag 1", "#tag 10", "#tag 100", "bed 1"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Operation)) == 3


def test_it_goes_in_batches(garden, session, aged, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setitem(garden.config, "BUREAU_HISTORY_DAYS", 5)

    assert prune_history() == 4
    assert left() == ["#tag 1", "bed 1"]


def test_the_command_says_how_many(garden, session, aged, monkeypatch, capsys):
    monkeypatch.setitem(garden.config, "BUREAU_HISTORY_DAYS", 5)

    command(garden, "prune-history")

    assert capsys.readouterr().out == "4 changes deleted.\n"


def test_what_is_undone_loses_its_undoing_and_nothing_else(garden, session, aged, monkeypatch):
    old = session.scalars(sa.select(Operation).order_by(Operation.at)).first()
    forgotten = old.id
    session.add(Operation(source="undo", action="undo", undoes_id=forgotten))
    session.commit()
    monkeypatch.setitem(garden.config, "BUREAU_HISTORY_DAYS", 50)

    prune_history()

    session.expire_all()
    assert session.get(Operation, forgotten) is None
    assert session.scalars(sa.select(Operation.undoes_id).filter_by(action="undo")).all() == [None]
