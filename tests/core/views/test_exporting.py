"""The export pages: which rows and columns leave the house, in which form, and with whom."""

import contextlib
import csv
import datetime
import io
import json
import logging
import re
import tracemalloc
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import load_workbook

from app.core.views.exporting import ExportError
from app.extensions import db
from tests.core.desk import Channel, Person, Room, Status, Tag, Ticket
from tests.core.desk_site import allow, browser_of, store

pytestmark = pytest.mark.both_databases
EXPORT = "/desk/tickets/export/"
FORMATS = ("csv", "xlsx", "json")
MANY = 15_000
MAX_GROWTH_BYTES = 6 * 1024 * 1024
DANGEROUS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    '=HYPERLINK("http://example.test","x")',
    "=cmd|' /C calc'!A0",
    "＝1",
    '="""",1',
)


@pytest.fixture
def admin(site, login):
    """The administrator's browser."""
    store(site)
    return browser_of(site, login, "admin")


def a_ticket(**values):
    """A ticket with a value in each of its fields."""
    return Ticket(
        **{
            "title": "First",
            "status": Status.IN_REVIEW,
            "channel": Channel.MAIL,
            "country": "PT",
            "amount": Decimal("12.50"),
            "hours": -3,
            "paid": True,
            "opened_on": datetime.date(2026, 3, 1),
            "closed_at": datetime.datetime(2026, 3, 2, 10, 30, tzinfo=datetime.UTC),
            "seen_at": datetime.datetime.fromisoformat("2026-03-03T08:00:00"),
            "person": Person(name="Ana"),
            "room": Room(house="A", number=1),
            "tags": [Tag(name="red"), Tag(name="blue")],
        }
        | values
    )


