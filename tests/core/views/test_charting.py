"""The chart pages: what they show, to whom, and what they refuse."""

import csv
import datetime
import io
import re
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column

from app.core.charts import Chart
from app.core.feature import add_model_view
from app.core.views import ModelView
from app.extensions import db
from scripts.commands import command
from tests.core.desk import Channel, Status, Ticket
from tests.core.desk_site import allow, browser_of, store

pytestmark = pytest.mark.both_databases
CHARTS = "/desk/tickets/chart/"
MAX_STATEMENTS = 4


@pytest.fixture
def admin(site, login):
    """The administrator's browser, with three tickets to see and one hidden by a rule."""
    store(
        site,
        Ticket(title="a", status=Status.OPEN, country="PT", amount=Decimal("1.5"), hours=1),
        Ticket(title="b", status=Status.CLOSED, country="=1+1", channel=Channel.MAIL),
        Ticket(title="c", status=Status.CLOSED, opened_on=datetime.date(2026, 1, 5)),
        Ticket(title="not yours", status=Status.IN_REVIEW, country="DE"),
    )
    return browser_of(site, login, "admin")


def test_page_shows_the_numbers_of_visible_rows(admin):
    text = admin.get(CHARTS).text

    assert "By status" in text
    assert re.findall(r'data-value="([^"]*)"', text)[:2] == ["1", "2"]
    assert "In review" not in text


def test_page_keeps_the_filters_of_the_list(admin):
    text = admin.get(f"{CHARTS}?filter=country:eq:PT").text

    assert re.findall(r'data-value="([^"]*)"', text)[:1] == ["1"]
    assert "filter=country%3Aeq%3APT&amp;filter=status%3Aany%3Aopen" in text


def test_list_leads_to_its_charts(admin):
    text = admin.get("/desk/tickets/list/?q=a").text

    assert f'href="{CHARTS}?q=a' in text


def test_first_charts_are_in_the_page_and_the_others_follow(admin):
    text = admin.get(CHARTS).text

    assert 'id="chart-status"' in text
    assert 'hx-get="/desk/tickets/chart/country-total-amount?"' in text


def test_statements_of_the_page_are_few(admin, site, statements):
    admin.get(CHARTS)
    store(site, Ticket(title="new"))

    with statements() as seen:
        admin.get(CHARTS)

    assert len(seen) <= MAX_STATEMENTS, seen


def test_one_chart_is_a_page(admin):
    text = admin.get(f"{CHARTS}status").text

    assert "<html" in text
    assert text.count("<figure") == 1


def test_htmx_gets_a_figure_alone(admin):
    text = admin.get(f"{CHARTS}country-total-amount", headers={"HX-Request": "true"}).text

    assert text.strip().startswith("<figure")
    assert "1.50" in text


def test_data_of_a_chart_is_a_file(admin):
    answer = admin.get(f"{CHARTS}country-total-amount/csv")

    assert answer.headers["Content-Disposition"].startswith("attachment; filename=tickets-country")
    assert list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))) == [
        ["Country", "Total: Amount"],
        ["PT", "1.50"],
        ["'=1+1", ""],
        ["Empty", ""],
    ]


def test_chart_of_a_hidden_field_does_not_exist(admin, site, login):
    allow(site, "stranger", "read Ticket")
    reader = browser_of(site, login, "stranger")

    assert "Hours" not in reader.get(CHARTS).text
    assert reader.get(f"{CHARTS}hours").status_code == 404
    assert reader.get(f"{CHARTS}status?filter=hours:eq:1").status_code == 400
    assert admin.get(f"{CHARTS}hours").status_code == 200


@pytest.mark.parametrize("path", [CHARTS, f"{CHARTS}status", f"{CHARTS}status/csv"])
@pytest.mark.parametrize(
    "query",
    ["?page=abc", "?nonsense=1", "?filter=nothing:eq:1", "?filter=status", "?q=%00"],
)
def test_bad_parameters_are_named(admin, path, query):
    answer = admin.get(path + query)

    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["unknown", "99", "status%00", "unknown/csv"])
def test_unknown_chart_is_not_found(admin, name):
    assert admin.get(CHARTS + name).status_code == 404


@pytest.mark.parametrize("path", [CHARTS, f"{CHARTS}status", f"{CHARTS}status/csv"])
def test_charts_need_the_right_to_read(site, login, path):
    allow(site, "stranger", "read Person")

    assert browser_of(site, login, "stranger").get(path).status_code == 403
    assert site.test_client().get(path).status_code in (302, 401)


def test_titles_are_in_the_readers_language(admin):
    text = admin.get(CHARTS, headers={"Accept-Language": "pt", "Cookie": "locale=pt"}).text

    assert 'lang="pt"' in text


class SlowBase(DeclarativeBase):
    """A table with a column that takes for ever to compute."""


class Snail(SlowBase):
    __tablename__ = "desk_snail"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    trail: Mapped[int] = column_property(
        sa.literal_column(
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
            " SELECT count(*) FROM n)",
            sa.Integer,
        ),
        deferred=True,
    )


class SnailView(ModelView):
    datamodel = SQLAInterface(Snail)
    list_columns = ["name"]
    charts = [Chart("Trails", group="trail"), Chart("Names", group="name")]


@pytest.fixture(scope="module")
def slow_site(make_app, database):
    """A site whose statements may take a second."""
    site = make_app(database, BUREAU_STATEMENT_SECONDS=1)
    with site.app_context():
        add_model_view(SnailView, "desk", "Desk", "list")
        SlowBase.metadata.create_all(db.engine)
        command(site, "fab", "create-permissions")
        db.session.add(Snail(name="Gary"))
        db.session.commit()
        db.session.remove()
    return site


def test_a_chart_that_takes_too_long_does_not_cost_the_others(slow_site, login):
    browser = browser_of(slow_site, login, "admin")

    page = browser.get("/desk/snails/chart/")

    assert page.status_code == 200
    slow, other = page.text.split('id="chart-trail"')[1].split('id="chart-name"')
    assert "Counting takes too long here" in slow
    assert "Gary" in other
    assert 'class="shell"' in page.text


def test_the_figure_of_a_chart_that_takes_too_long_says_so(slow_site, login):
    browser = browser_of(slow_site, login, "admin")

    figure = browser.get("/desk/snails/chart/trail", headers={"HX-Request": "true"})
    file = browser.get("/desk/snails/chart/trail/csv")

    assert figure.status_code == 200
    assert "Counting takes too long here" in figure.text
    assert "<html" not in figure.text
    assert file.status_code == 503
    assert "RECURSIVE" not in figure.text + file.text


def test_a_page_seen_before_asks_for_no_numbers(admin, statements):
    admin.get(CHARTS)

    with statements() as seen:
        admin.get(CHARTS)

    assert [text for text in seen if "desk_ticket" in text] == []
