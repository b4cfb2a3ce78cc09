"""A form for many records knows what it was opened for, and nobody else can write that."""

import hashlib

import pytest
import sqlalchemy as sa

from app.core.errors import BadParameter
from app.core.views import opened as module
from app.extensions import db
from tests.core.models import Animal, Pen
from tests.core.zoo import find_row


@pytest.fixture
def opened(zoo):
    """The functions, in a request of the zoo: they sign with its key."""
    with zoo.test_request_context():
        yield module

        db.session.remove()


def test_what_was_packed_is_unpacked(opened):
    zoe, pen = find_row(Animal, name="Zoe"), find_row(Pen, number=1)

    marks = opened.marks_of([zoe])
    odd = opened.marks_of([pen])

    assert marks == {str(zoe.id): 1}
    assert opened.unpack(Animal, opened.pack(Animal, marks)) == marks
    assert opened.unpack(Pen, opened.pack(Pen, odd)) == odd


def test_a_record_without_a_version_has_another_mark_when_a_value_changes(opened):
    pen = find_row(Pen, number=1)
    before = opened.marks_of([pen])

    pen.title = "West"

    assert opened.marks_of([pen]).keys() == before.keys()
    assert opened.marks_of([pen]) != before
    db.session.rollback()
    assert opened.marks_of([find_row(Pen, number=1)]) == before


@pytest.mark.parametrize(
    "spoil", [lambda _text: "", lambda text: text[:-2], lambda text: "x" + text]
)
def test_a_text_that_somebody_else_wrote_is_refused(spoil, opened):
    text = opened.pack(Animal, {"1": 1})

    with pytest.raises(BadParameter) as caught:
        opened.unpack(Animal, spoil(text))

    assert "_rows" in caught.value.errors


def test_ten_thousand_records_fit_into_a_form(opened):
    marks = {str(number): number % 7 for number in range(10_000)}

    assert len(opened.pack(Animal, marks)) < 100_000


def test_mark_tells_nothing_of_a_value_to_whoever_knows_the_others(opened):
    """Some columns are hidden from who reads the mark: a plain hash would let them be tried out."""
    pen = find_row(Pen, number=1)
    values = [getattr(pen, attribute.key) for attribute in sa.inspect(Pen).column_attrs]

    (mark,) = opened.marks_of([pen]).values()

    for algorithm in sorted(hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}):
        guess = hashlib.new(algorithm, repr(values).encode()).hexdigest()
        assert not guess.startswith(str(mark))


def test_marks_of_another_installation_are_others(opened, zoo, monkeypatch):
    pen = find_row(Pen, number=1)
    before = opened.marks_of([pen])

    monkeypatch.setitem(zoo.config, "SECRET_KEY", "another one")

    assert opened.marks_of([pen]) != before
