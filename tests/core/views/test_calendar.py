"""A month of a list: rows on their days, through the gate and the conditions of the list."""

from __future__ import annotations

import datetime
import re

import pytest

from app.core.clock import ManualClock, use_clock
from tests.core.desk import Status, Ticket
from tests.core.desk_site import allow, browser_of, store

pytestmark = pytest.mark.both_databases
LIST = "/desk/tickets/list/"
NOVEMBER = f"{LIST}?view=calendar&month=2026-11"
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
MAX_STATEMENTS = 6


@pytest.fixture
def admin(site, login):
    """The administrator's browser, with tickets around a November."""
    day = datetime.date(2026, 11, 1)
    store(
        site,
        Ticket(title="october", opened_on=day - datetime.timedelta(days=9)),
        Ticket(title="first", opened_on=day, status=Status.CLOSED),
        Ticket(title="not yours", opened_on=day),
        Ticket(title="last", opened_on=day.replace(day=30)),
        Ticket(title="later", opened_on=datetime.date(2026, 12, 20)),
        Ticket(title="undated"),
        *(Ticket(title=f"busy {n}", opened_on=day.replace(day=9)) for n in range(8)),
    )
    return browser_of(site, login, "admin")


def cell_of(page: str, day: str) -> str:
    """The part of the page that is one day."""
    cells = re.findall(r"<td.*?</td>", page, re.DOTALL)
    return next(cell for cell in cells if f'datetime="{day}"' in cell)


def test_rows_stand_on_their_days(admin):
    page = admin.get(NOVEMBER).text

    assert "November 2026" in page
    assert "first" in cell_of(page, "2026-11-01")
    assert "Closed" in cell_of(page, "2026-11-01")
    assert "last" in cell_of(page, "2026-11-30")
    assert not re.search("october|later|undated", page)


def test_a_row_that_a_rule_hides_stands_nowhere(admin):
    assert "not yours" not in admin.get(NOVEMBER).text


def test_the_conditions_and_the_search_of_the_list_hold(admin):
    closed = admin.get(f"{NOVEMBER}&filter=status:any:closed").text
    found = admin.get(f"{NOVEMBER}&q=last").text

    assert "first" in cell_of(closed, "2026-11-01")
    assert "last" not in cell_of(closed, "2026-11-30")
    assert "first" not in cell_of(found, "2026-11-01")
    assert "last" in cell_of(found, "2026-11-30")


def test_a_full_day_says_how_many_more_there_are(admin):
    day = cell_of(admin.get(NOVEMBER).text, "2026-11-09")

    assert day.count("busy") == 6
    assert "and 2 more" in day


def test_the_link_of_a_day_lists_that_day(admin):
    day = cell_of(admin.get(NOVEMBER).text, "2026-11-01")
    link = re.search(r'class="day" href="([^"]+)"', day)[1].replace("&amp;", "&")

    page = admin.get(f"{LIST}{link}").text

    assert "first" in page
    assert "last" not in page


def test_a_day_offers_to_add_on_it(admin):
    day = cell_of(admin.get(NOVEMBER).text, "2026-11-09")
    link = re.search(r'href="([^"]*/add[^"]+)"', day)[1].replace("&amp;", "&")

    page = admin.get(link).text

    assert 'value="2026-11-09"' in page


def test_whoever_may_not_add_is_not_offered_to(site, admin, login):
    allow(site, "teammate", "read Ticket")
    reader = browser_of(site, login, "teammate")

    assert "/add?" not in reader.get(NOVEMBER).text


def test_the_present_month_is_shown_where_none_is_named(admin):
    with use_clock(ManualClock(NOON)):
        page = admin.get(f"{LIST}?view=calendar").text

    assert "November 2026" in page
    assert 'aria-current="date"' in page[: page.index('datetime="2026-11-20"')][-300:]


@pytest.mark.parametrize("month", ["2026-13", "2026", "november", "0001-01", "9999-12"])
def test_a_month_that_there_is_not_is_refused(admin, month):
    response = admin.get(f"{LIST}?view=calendar&month={month}")

    assert response.status_code == 400


def test_a_list_without_a_calendar_refuses_it(admin):
    assert admin.get("/desk/people/list/?view=calendar").status_code == 400
    assert "view=calendar" not in admin.get("/desk/people/list/").text


def test_it_keeps_to_the_budget_of_a_list(admin, statements):
    admin.get(NOVEMBER)

    with statements() as seen:
        admin.get(NOVEMBER)

    assert len(seen) <= MAX_STATEMENTS
