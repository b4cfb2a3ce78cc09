import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.core.adopt.columns import AsText, IsoDateTime, MixedText


def test_database_writes_the_text_itself():
    table = sa.table("place", sa.column("point", AsText("point")))

    statement = str(sa.select(table.c.point).compile(dialect=postgresql.dialect()))

    assert "CAST(place.point AS TEXT) AS point" in statement


def test_mixed_values_are_all_text():
    engine = sa.create_engine("sqlite://")

    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE v (value)")
        connection.exec_driver_sql("INSERT INTO v VALUES (1), (1.5), ('a'), (x'ff'), (NULL)")
        table = sa.table("v", sa.column("value", MixedText()))
        found = connection.scalars(sa.select(table.c.value)).all()

    assert found == ["1", "1.5", "a", "FF", None]


def test_moment_keeps_its_t():
    engine = sa.create_engine("sqlite://")
    moment = dt.datetime.fromisoformat("2024-02-29T10:11:12")

    with engine.connect() as connection:
        stored = connection.scalar(sa.select(sa.cast(sa.literal(moment, IsoDateTime), sa.String)))
        read = connection.scalar(sa.select(sa.literal(moment, IsoDateTime)))

    assert stored == "2024-02-29T10:11:12"
    assert read == moment
