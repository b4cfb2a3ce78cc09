import pytest
from hypothesis import given, strategies as st

from app.core.kinds import BadValue
from app.core.kinds.text import Email, Html, LongText, Phone, Text, Url, is_storable
from app.core.markup import MAX_TAGS

LONE_SURROGATE = "\ud800"


@pytest.mark.parametrize("raw", ["a\0b", f"a{LONE_SURROGATE}"])
@pytest.mark.parametrize("kind", [Text(), LongText(), Html(), Email(), Url(), Phone()])
def test_what_no_database_stores_is_refused(kind, raw, reading):
    with reading(), pytest.raises(BadValue, match="cannot be stored"):
        kind.parse(raw)


def test_a_text_is_trimmed_and_may_be_as_long_as_its_column(reading):
    with reading():
        assert Text(3).parse("  abc ") == "abc"


def test_a_longer_text_is_refused_with_both_numbers(reading):
    with reading(), pytest.raises(BadValue, match="at most 3 characters; these are 4"):
        Text(3).parse("abcd")


def test_line_ends_of_a_page_become_plain(reading):
    with reading():
        assert LongText().parse("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Email(), " Ana@Example.ORG ", "ana@example.org"),
        (Url(), "http://x.example/a?b=c", "http://x.example/a?b=c"),
        (Phone(), "+351 (212) 345-678", "+351212345678"),
    ],
)
def test_texts_of_a_form_are_read_as_people_write_them(kind, raw, value, reading):
    with reading():
        assert kind.parse(raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Email(), "ana"),
        (Email(), "ana@example"),
        (Email(), "a b@example.org"),
        (Email(), "a@b@example.org"),
        (Email(), f"{'a' * 250}@b.org"),
        (Url(), "javascript:alert(1)"),
        (Url(), "//x.example"),
        (Url(), "http://"),
        (Url(), "http://[::1"),
        (Phone(), "212345678"),
        (Phone(), "+0123456789"),
        (Phone(), "+1٢٣٤٥٦٧٨"),
    ],
)
def test_what_has_another_form_is_refused(kind, raw, reading):
    with reading(), pytest.raises(BadValue, match=r"\w"):
        kind.parse(raw)


def test_rich_text_is_sanitised_when_it_is_read(reading):
    with reading():
        assert Html().parse('<b onclick="x()">a</b><script>alert(1)</script>') == "<b>a</b>"


def test_rich_text_of_endless_tags_is_refused_before_it_is_parsed(reading):
    with reading(), pytest.raises(BadValue, match="too many tags"):
        Html().parse("<div>" * (MAX_TAGS + 1))


def test_rich_text_is_shown_without_its_tags(reading):
    with reading():
        assert Html().format("<p>Fish &amp; <b>chips</b></p>") == "Fish & chips"


@given(st.text())
def test_sanitising_twice_changes_nothing(reading, raw):
    if not is_storable(raw):
        return

    with reading():
        once = Html().parse(raw)
        assert Html().parse(once) == once.strip()
