import pytest

from app.core.kinds import BadValue, Kind, Widget
from app.core.kinds.base import UNKNOWN
from app.core.kinds.registry import _KINDS
from tests.core.kinds.examples import KINDS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_refusal_says_what_to_write(kind, reading):
    with reading(), pytest.raises(BadValue, match=r"\w"):
        kind.from_json(["\0"])
    with reading():
        assert kind.expectation()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kinds_are_values(kind):
    assert kind == type(kind)(**vars(kind))
    assert hash(kind) == hash(type(kind)(**vars(kind)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_its_schema_and_its_widget(kind, reading):
    with reading():
        assert isinstance(kind.schema(), dict)

    assert kind.widget in Widget


def test_the_unknown_kind_is_never_written(reading):
    with reading(), pytest.raises(BadValue, match=r"\w"):
        UNKNOWN.parse("anything")
    with reading(), pytest.raises(BadValue, match=r"\w"):
        UNKNOWN.from_json("anything")

    assert UNKNOWN.widget is Widget.READONLY
    assert UNKNOWN.to_json({1}) == "{1}"


def test_messages_speak_the_language_of_the_reader(reading):
    texts = set()
    for locale in ("en", "pt"):
        with reading(locale):
            texts.add(Kind().expectation())

    assert all(texts)


def test_a_type_stands_before_those_it_is_derived_from():
    for position, (base, _make) in enumerate(_KINDS):
        hidden = [later for later, _make in _KINDS[position + 1 :] if issubclass(later, base)]
        assert hidden == [], base
