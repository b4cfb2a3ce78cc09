"""The export pages: which rows and columns leave the house, in which form, and with whom."""

import csv
import datetime
import io
import json
import logging
import re
from decimal import Decimal

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from app.core.views.exporting import ExportError
from app.extensions import db
from tests.core.desk import Channel, Person, Room, Status, Tag, Ticket
from tests.core.desk_site import allow, browser_of, store
from tests.core.downloads import (
    EXPORT,
    MANY,
    broken_table,
    fill,
    peak_of,
    read_csv,
    read_xlsx,
    unbuffered,
    under_way,
)

pytestmark = pytest.mark.both_databases
FORMATS = ("csv", "xlsx", "json")
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


TAGGED = 3_000


def test_all_of_a_file_is_of_one_moment(site, login):
    tag, text = Tag(name="before"), "x" * 40
    store(site, *(Ticket(title=f"t{n}", country=text, tags=[tag]) for n in range(TAGGED)))
    client = unbuffered(site, login)

    with under_way(client, f"{EXPORT}csv?columns=title,country,tags") as (first, pieces):
        change_all(site)
        data = first + b"".join(pieces)

    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == TAGGED
    assert {row["Tags"] for row in rows} == {"before"}


def change_all(site):
    """Rename the tag and delete most of the tickets, as others do meanwhile."""
    with site.app_context():
        db.session.execute(sa.update(Tag).values(name="after"))
        last = db.session.scalar(sa.select(sa.func.max(Ticket.id)))
        labels = Ticket.metadata.tables["desk_label"]
        db.session.execute(sa.delete(labels).where(labels.c.ticket_id != last))
        db.session.execute(sa.delete(Ticket).where(Ticket.id != last))
        db.session.commit()
        db.session.remove()


def test_files_have_what_the_database_has(admin, site):
    fill(site, 2_345)
    columns = "columns=id,title,country,person&sort=id"
    with site.app_context():
        found = db.session.execute(
            sa.select(Ticket.id, Ticket.title, Ticket.country).order_by(Ticket.id)
        ).all()
        db.session.remove()
    expected = [(str(id_), title, country, "Ana") for id_, title, country in found]

    as_csv = read_csv(admin.get(f"{EXPORT}csv?{columns}"))
    as_json = json.loads(admin.get(f"{EXPORT}json?{columns}").data)
    _heads, *as_xlsx = read_xlsx(admin.get(f"{EXPORT}xlsx?{columns}"))

    assert [tuple(row.values()) for row in as_csv] == expected
    assert [(str(id_), *rest) for id_, *rest in as_xlsx] == expected
    values = [(row["id"], row["title"], row["country"], row["person"]["text"]) for row in as_json]
    assert [(str(id_), *rest) for id_, *rest in values] == expected


def test_statements_of_a_large_file_grow_with_its_batches_only(admin, site, statements):
    tag = Tag(name="t")
    store(site, *(Ticket(title=f"t{n}", tags=[tag]) for n in range(2_500)))

    with statements() as seen:
        admin.get(f"{EXPORT}csv?columns=title,country,tags")

    # The rows, and the tags of each thousand of them.
    assert len([text for text in seen if "desk_" in text]) == 4
