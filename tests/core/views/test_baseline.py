import datetime
import re

import pytest

from app.core.clock import now
from app.extensions import db
from tests.core.models import Animal, Pen
from tests.core.zoo import find_row, key_of
from tests.forms import changed, read_form
from tests.meeting import fresh, meet, save, side

pytestmark = pytest.mark.both_databases
ANIMALS = "/zoo/animals"


@pytest.fixture
def pen(zoo_session):
    return key_of(Pen, number=2)


def test_a_record_without_a_version_is_compared_by_its_values(mine, theirs, pen):
    path = f"/zoo/pens/edit/{pen}"

    answer = meet(mine, theirs, path, {"title": "Mine"}, {"title": "Theirs"})

    text, chosen = side(answer.text, "title")
    assert (answer.status_code, chosen) == (409, [])
    assert re.search(r"Before\s+South\s+Theirs\s+Theirs.*Teammate Cast.*Mine", text)
    saved = mine.post(path, data=changed(read_form(answer.text), **{"_take.title": "mine"}))
    assert saved.status_code == 302
    db.session.expire_all()
    assert find_row(Pen, number=2).title == "Mine"


def test_a_record_without_a_version_that_nobody_changed_is_saved(mine, pen):
    assert save(mine, f"/zoo/pens/edit/{pen}", title="Mine").status_code == 302


@pytest.mark.parametrize("token", ["x", "x.y.z"])
def test_a_forged_start_is_a_conflict(token, mine, pen):
    form = changed(read_form(mine.get(f"/zoo/pens/edit/{pen}").text), title="Mine", _base=token)

    assert mine.post(f"/zoo/pens/edit/{pen}", data=form).status_code == 409


def test_the_start_of_another_record_does_not_count(mine, pen):
    other = read_form(mine.get(f"/zoo/pens/edit/{key_of(Pen, number=1)}").text)["_base"]
    form = changed(read_form(mine.get(f"/zoo/pens/edit/{pen}").text), title="Mine", _base=other)

    assert mine.post(f"/zoo/pens/edit/{pen}", data=form).status_code == 409


@pytest.mark.parametrize("token", ["0", "99", "x", "-1", "9" * 5000])
def test_a_version_that_never_was_is_a_conflict_without_a_base(token, mine, zoe):
    path = f"{ANIMALS}/edit/{zoe}"
    form = changed(read_form(mine.get(path).text), notes="mine", _version=token)

    answer = mine.post(path, data=form)

    assert answer.status_code == 409
    assert "mine" in answer.text


def test_values_of_every_kind_come_back_from_the_history(mine, theirs, zoe):
    row = fresh(Animal, zoe)
    row.fed_at, row.born_on = now(), datetime.date(2020, 5, 17)
    row.price, row.traits = 12, {"a": [1]}
    row.is_vaccinated, row.sleeps_for = True, datetime.timedelta(hours=3)
    db.session.commit()
    path = f"{ANIMALS}/edit/{zoe}"
    emptied = dict.fromkeys(
        ("fed_at", "born_on", "price", "traits", "is_vaccinated", "sleeps_for"), ""
    )

    answer = meet(mine, theirs, path, {"notes": "x"}, emptied)

    assert answer.status_code == 409
    for name in emptied:
        text, chosen = side(answer.text, name)
        assert chosen == ["theirs"], name
        assert not re.search(r"Before\s+(—|Not known)", text), name
