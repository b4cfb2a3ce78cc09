"""A value is the same whether Python or the database wrote it down."""

import datetime
import uuid
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.fields import encode_key
from app.core.history.columns import is_recorded, recorded_columns, recorded_links
from app.core.history.models import Change, Operation
from app.core.history.retention import erase_history
from app.core.history.values import from_stored, to_stored
from app.extensions import db
from app.features.blog.newsletter.models import Subscriber
from tests.core.history.garden import Bed, Plant, Soil, Tag, changes, forget
from tests.core.models import Animal, Species

pytestmark = pytest.mark.both_databases

VALUES = {
    "name": ["Rose", 'quote " \\ \n \t é 𝄞', "a/b~,c"],
    "price": [Decimal("0.10"), Decimal("1234567890.99"), Decimal("19.9"), None],
    "weight": [Decimal("0.001"), Decimal("-99999.999"), Decimal("5")],
    "height": [0.1 + 0.2, 1e-300, 1e300, -1.5, 12345678.9012345],
    "planted_on": [datetime.date(2026, 2, 28), datetime.date(1, 1, 1), None],
    "watered_at": [
        datetime.datetime(2026, 11, 20, 5, 59, 59, 999999, tzinfo=datetime.UTC),
        datetime.datetime(1850, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=-7))),
    ],
    "seen_at": [
        datetime.datetime.fromisoformat(t) for t in ("2026-11-20T05:59:59.000001", "1999-01-01")
    ],
    "opens_at": [datetime.time(23, 59, 59, 5), datetime.time(0)],
    "soaks_for": [
        datetime.timedelta(days=800, microseconds=1),
        datetime.timedelta(seconds=-1, microseconds=500000),
        datetime.timedelta(0),
    ],
    "is_rare": [True, False, None],
    "soil": [Soil.SAND, Soil.CLAY, None],
    "chip": [uuid.UUID("12345678-1234-5678-1234-567812345678"), None],
    "traits": [{"a": [1, 2.5, None, True, "é"]}, [], "text", 0, False],
}
CASES = [(name, value) for name, values in VALUES.items() for value in values]


@pytest.fixture
def plant(session):
    row = Plant(name="first", bed=Bed(name="North"))
    session.add(row)
    session.commit()
    forget()
    return row


def read(text, name):
    kind = next(c.kind for c in recorded_columns(Plant) if c.name == name)
    return from_stored(kind, text)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_every_way_of_writing_reads_back_as_the_same_value(session, plant, name, value):
    other = "second" if name == "name" else None
    session.execute(sa.update(Plant).values({name: value}))
    session.commit()
    session.refresh(plant)
    stored = getattr(plant, name)
    setattr(plant, name, other)
    session.commit()
    setattr(plant, name, value)
    session.commit()
    session.execute(sa.update(Plant).values({name: other}))
    session.execute(sa.update(Plant).values({name: value}))
    session.execute(sa.delete(Plant))
    session.commit()

    texts = {
        (values or {}).get(name)
        for change in changes()
        for values in (change.before, change.after)
        if values and name in values
    }
    found = {repr(read(text, name)) for text in texts if text not in (None, "first", other)}
    assert found == ({repr(stored)} if value is not None else set()), texts


@pytest.mark.parametrize("code", ["a/b", "~", "..", ".", ",\\", "", "é ~1", "%_'\"", "a"])
def test_keys_are_the_same_text_from_the_database_and_from_python(session, code):
    tag = Tag(code=code, name="x")
    session.add(tag)
    session.add(Bed(name="North", tags=[tag]))
    session.commit()
    session.execute(sa.update(Tag).values(name="y"))
    session.execute(sa.text("DELETE FROM garden_bed_tag"))
    session.execute(sa.delete(Tag))
    session.commit()

    keys = [change.row_key for change in changes() if change.model == "Tag"]
    assert keys == [encode_key(tag)] * 3


def test_keys_of_links_are_the_same_text_from_the_database_and_from_python(session):
    bed = Bed(name="North", tags=[Tag(code="a/b"), Tag(code=".."), Tag(code="~,")])
    session.add(bed)
    session.commit()
    session.delete(bed)
    session.commit()

    added, deleted = (change for change in changes() if change.model == "Bed")
    assert sorted(deleted.before["tags"]) == added.after["tags"] == ["a~2b", "~0~3", "~7"]


@pytest.mark.parametrize("name", ["North", " x ", "y" * 130, "𝄞" * 120])
def test_titles_are_the_same_from_the_database_and_from_python(session, name):
    session.add(Bed(name=name))
    session.commit()
    session.execute(sa.update(Bed).values(parent_id=None))
    session.commit()

    added, edited = changes()
    assert added.row_title == edited.row_title
    assert len(added.row_title) <= 120


def test_secrets_are_never_kept(session):
    row = Bed(name="North", gate_password="secret1", pin="secret2", diary="secret3")
    session.add(row)
    session.commit()
    row.gate_password, row.pin, row.diary, row.name = "secret4", "secret5", "secret6", "East"
    session.commit()
    session.execute(sa.update(Bed).values(gate_password="secret7", pin="secret8", name="West"))
    session.delete(row)
    session.commit()

    assert len(changes()) == 4
    assert "secret" not in repr([(c.before, c.after, c.row_title) for c in changes()])


def test_secrets_of_the_platform_are_never_kept(garden):
    assert "password" not in {column.name for column in recorded_columns(User)}
    assert "token_hash" not in {column.name for column in recorded_columns(Subscriber)}
    assert "is_secret" in {column.name for column in recorded_columns(Species)}
    assert "photo" not in {column.name for column in recorded_columns(Animal)}
    assert [relation.key for relation in recorded_links(Bed)] == ["tags"]


def test_what_is_not_ours_is_recorded_once_it_has_a_view(garden):
    assert is_recorded(Tag)
    assert not is_recorded(Operation)
    assert not is_recorded(Change)


def test_a_model_can_stay_out_of_the_history(session, monkeypatch):
    monkeypatch.setattr(Bed, "__history__", False, raising=False)
    row = Bed(name="North")
    session.add(row)
    session.commit()
    session.execute(sa.update(Bed).values(name="x"))
    session.delete(row)
    session.commit()

    assert changes() == []


def test_personal_data_can_be_erased_without_the_fact_of_the_change(session):
    first, other = Bed(name="Ada"), Bed(name="Bob")
    session.add_all([first, other])
    session.commit()
    first.name = "Ada Lovelace"
    session.commit()

    count = erase_history(Bed, encode_key(first))
    session.commit()

    session.expire_all()
    erased = [change for change in changes() if change.row_key == encode_key(first)]
    assert count == 2
    assert [str(change.verb) for change in erased] == ["add", "edit"]
    assert {(c.before, c.after, c.row_title) for c in erased} == {(None, None, None)}
    assert "Ada" not in repr([(c.before, c.after, c.row_title) for c in changes()])
    assert "Bob" in repr([c.after for c in changes()])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Change)) == 3


def test_to_stored_of_nothing_is_nothing(garden):
    for column in recorded_columns(Plant):
        assert to_stored(column.kind, None) is None
        assert from_stored(column.kind, None) is None
