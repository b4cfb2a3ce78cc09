import math
from decimal import Decimal

import pytest

from app.core.kinds import BadValue
from app.core.kinds.number import Decimals, Float, Integer, Money, Percent


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_a_whole_number_must_fit_its_column(bits, reading):
    limit = 2 ** (bits - 1)

    with reading():
        assert Integer(bits).parse(str(limit - 1)) == limit - 1
        assert Integer(bits).parse(str(-limit)) == -limit
        for raw in (str(limit), str(-limit - 1), "9" * 5000):
            with pytest.raises(BadValue, match="too large"):
                Integer(bits).parse(raw)


@pytest.mark.parametrize("raw", ["", "-", "1.0", "1_0", "٣", "²", "1e3", "0x10", "NaN", "1 0"])
def test_what_is_no_whole_number_is_refused(raw, reading):
    with reading(), pytest.raises(BadValue, match="whole number"):
        Integer().parse(raw)


@pytest.mark.parametrize("kind", [Decimals(), Decimals(8, 3), Money(12, 2), Float()])
@pytest.mark.parametrize("raw", ["", "NaN", "-inf", "1_0", "٣", "0x1p3", "1,5", ".", "1e", "+-1"])
def test_what_is_no_number_is_refused(kind, raw, reading):
    with reading(), pytest.raises(BadValue, match="Write a number"):
        kind.parse(raw)


@pytest.mark.parametrize("raw", ["1e999", "-1e400", "1e9999"])
@pytest.mark.parametrize("kind", [Decimals(), Decimals(8, 3), Float()])
def test_what_no_column_holds_is_refused(kind, raw, reading):
    with reading(), pytest.raises(BadValue, match=r"\w"):
        kind.parse(raw)


def test_a_number_with_a_huge_exponent_costs_nothing(reading):
    for raw in ("1e999999999", "1e-999999999", "0e-999999999"):
        with reading(), pytest.raises(BadValue, match=r"\w"):
            Decimals().parse(raw)


def test_decimals_are_counted(reading):
    with reading():
        assert Decimals(5, 2).parse("999.99") == Decimal("999.99")
        with pytest.raises(BadValue, match="at most 2 decimals"):
            Decimals(5, 2).parse("0.001")
        with pytest.raises(BadValue, match="too large"):
            Decimals(5, 2).parse("1000")


def test_limits_are_told_in_the_language_of_the_reader(reading):
    with reading("pt"), pytest.raises(BadValue, match="0"):
        Money(12, 2).parse("-0.01")
    with reading(), pytest.raises(BadValue, match="100 or less"):
        Percent(5, 2).parse("100.01")


@pytest.mark.parametrize(
    ("kind", "value", "english", "portuguese"),
    [
        (Integer(), 1234567, "1,234,567", "1 234 567"),
        (Money(12, 2), Decimal("1234567.5"), "1,234,567.50", "1 234 567,50"),
        (Decimals(8, 3), Decimal("0.5"), "0.500", "0,500"),
        (Decimals(), Decimal("0.123456"), "0.123456", "0,123456"),
        (Percent(5, 2), Decimal("12.5"), "12.5 %", "12,5 %"),
        (Decimals(30, 4), Decimal("9" * 26 + ".0000"), "99," + "999," * 7 + "999.0000", None),
        (Float(), 0.25, "0.25", "0,25"),
        (Float(), 1e25, "1E25", "1E25"),
        (Float(), 2.5e-9, "2.5E-9", "2,5E-9"),
    ],
)
def test_numbers_are_written_for_their_reader(kind, value, english, portuguese, reading):
    with reading("en"):
        in_english = kind.format(value)
    with reading("pt_PT"):
        in_portuguese = kind.format(value)

    assert in_english == english
    assert portuguese in (None, in_portuguese.replace("\xa0", " "))


def test_what_is_no_number_can_still_be_shown(reading):
    with reading():
        assert Float().format(math.nan) == "nan"
        assert Float().to_json(math.inf) == "inf"
        assert Decimals(8, 3).format(Decimal("NaN")) == "NaN"
        assert Decimals().to_json(Decimal("NaN")) == "NaN"


def test_a_number_may_come_from_json_as_number_or_text(reading):
    with reading():
        assert Money(12, 2).from_json(1.5) == Decimal("1.5")
        assert Money(12, 2).from_json("1.50") == Decimal("1.50")
        for raw in (True, None, [1], math.nan):
            with pytest.raises(BadValue):
                Money(12, 2).from_json(raw)
