"""How values look in lists and on the pages of records."""

import datetime
import enum
from dataclasses import replace
from html import escape

import pytest

from app.core.drawing import cell, fact, nothing
from app.core.fields import Many, Ref, fields_of
from app.core.kinds.choice import Choice
from app.core.kinds.text import Email, LongText, Phone, Text, Url
from tests.core.models import Animal, Diet, Species

BAD = '<script>alert("x")</script>'


@pytest.fixture
def page(app):
    with app.test_request_context():
        yield


def link(ref):
    return f"/species/{ref.key}?a&b" if ref.key != "hidden" else None


def field(name, **changes):
    return replace(fields_of(Animal)[name], **changes)


def refs(count):
    return tuple(Ref(Species, str(number), f"No. {number}") for number in range(count))


@pytest.mark.parametrize("draw", [cell, fact])
def test_an_empty_value_is_a_dash_with_a_name(draw, page):
    for name in ("name", "legs", "species", "fed_at"):
        assert draw(field(name), link)(None) == nothing()
    assert draw(field("badges"), link)(Many((), 0)) == nothing()
    assert draw(field("legs"), link)(0) == "0"


@pytest.mark.parametrize("draw", [cell, fact])
@pytest.mark.parametrize("kind", [Text(), LongText(), Email(), Phone(), Url()])
def test_text_is_escaped_whatever_its_kind(kind, draw, page):
    found = draw(field("name", kind=kind), link)(BAD)

    assert "<script" not in found
    assert "&lt;script&gt;" in found


def test_titles_and_addresses_of_related_rows_are_escaped(page):
    found = cell(field("species"), link)(Ref(Species, "7", BAD))

    assert found == f'<a href="/species/7?a&amp;b">{escape(BAD)}</a>'
    assert cell(field("species"), link)(Ref(Species, "hidden", "Max")) == "<bdi>Max</bdi>"


def test_a_list_shows_the_first_of_many_and_how_many_more(page):
    draw = cell(field("badges"), link)

    assert draw(Many(refs(3), 3)).count("<a ") == 3
    assert "more" not in draw(Many(refs(3), 3))
    assert "and 4 more" in draw(Many(refs(3), 7))
    assert fact(field("badges"), link)(Many(refs(5), 5)).count("<li") == 5


def test_an_address_that_is_a_script_is_no_link(page):
    draw = cell(field("name", kind=Url()), link)

    assert draw("javascript:alert(1)") == "<bdi>javascript:alert(1)</bdi>"
    assert 'href="https://a.example/"' in draw("https://a.example/")


def test_a_state_has_the_colour_of_its_name_or_its_own(page):
    class Phase(enum.Enum):
        OPEN = "open"
        ODD = "odd"

        @property
        def tone(self):
            return "violet" if self is Phase.ODD else "bad"

    own = cell(field("diet", kind=Choice(tuple(Phase))), link)

    assert 'class="tag violet"' in own(Phase.ODD)
    assert 'class="tag bad"' in own(Phase.OPEN)
    assert 'class="tag"' in cell(field("diet"), link)(Diet.PLANTS)


def test_a_moment_says_how_long_ago_and_exactly_when(page):
    moment = datetime.datetime(2020, 5, 1, 12, tzinfo=datetime.UTC)
    found = cell(field("fed_at"), link)(moment)

    assert 'title="May 1, 2020' in found
    assert "years ago" in found


def test_a_masked_value_stays_masked(page):
    masked = field("name").masked()
    value = masked.kind.mask("DE02120300000000202051")

    assert cell(masked, link)(value) == "<bdi>•••• 2051</bdi>"
    assert fact(masked, link)(value) == "<bdi>•••• 2051</bdi>"
