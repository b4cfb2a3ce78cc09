"""The address of a list is read once, and written back as it was read."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import assume, given, strategies as st
from werkzeug.datastructures import MultiDict

from app.core.errors import BadParameter
from app.core.fields import fields_of
from app.core.query.state import (
    MAX_CONDITIONS,
    MAX_SEARCH_LENGTH,
    VIEWS,
    ListRules,
    ListState,
    Sort,
)
from tests.core.fields.conftest import speaking
from tests.core.models import Animal

FIELDS = {name: field for name, field in fields_of(Animal).items() if name != "price"}
SORTABLE = sorted(name for name, field in FIELDS.items() if field.is_sortable)
RULES = ListRules(
    fields=FIELDS,
    columns=("name", "species"),
    sort=(Sort(FIELDS["name"]),),
    sortable=frozenset(SORTABLE) - {"rank"},
    filterable=frozenset(FIELDS) - {"rank"},
)
CONDITIONS = st.sampled_from(
    [
        "name:contains:50%_off & more",
        "name:eq:a:b=c",
        "code:empty",
        "diet:any:plants,nearly-all",
        "pen:none:N~21~3 a~11",
        "legs:between:1,4",
        "is_tame:is:true",
        "born_on:ge:2026-01-01",
    ]
)
SORTS = st.lists(st.sampled_from(SORTABLE).filter(lambda name: name != "rank"), min_size=1)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.lists(st.text(max_size=20).filter(str.isprintable), min_size=1, max_size=1),
        "filter": st.lists(CONDITIONS, max_size=4),
        "sort": SORTS.map(lambda names: [",".join(names)]),
        "page": st.integers(1, 10**6).map(lambda page: [str(page)]),
        "page_size": st.integers(1, 10**6).map(lambda size: [str(size)]),
        "columns": st.lists(st.sampled_from(sorted(FIELDS)), min_size=1).map(
            lambda names: [",".join(names)]
        ),
        "view": st.sampled_from(VIEWS).map(lambda view: [view]),
    },
)

__all__ = ["speaking"]


def parse(text):
    return ListState.parse(MultiDict(parse_qsl(text.removeprefix("?"))), RULES)


@given(PARAMETERS)
def test_an_address_that_a_state_writes_gives_the_same_state(speaking, parameters):
    with speaking.app_context():
        state = ListState.parse(MultiDict(parameters), RULES)
        assume(len(state.q) <= MAX_SEARCH_LENGTH)
        again = parse(state.url(page=state.page))

    assert again == state
    assert again.url(page=again.page) == state.url(page=state.page)


@given(PARAMETERS)
def test_a_change_starts_again_at_the_first_page(speaking, parameters):
    with speaking.app_context():
        state = ListState.parse(MultiDict(parameters), RULES)
        changed = parse(state.url(q="x"))

    assert (changed.page, changed.q) == (1, "x")
    assert changed.filters == state.filters
    assert changed.sort == state.sort


WRONG = [
    ("q", "a\0b"),
    ("q", "a\nb"),
    ("q", "x" * (MAX_SEARCH_LENGTH + 1)),
    ("filter", "colour:eq:red"),
    ("filter", "rank:eq:1"),
    ("filter", "price:eq:1"),
    ("sort", "colour"),
    ("sort", "rank"),
    ("sort", "price"),
    ("sort", "badges"),
    ("sort", "traits"),
    ("sort", "name,"),
    ("sort", "--name"),
    ("page", "0"),
    ("page", "-1"),
    ("page", "abc"),
    ("page", "1.0"),
    ("page", "٣"),
    ("page", "9" * 30),
    ("page_size", "0"),
    ("page_size", "many"),
    ("columns", "name,colour"),
    ("columns", "price"),
    ("columns", ","),
    ("view", "kanban"),
    ("_flt_0_name", "x"),
    ("psize", "10"),
    ("", "x"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_parameter_is_named(name, value, speaking):
    with speaking.app_context(), pytest.raises(BadParameter) as caught:
        ListState.parse(MultiDict({name: value}), RULES)

    assert list(caught.value.errors) == [name]
    assert all(str(message) for message in caught.value.errors[name])


def test_all_that_is_wrong_is_said_at_once(speaking):
    args = MultiDict([("page", "x"), ("sort", "x"), ("filter", "x:y:z"), ("filter", "a:b:c")])

    with speaking.app_context(), pytest.raises(BadParameter) as caught:
        ListState.parse(args, RULES)

    assert {name: len(texts) for name, texts in caught.value.errors.items()} == {
        "page": 1,
        "sort": 1,
        "filter": 2,
    }


@pytest.mark.parametrize("name", ["q", "sort", "page", "page_size", "columns", "view"])
def test_a_parameter_is_given_once(name, speaking):
    with speaking.app_context(), pytest.raises(BadParameter) as caught:
        ListState.parse(MultiDict([(name, "1"), (name, "2")]), RULES)

    assert list(caught.value.errors) == [name]


def test_conditions_have_an_end(speaking):
    args = MultiDict([("filter", "name:eq:x")] * (MAX_CONDITIONS + 1))

    with speaking.app_context(), pytest.raises(BadParameter):
        ListState.parse(args, RULES)


def test_a_page_holds_only_so_many_rows(speaking):
    with speaking.app_context():
        state = ListState.parse(MultiDict({"page_size": "1000000"}), RULES)

    assert state.page_size == RULES.max_page_size


def test_an_empty_address_gives_the_defaults(speaking):
    with speaking.app_context():
        state = ListState.parse(MultiDict({"q": "", "filter": "", "sort": "", "page": ""}), RULES)

    assert state == ListState(columns=RULES.columns, sort=RULES.sort)


def test_a_click_on_a_heading_turns_the_order_round(speaking):
    field = FIELDS["name"]
    with speaking.app_context():
        state = ListState.parse(MultiDict(), RULES)
        turned = parse(state.url(sort=state.toggled_sort(field)))

    assert state.sorted_by(field) is False
    assert turned.sorted_by(field) is True
    assert turned.toggled_sort(field) == (Sort(field),)
    assert turned.sorted_by(FIELDS["rank"]) is None


def test_a_condition_can_be_taken_away(speaking):
    with speaking.app_context():
        state = ListState.parse(
            MultiDict([("filter", "name:eq:a"), ("filter", "name:eq:b")]), RULES
        )

    assert [str(kept) for kept in state.without(state.filters[0]).filters] == ["name:eq:b"]
