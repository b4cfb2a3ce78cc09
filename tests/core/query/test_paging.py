"""Pages that begin behind a row are the pages one gets by counting."""

import base64
import datetime
import json
import re
from contextlib import contextmanager, suppress
from decimal import Decimal
from html import unescape

import pytest
import sqlalchemy as sa
from flask import g
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user, login_user
from hypothesis import HealthCheck, given, settings, strategies as st

from app.core.kinds import BadValue
from app.core.query.keyset import Cursor
from app.core.query.state import ListState, Sort
from app.extensions import db
from tests.core.models import Animal, Diet, Keeper, Pen, Species
from tests.core.zoo import AnimalView, find_row

SIZE = 9
UTC = datetime.UTC


@pytest.fixture
def crowd(zoo_session):
    """Many animals, of which many have equal or empty values in every column."""
    species = list(db.session.scalars(sa.select(Species)))
    keepers = [None, *db.session.scalars(sa.select(Keeper))]
    for number in range(40):
        moment = datetime.datetime(2026, 1, 1 + number % 4, 1, 2, 3, number % 3, tzinfo=UTC)
        db.session.add(
            Animal(
                name=f" n{number:02} “ü” ",
                species=species[number % len(species)],
                keeper=keepers[number % len(keepers)],
                rank=number % 5,
                code=None if number % 3 else f"c {number}",
                diet=[Diet.PLANTS, Diet.MEAT][number % 2],
                legs=None if number % 2 else number % 8,
                weight=None if number % 4 == 0 else Decimal(number % 7) / 4,
                born_on=None if number % 5 == 0 else datetime.date(2020, 1, 1 + number % 6),
                fed_at=None if number % 3 == 0 else moment,
                is_tame=number % 2 == 0,
                length=None if number % 6 == 0 else (number % 9) / 7,
            )
        )
    db.session.flush()
    return AnimalView


@contextmanager
def signed_in(zoo):
    """A request of the owner, whose rights the gates ask."""
    with zoo.test_request_context():
        login_user(find_row(User, username="cast-owner"))
        g.user = current_user
        yield


def link(page, key):
    """Where the link with this id leads, behind the path."""
    found = re.search(rf'id="{key}"[^>]*href="([^"]*)"', page)
    return "?" + unescape(found[1]).partition("?")[2]


def names(page):
    return re.findall(r"<th class=lead><a[^>]*>([^<]*)", page)


def gate_of_view(zoo, name):
    return next(view.gate for view in zoo.appbuilder.baseviews if type(view).__name__ == name)


def walk(gate, state, step):
    """The pages from this one on, each behind (or before) the one last seen."""
    pages = [gate.page(state)]
    while pages[-1].has_next if step == "next" else pages[-1].has_previous:
        page = pages[-1]
        cursor = page.next_cursor if step == "next" else page.previous_cursor
        name, text = cursor.parameter()
        cursor = Cursor.parse(text, is_before=name == "before")
        pages.append(
            gate.page(
                ListState(
                    columns=("name",),
                    sort=state.sort,
                    page=page.state.page + 1,
                    page_size=SIZE,
                    cursor=cursor,
                )
            )
        )
        assert len(pages) < 100
    return pages


def sortable(gate):
    return [field for field in gate.fields().values() if field.is_sortable]


@pytest.mark.both_databases
@pytest.mark.parametrize("descending", [False, True])
def test_pages_behind_each_other_are_the_whole_list_in_its_order(zoo, crowd, descending):
    with signed_in(zoo):
        gate = gate_of_view(zoo, "AnimalView")
        for field in sortable(gate):
            state = ListState(columns=("name",), sort=(Sort(field, descending),), page_size=SIZE)
            counted = [
                row.key
                for row in gate.page(
                    ListState(columns=("name",), sort=state.sort, page_size=100)
                ).rows
            ]

            forward = walk(gate, state, "next")
            found = [row.key for page in forward for row in page.rows]
            assert found == counted, field.name

            last = forward[-1]
            back = walk(gate, last.state, "previous")
            found = [row.key for page in reversed(back) for row in page.rows]
            assert found == counted, field.name