def read_csv(answer):
    """The rows of a CSV file as dictionaries."""
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def read_xlsx(answer):
    """The rows of a workbook's first sheet, the headings among them."""
    sheet = load_workbook(io.BytesIO(answer.data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_csv_has_words_plain_numbers_and_iso_dates(admin, site):
    store(site, a_ticket())

    (row,) = read_csv(admin.get(f"{EXPORT}csv"))

    assert row.pop("ID").isdigit()
    assert row == {
        "Title": "First",
        "Status": "In review",
        "Channel": "Mail",
        "Country": "PT",
        "Amount": "12.50",
        "Hours": "-3",
        "Paid": "true",
        "Opened on": "2026-03-01",
        "Closed at": "2026-03-02T10:30:00+00:00",
        "Seen at": "2026-03-03T08:00:00",
        "Person": "Ana",
        "Parent": "",
        "Room": "A/1",
        "Tags": "red, blue",
        "Shout": "FIRST",
    }


def test_xlsx_has_real_values(admin, site):
    store(site, a_ticket())

    heads, values = read_xlsx(admin.get(f"{EXPORT}xlsx"))
    row = dict(zip(heads, values, strict=True))

    assert row["Amount"] == 12.5
    assert row["Hours"] == -3
    assert row["Paid"] is True
    assert row["Opened on"] == datetime.datetime.fromisoformat("2026-03-01")
    assert row["Closed at"] == datetime.datetime.fromisoformat("2026-03-02T10:30:00")
    assert row["Tags"] == "red, blue"
    assert row["Parent"] is None


def test_json_is_what_the_api_writes(admin, site):
    store(site, a_ticket())

    answer = admin.get(f"{EXPORT}json?columns=title,status,amount,paid,opened_on,person,tags,extra")
    (row,) = json.loads(answer.data)

    person, tags = row.pop("person"), row.pop("tags")
    assert row == {
        "title": "First",
        "status": "in-review",
        "amount": "12.50",
        "paid": True,
        "opened_on": "2026-03-01",
        "extra": None,
    }
    assert person["text"] == "Ana"
    assert [tag["text"] for tag in tags] == ["red", "blue"]


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_export_is_a_file_without_rows(admin, name):
    answer = admin.get(EXPORT + name)

    assert answer.status_code == 200
    if name == "json":
        assert json.loads(answer.data) == []
    else:
        assert len(read_xlsx(answer) if name == "xlsx" else read_csv(answer)) == (name == "xlsx")


def test_file_has_a_safe_name_and_is_kept_by_nobody(admin):
    headers = admin.get(f"{EXPORT}csv").headers

    assert re.fullmatch(
        r"attachment; filename=tickets-\d{4}-\d{2}-\d{2}\.csv", headers["Content-Disposition"]
    )
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"


def test_filter_search_order_and_columns_of_the_list_hold(admin, site):
    store(
        site,
        *(
            Ticket(title=title, country=country)
            for title, country in (
                ("a red", "PT"),
                ("b red", "PT"),
                ("c blue", "PT"),
                ("d red", "DE"),
            )
        ),
    )

    query = "?q=red&filter=country:eq:PT&sort=-title&columns=country,title"
    rows = read_csv(admin.get(f"{EXPORT}csv{query}"))

    assert rows == [
        {"Country": "PT", "Title": "b red"},
        {"Country": "PT", "Title": "a red"},
    ]


def test_rows_beyond_the_page_are_there_too(admin, site):
    store(site, *(Ticket(title=f"t{number}") for number in range(120)))

    assert len(read_csv(admin.get(f"{EXPORT}csv?page=2&page_size=10"))) == 120


def test_hidden_rows_and_fields_stay_in_the_house(admin, site, login):
    store(site, Ticket(title="mine", hours=7), Ticket(title="not yours"))
    allow(site, "stranger", "read Ticket", "export Ticket")
    reader = browser_of(site, login, "stranger")

    for name in FORMATS:
        answer = reader.get(EXPORT + name)
        text = str(read_xlsx(answer)) if name == "xlsx" else answer.text

        assert "mine" in text
        assert "not yours" not in text
        assert "hours" not in text.lower()
        assert reader.get(f"{EXPORT}{name}?columns=hours").status_code == 400


def test_export_has_a_permission_of_its_own(site, login):
    allow(site, "stranger", "read Ticket")

    assert browser_of(site, login, "stranger").get(f"{EXPORT}csv").status_code == 403
    assert site.test_client().get(f"{EXPORT}csv").status_code in (302, 401)


@pytest.mark.parametrize("name", ["pdf", "CSV", "csv%00", "99"])
def test_unknown_format_is_not_found(admin, name):
    assert admin.get(EXPORT + name).status_code == 404


@pytest.mark.parametrize("query", ["?page=x", "?columns=nothing", "?filter=a:b:c", "?what=1"])
def test_bad_parameters_are_named(admin, query):
    assert admin.get(f"{EXPORT}csv{query}").status_code == 400


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(admin, site, text):
    store(site, Ticket(title="t", country=text, person=Person(name=f"x{text}")))

    (row,) = read_csv(admin.get(f"{EXPORT}csv?columns=country,person"))
    assert row["Country"] == f"'{text}"

    sheet = load_workbook(io.BytesIO(admin.get(f"{EXPORT}xlsx?columns=country").data)).active
    assert sheet["A2"].data_type == "s"


def test_label_of_a_choice_or_relation_becomes_no_formula(admin, site):
    store(site, Ticket(title="t", person=Person(name="=1+1"), tags=[Tag(name="@x")]))

    (row,) = read_csv(admin.get(f"{EXPORT}csv?columns=person,tags"))

    assert row == {"Person": "'=1+1", "Tags": "'@x"}


def test_heads_are_in_the_readers_language_and_numbers_are_not(admin, site):
    store(site, Ticket(title="t", amount=Decimal("1234.50")))

    answer = admin.get(f"{EXPORT}csv?columns=amount", headers={"Accept-Language": "pt"})

    assert read_csv(answer)[0].popitem()[1] == "1234.50"


@pytest.mark.parametrize("name", FORMATS)
def test_memory_stays_flat(site, login, name):
    fill(site, MANY)

    growth = peak_of(unbuffered(site, login), f"{EXPORT}{name}?columns=title,country,person,amount")

    assert growth < MAX_GROWTH_BYTES


def fill(site, count):
    """Store many rows at once."""
    store(site, Person(name="Ana"))
    with site.app_context():
        person_id = db.session.scalar(sa.select(Person.id))
        values = [
            {"title": f"Ticket {number}", "country": "PT" * 20, "person_id": person_id}
            for number in range(count)
        ]
        db.session.execute(sa.insert(Ticket), values)
        db.session.commit()
        db.session.remove()


def unbuffered(site, login):
    """A browser that reads an answer piece by piece, so that nothing keeps the whole of it."""
    signed_in = browser_of(site, login, "admin")
    client = FlaskClient(site, site.response_class)
    for cookie in signed_in._cookies.values():
        client.set_cookie(cookie.key, cookie.value)
    return client


def peak_of(client, url):
    """How much memory a download takes at most, when nobody keeps what was downloaded."""
    tracemalloc.start()
    try:
        size = 0
        answer = client.get(url, buffered=False)
        for piece in answer.response:
            size += len(piece)
        answer.close()
        assert size > 150_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_statements_do_not_grow_with_the_columns(admin, site, statements):
    store(site, *(a_ticket(room=None) for _ in range(20)))

    with statements() as seen:
        admin.get(f"{EXPORT}csv")

    assert len([text for text in seen if "desk_" in text]) == 2


def test_failure_before_the_first_row_is_a_page(admin, site):
    with broken_table(site):
        answer = admin.get(f"{EXPORT}csv")

    assert answer.status_code in (500, 503)
    assert "desk_ticket" not in answer.text
    assert "SELECT" not in answer.text


@contextlib.contextmanager
def broken_table(site):
    """While it lasts, the table has another name, and the site answers as it does outside tests."""
    site.config["PROPAGATE_EXCEPTIONS"] = False
    rename(site, "desk_ticket", "desk_gone")
    try:
        yield
    finally:
        rename(site, "desk_gone", "desk_ticket")
        site.config["PROPAGATE_EXCEPTIONS"] = None


def rename(site, old, new):
    """Give a table another name."""
    with site.app_context():
        db.session.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))
        db.session.commit()
        db.session.remove()


def test_export_is_in_the_log(admin, caplog):
    with caplog.at_level(logging.INFO, "app.core.views.exporting"):
        admin.get(f"{EXPORT}csv")

    assert "export of tickets.csv by user" in caplog.text
    assert "ended after" in caplog.text


@pytest.mark.parametrize("name", FORMATS)
def test_who_goes_away_leaves_no_connection_behind(site, login, name):
    fill(site, MANY)
    client = unbuffered(site, login)

    client.head(f"{EXPORT}{name}").close()
    answer = client.get(f"{EXPORT}{name}", buffered=False)
    next(iter(answer.response))
    answer.close()

    with site.app_context():
        assert db.engine.pool.checkedout() == 0


def test_failure_in_the_middle_cuts_the_file_without_a_word(site, login, caplog):
    many = [Ticket(title=f"a{number}", country="x" * 40) for number in range(2000)]
    store(site, *many, Ticket(title="broken"))
    answer = unbuffered(site, login).get(f"{EXPORT}csv?columns=country,shout", buffered=False)

    with pytest.raises(ExportError) as raised:
        b"".join(answer.response)
    answer.close()

    assert "SELECT" not in str(raised.value)
    assert "stopped after" in caplog.text
