"""Rules with exceptions, rules of a group, and fields of which only the end is shown."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.query.rules import team
from app.extensions import db
from tests.security.conftest import find
from tests.security.vault import OwnCard, SmallCard, TeamCard

LIST = "/vault/own-cards/list/"


def find_owner():
    return find(User, username="cast-owner")


def first(model):
    """The owner's first card."""
    statement = sa.select(model).where(model.owner_id == find_owner().id).order_by(model.id)
    return db.session.scalars(statement).first()


@pytest.mark.both_databases
def test_masked_field_shows_its_end_wherever_it_shows(browser):
    client, card = browser(), first(OwnCard)
    end = card.iban[-4:]

    for url in (
        LIST,
        f"/vault/own-cards/show/{card.id}",
        "/vault/own-cards/export/csv",
        "/vault/own-cards/export/json",
        f"/api/v1/own-cards/{card.id}",
        "/api/v1/own-cards/",
    ):
        answer = client.get(url)
        text = answer.get_data(as_text=True).encode().decode("unicode_escape", "replace")
        assert answer.status_code == 200
        assert card.iban not in text, url
        assert f"{end}" in text, url
    assert client.get(f"/api/v1/own-cards/{card.id}").json["result"]["iban"] == f"•••• {end}"


def test_exception_shows_all_of_it(browser):
    client, card = browser("see_iban"), first(OwnCard)

    assert card.iban in client.get(LIST).text


@pytest.mark.parametrize(
    "query",
    [
        "?sort=iban",
        "?sort=-pin",
        "?filter=iban:contains:iban",
        "?filter=iban:filled",
        "?filter=pin:eq:1",
    ],
)
def test_nothing_is_asked_about_a_secret_field(browser, query):
    client = browser()

    assert client.get(LIST + query).status_code == 400
    assert client.get(f"/api/v1/own-cards/{query}").status_code == 400
    assert client.get(f"/vault/own-cards/export/csv{query}").status_code == 400


def test_search_looks_into_no_secret_field(browser):
    client, card = browser(), first(OwnCard)

    for text in (card.iban, card.pin, card.iban[-4:]):
        assert client.get(f"/api/v1/own-cards/?q={text}").json["count"] == 0
    assert client.get(f"/api/v1/own-cards/?q={card.title}").json["count"] == 1


def test_chart_of_a_secret_field_does_not_exist(browser):
    client = browser()
    page = client.get("/vault/own-cards/chart/").text

    assert "By shelf" in page
    assert "By iban" not in page
    assert "By pin" not in page
    answers = [client.get(f"/vault/own-cards/chart/{n}/csv") for n in ("shelf", "pin", "iban")]
    assert [answer.status_code for answer in answers] == [200, 404, 404]


def test_default_order_does_not_follow_a_hidden_field(browser):
    seen = browser("see_pin").get("/api/v1/own-cards/").json
    hidden = browser().get("/api/v1/own-cards/").json["ids"]

    pins = [row["pin"] for row in seen["result"]]
    assert pins == sorted(pins)
    assert seen["ids"] != hidden == sorted(hidden, key=int, reverse=True)


def test_no_save_writes_the_mask(browser):
    client, card = browser(), first(OwnCard)
    iban = card.iban
    form = client.get(f"/vault/own-cards/edit/{card.id}").text

    client.post(f"/vault/own-cards/edit/{card.id}", data={"title": "New", "iban": "•••• 1111"})
    refused = client.patch(f"/api/v1/own-cards/{card.id}", json={"iban": "•••• 1111"})

    db.session.expire_all()
    assert "iban" not in form
    assert (card.title, card.iban) == ("New", iban)
    assert refused.status_code in (403, 422)


def test_history_shows_the_end_only(browser):
    card = first(OwnCard)
    before = card.iban
    browser("see_iban").patch(f"/api/v1/own-cards/{card.id}", json={"iban": "other-secret-9876"})
    client = browser()

    for url in (
        f"/vault/own-cards/history/{card.id}",
        f"/api/v1/own-cards/{card.id}/history",
        "/history/changes/list/?columns=row_title,details",
    ):
        text = client.get(url).get_data(as_text=True)
        assert "other-secret" not in text
        assert before not in text
    assert "9876" in client.get(f"/vault/own-cards/history/{card.id}").text


def test_short_values_are_not_given_away_by_their_end(vault, browser):
    card = first(OwnCard)
    card.iban = "1234"
    db.session.commit()

    assert browser().get(f"/api/v1/own-cards/{card.id}").json["result"]["iban"] == "•••• 34"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("plural", "exceptions", "count"),
    [
        ("own-cards", (), 4),
        ("own-cards", ("see_all",), 16),
        ("team-cards", (), 8),
        ("team-cards", ("see_all",), 16),
        ("small-cards", (), 4),
        ("small-cards", ("see_all",), 16),
    ],
)
def test_rule_holds_unless_somebody_holds_the_exception(browser, plural, exceptions, count):
    assert browser(*exceptions).get(f"/api/v1/{plural}/").json["count"] == count


def test_exception_from_one_rule_frees_from_no_other(browser):
    foreign = db.session.scalar(
        sa.select(SmallCard.id).where(SmallCard.owner_id != find_owner().id).limit(1)
    )

    answer = browser("see_all").patch(f"/api/v1/small-cards/{foreign}", json={"title": "Mine"})

    assert answer.status_code == 403


def test_visitor_is_in_no_team(vault):
    assert str(team(TeamCard.owner_id).expression(None)) == "false"


def test_exceptions_are_permissions_like_others(vault):
    views = {view.class_permission_name: view for view in vault.appbuilder.baseviews}

    offered = set(views["OwnCard"].base_permissions)

    assert {"can_see_all", "can_see_pin", "can_see_iban", "can_set_limit"} <= offered