@pytest.mark.both_databases
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_so_are_those_of_several_columns(zoo, crowd, data):
    with signed_in(zoo):
        gate = gate_of_view(zoo, "AnimalView")
        chosen = data.draw(
            st.lists(st.sampled_from(sortable(gate)), min_size=1, max_size=3, unique=True)
        )
        sort = tuple(Sort(field, data.draw(st.booleans())) for field in chosen)
        state = ListState(columns=("name",), sort=sort, page_size=SIZE)
        counted = [
            row.key
            for row in gate.page(ListState(columns=("name",), sort=sort, page_size=100)).rows
        ]

        assert [row.key for page in walk(gate, state, "next") for row in page.rows] == counted


def test_keys_of_several_columns_have_their_place_too(zoo, zoo_session):
    db.session.add_all(Pen(zone=f"Z{n % 3}", number=n, title="same") for n in range(20, 40))
    db.session.flush()
    with signed_in(zoo):
        gate = gate_of_view(zoo, "PenView")
        title = gate.fields()["title"]
        state = ListState(columns=("title",), sort=(Sort(title, True),), page_size=SIZE)

        pages = [gate.page(state)]
        while pages[-1].has_next:
            pages.append(
                gate.page(
                    ListState(
                        columns=("title",),
                        sort=state.sort,
                        page_size=SIZE,
                        cursor=pages[-1].next_cursor,
                    )
                )
            )

        found = [row.key for page in pages for row in page.rows]
        assert len(found) == len(set(found)) == 22


def test_a_place_survives_that_its_row_moves(zoo, crowd):
    with signed_in(zoo):
        gate = gate_of_view(zoo, "AnimalView")
        name = gate.fields()["name"]
        state = ListState(columns=("name",), sort=(Sort(name),), page_size=SIZE)
        first, second = walk(gate, state, "next")[:2]
        gate.find([first.rows[-1].key])[0].name = "~ moved away"
        db.session.flush()

        again = gate.page(
            ListState(columns=("name",), sort=state.sort, page_size=SIZE, cursor=first.next_cursor)
        )

        assert [row.key for row in again.rows] == [row.key for row in second.rows]


def test_the_links_of_a_list_lead_on_and_back(zoo_client, crowd):
    client = zoo_client("owner")
    base = "/zoo/animals/list/"
    first = client.get(f"{base}?page_size=10&sort=-name")

    second = client.get(base + link(first.text, "page-next"))
    assert "page=2" in second.request.query_string.decode()
    assert "after=" in second.request.query_string.decode()
    third = client.get(base + link(second.text, "page-next"))
    back = client.get(base + link(third.text, "page-previous"))

    assert "11 to 20" in second.text
    assert names(back.text) == names(second.text)
    assert names(first.text) != names(second.text)
    assert "after" not in link(second.text, "page-previous")


def test_rest_says_where_its_next_page_is(zoo_client, crowd):
    client = zoo_client("owner")
    seen, path = [], "?page_size=20&sort=rank"
    while path:
        answer = client.get(f"/api/v1/animals/{path}").json
        seen += answer["ids"]
        path = answer["next"]

    assert len(seen) == len(set(seen)) == 45


def word(*values):
    text = json.dumps(values).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "%",
        "é",
        "a" * 3_000,
        word(),
        word(1),
        word([1], 1),
        word({}, 1),
        word("a\0", 1),
        word("a", "b"),
        word("a", 10**40),
        word(True, True),
        "W10" * 400,
    ],
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_place_that_is_none_is_said(zoo_client, zoo_session, token, name):
    client = zoo_client("owner")

    for path in ("/zoo/animals/list/", "/api/v1/animals/"):
        answer = client.get(path, query_string={"sort": "name", name: token})
        assert answer.status_code == 400, answer.text
        assert "first page" in answer.text


def test_only_one_place_can_be_asked_for(zoo_client, zoo_session):
    token = word("a", 1)

    answer = zoo_client("owner").get(
        "/zoo/animals/list/", query_string={"sort": "name", "after": token, "before": token}
    )

    assert answer.status_code == 400


@given(st.text(max_size=60), st.booleans())
def test_no_text_is_a_fault(token, is_before):
    with suppress(BadValue):
        Cursor.parse(token, is_before=is_before)
