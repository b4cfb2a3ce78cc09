"""What the list shows leaves it unchanged: as a file, as a chart, as a picture."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.listing import SUBSCRIBERS, count_of, expect_count, titles

CHARTS = "/blog/subscribers/chart/"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
# Groups of the chart's table as [address of the list, number].
NUMBERS = """(figure) => [...figure.querySelectorAll("tbody tr")].map((row) =>
  [row.querySelector("th a").getAttribute("href"), Number(row.cells[1].dataset.value)])"""


def chart_by_state(page: Page):
    """The chart that counts the subscribers in each state."""
    chart = page.locator("figure.chart", has_text="Subscribers by state")
    chart.scroll_into_view_if_needed()
    expect(chart.locator("canvas[style]")).to_be_visible()
    return chart


def test_csv_is_equal_to_the_list(visit):
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q=an&filter=state:any:active&sort=-email&page_size=100")

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))

    assert download.value.suggested_filename.startswith("subscribers-")
    assert [row["Email"] for row in found] == titles(page)
    assert len(found) == count_of(page) > 0
    assert {row["State"] for row in found} == {"Active"}


def test_link_of_a_group_leads_to_as_many_records(visit):
    page = visit("staff")
    page.goto(CHARTS)
    chart = chart_by_state(page)
    numbers = chart.evaluate(NUMBERS)

    chart.get_by_text("Data table").click()
    for address, number in numbers:
        page.goto(address)

        expect_count(page, number)
    assert len(numbers) > 2


def test_segment_of_the_picture_leads_there_too(visit):
    page = visit("staff", reduced_motion="reduce")
    page.goto(CHARTS)
    chart = chart_by_state(page)
    numbers = dict(chart.evaluate(NUMBERS))

    click_a_segment(page, chart.locator("canvas"))

    page.wait_for_url(f"**{SUBSCRIBERS}?*")
    address = page.url.removeprefix(page.url.split("/blog/")[0])
    expect_count(page, numbers[address])


def click_a_segment(page: Page, canvas) -> None:
    """Move over the picture until the pointer says that there is something to click."""
    box = canvas.bounding_box()
    steps = range(1, 20)
    for x, y in ((x, y) for y in reversed(steps) for x in steps):
        page.mouse.move(box["x"] + box["width"] * x / 20, box["y"] + box["height"] * y / 20)
        if canvas.evaluate("(canvas) => canvas.style.cursor") == "pointer":
            page.mouse.down()
            page.mouse.up()
            return
    raise AssertionError("the picture has no segment that leads anywhere")


def test_charts_follow_the_filter_of_the_list(visit):
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?filter=locale:eq:de")
    total = count_of(page)

    page.get_by_role("link", name="Charts").click()
    numbers = chart_by_state(page).evaluate(NUMBERS)

    expect(page.locator(".chip")).to_contain_text("de")
    assert sum(number for _address, number in numbers) == total


def test_chart_is_saved_as_a_picture(visit):
    page = visit("staff")
    page.goto(CHARTS)
    chart = chart_by_state(page)

    with page.expect_download() as download:
        chart.get_by_role("button", name="PNG").click()
    picture = Path(download.value.path()).read_bytes()

    assert download.value.suggested_filename.endswith(".png")
    assert picture.startswith(PNG_MAGIC)
    assert len(picture) > 2000


def test_data_of_a_chart_is_saved_as_a_file(visit):
    page = visit("staff")
    page.goto(CHARTS)
    chart = chart_by_state(page)
    numbers = [number for _address, number in chart.evaluate(NUMBERS)]

    with page.expect_download() as download:
        chart.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")

    assert [int(row[1]) for row in list(csv.reader(io.StringIO(text)))[1:]] == numbers
