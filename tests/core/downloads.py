"""What the tests of exports share: many rows, files read back, and downloads that take a while."""

from __future__ import annotations

import contextlib
import csv
import io
import tracemalloc

import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import load_workbook

from app.extensions import db
from tests.core.desk import Person, Ticket
from tests.core.desk_site import browser_of, store

EXPORT = "/desk/tickets/export/"
MANY = 15_000


def read_csv(answer):
    """The rows of a CSV file as dictionaries."""
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def read_xlsx(answer):
    """The rows of a workbook's first sheet, the headings among them."""
    sheet = load_workbook(io.BytesIO(answer.data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


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


@contextlib.contextmanager
def under_way(client, url):
    """A download of which only the first piece has come so far."""
    answer = client.get(url, buffered=False)
    pieces = iter(answer.response)
    first = next(pieces)
    try:
        yield first, pieces
    finally:
        answer.close()


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
