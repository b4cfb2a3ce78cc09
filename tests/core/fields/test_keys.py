from urllib.parse import urlsplit

import pytest
from flask import Flask, url_for
from hypothesis import given, strategies as st

from app.core.errors import NotFound
from app.core.fields import decode_key, encode_key, encode_values, key_attributes
from tests.core.models import Animal, Meal, Pen

ODD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ODDER = st.text("~12345./\\, %?#&=:;+\n\ta", max_size=8)
NUMBERS = st.integers(-(2**31), 2**31 - 1)


@given(ODD | ODDER, NUMBERS)
def test_any_key_can_be_written_and_read(speaking, zone, number):
    text = encode_key(Pen(zone=zone, number=number))

    with speaking.app_context():
        assert decode_key(Pen, text) == (zone, number)


@given(ODD | ODDER, NUMBERS)
def test_a_key_is_one_part_of_a_path_and_one_of_a_list(zone, number):
    text = encode_key(Pen(zone=zone, number=number))

    assert not set(text) & {"/", ",", "\\"}
    assert text not in ("", ".", "..")


@given(st.sets(st.tuples(ODD | ODDER, NUMBERS), min_size=2, max_size=2))
def test_two_keys_are_two_texts(pair):
    first, second = pair

    assert encode_values(first) != encode_values(second)


@pytest.mark.parametrize("plain", ["", ".", "..", "~5", "~6", "~", "/", "a/../b", "100%", "?", "#"])
def test_a_key_survives_the_way_through_an_address(plain):
    app = Flask("paths")
    app.add_url_rule("/show/<pk>", "show", lambda pk: pk)
    key = encode_values([plain])

    with app.test_request_context():
        address = url_for("show", pk=key)
    answer = app.test_client().get(address)

    assert urlsplit(address).path.count("/") == 2
    assert answer.text == key


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Animal, "x"),
        (Animal, ""),
        (Animal, "1~12"),
        (Animal, "9" * 27),
        (Animal, "1.0"),
        (Pen, "N"),
        (Pen, "N~1x"),
        (Pen, "a\0b~11"),
        (Pen, "\ud800~11"),
        (Meal, "1~12~13"),
    ],
)
def test_what_is_no_key_of_the_model_is_not_found(model, text, speaking):
    with speaking.app_context(), pytest.raises(NotFound):
        decode_key(model, text)


def test_the_attributes_of_a_key_stand_in_its_order():
    assert key_attributes(Pen) == ("zone", "number")
    assert key_attributes(Animal) == ("id",)
