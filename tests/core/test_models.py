import datetime
import gc

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.exc import StaleDataError

from app.core.models import Model, current_user_id
from app.extensions import db
from tests.core.models import TABLES, Badge, Pen
from tests.core.zoo import find_row

COMMON = {"id", "created_at", "updated_at", "created_by_id", "updated_by_id", "version"}


def test_every_table_of_ours_has_the_common_columns():
    ours = [mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, Model)]

    assert ours
    for model in ours:
        assert set(model.__table__.columns.keys()) >= COMMON, model


def test_common_columns_stand_around_the_models_own():
    names = list(Badge.__table__.columns.keys())

    assert names[0] == "id"
    assert names[-5:] == ["created_at", "updated_at", "created_by_id", "updated_by_id", "version"]


def test_a_table_cannot_be_declared_twice():
    table = type("First", (Model,), {"__tablename__": "declared_twice"}).__table__
    try:
        with pytest.raises(InvalidRequestError, match="declared_twice"):
            type("Second", (Model,), {"__tablename__": "declared_twice"})
    finally:
        Model.metadata.remove(table)
        # The class that was refused lives on in its error, half mapped, where others find it.
        gc.collect()


def test_the_tables_of_the_tests_are_in_no_metadata():
    assert not {table.name for table in TABLES} & set(Model.metadata.tables)


@pytest.mark.both_databases
def test_times_are_aware_and_utc(zoo_session):
    badge = Badge(name="New")
    zoo_session.add(badge)
    zoo_session.commit()
    zoo_session.expire(badge)

    assert badge.created_at.tzinfo is datetime.UTC
    assert abs(datetime.datetime.now(datetime.UTC) - badge.created_at).total_seconds() < 60


@pytest.mark.both_databases
def test_two_writers_of_one_row_do_not_overwrite_each_other(zoo_session):
    badge = find_row(Badge, name="Old")
    zoo_session.execute(
        sa.update(Badge.__table__).where(Badge.__table__.c.id == badge.id).values(version=9)
    )
    badge.name = "Overwritten"

    with pytest.raises(StaleDataError):
        zoo_session.flush()
    zoo_session.rollback()


def test_a_row_is_called_by_its_title():
    assert str(Pen(zone="N", number=1, title="North")) == "North"


def test_outside_a_request_nobody_is_signed_in(zoo):
    assert current_user_id() is None
    with zoo.app_context():
        assert current_user_id() is None
    with zoo.test_request_context():
        assert current_user_id() is None


def test_sqlite_never_gives_a_key_twice(zoo_session):
    tables = set(zoo_session.scalars(sa.text("SELECT name FROM sqlite_sequence")))

    assert {"zoo_badge", "zoo_animal"} <= tables
    assert db.engine.dialect.name == "sqlite"
