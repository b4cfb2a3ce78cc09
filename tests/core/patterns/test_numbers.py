"""Numbers are written as Babel writes them, in every language that it knows."""

from copy import copy
from decimal import Decimal, localcontext

import pytest
from babel import Locale, localedata, numbers
from hypothesis import given, strategies as st

from app.core.patterns.numbers import decimal_writer, exact_writer, money_writer, percent_writer

LOCALES = sorted(localedata.locale_identifiers())
CURRENCIES = ("EUR", "JPY", "BRL", "KWD", "XXX")
# Grouped once, twice and not at all; below zero; between two roundings; longer than 28 digits.
SAMPLES = (0, -1234567, 12345678901, 2.675, -0.0001, Decimal("99999.9995"), Decimal(10) ** 30 + 1)

anything = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30)
    | st.decimals(allow_nan=False, allow_infinity=False, places=6)
)


def by_babel(write, *values, **options):
    # Babel alone cannot round numbers with more digits than Python's decimals have by default.
    with localcontext(prec=600):
        return write(*values, **options)


def with_places(pattern, places):
    changed = copy(pattern)
    changed.frac_prec = (places, places)
    return changed


def assert_same(locale, value, places, currency):
    decimals = with_places(locale.decimal_formats[None], places)
    percents = with_places(locale.percent_formats[None], places)

    assert decimal_writer(locale)(value) == by_babel(numbers.format_decimal, value, locale=locale)
    assert decimal_writer(locale, places)(value) == by_babel(
        numbers.format_decimal, value, decimals, locale=locale
    )
    assert exact_writer(locale)(value) == by_babel(
        numbers.format_decimal, value, locale=locale, decimal_quantization=False
    )
    assert percent_writer(locale, places)(value) == by_babel(
        numbers.format_percent, value, percents, locale=locale
    )
    assert money_writer(locale, currency)(value) == by_babel(
        numbers.format_currency, value, currency, locale=locale
    )


def test_every_language():
    for identifier in LOCALES:
        for value in SAMPLES:
            assert_same(Locale.parse(identifier), value, 2, "EUR")


@given(
    identifier=st.sampled_from(LOCALES),
    value=anything,
    places=st.integers(0, 6),
    currency=st.sampled_from(CURRENCIES),
)
def test_every_number(identifier, value, places, currency):
    assert_same(Locale.parse(identifier), value, places, currency)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "12,345,678.5"),
        ("hi", "1,23,45,678.5"),
        ("de_CH", "12’345’678.5"),
        ("pt", "12.345.678,5"),
    ],
)
def test_groups_are_those_of_the_language(locale, text):
    assert decimal_writer(Locale.parse(locale))(12345678.5) == text


@pytest.mark.parametrize(("value", "text"), [(0.125, "0.12"), (0.375, "0.38"), (2.675, "2.68")])
def test_halves_go_to_the_even_neighbour_of_what_was_written(value, text):
    assert decimal_writer(Locale("en"), 2)(value) == text


@pytest.mark.parametrize(
    "value", [float("inf"), float("-inf"), float("nan"), True, Decimal("1e400")]
)
def test_what_is_no_common_number_is_left_to_babel(value):
    locale = Locale("en")
    try:
        expected = by_babel(numbers.format_decimal, value, locale=locale)
    except ArithmeticError as error:
        with pytest.raises(type(error)):
            decimal_writer(locale)(value)
    else:
        assert decimal_writer(locale)(value) == expected


def test_pattern_with_quotes_is_left_to_babel(quoting):
    assert decimal_writer(quoting)(1234.5) == numbers.format_decimal(1234.5, locale=quoting)


@pytest.fixture
def quoting():
    """A language that encloses numbers in a word, which patterns write in quotes."""
    locale = copy(Locale("en"))
    pattern = numbers.parse_pattern("'no.' #,##0.###")
    locale.__dict__["_Locale__data"] = {
        **locale._data,
        "decimal_formats": {None: pattern},
    }
    return locale
