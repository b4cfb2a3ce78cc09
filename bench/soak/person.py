"""Somebody at work: looks, searches, writes, thinks between two clicks, and checks every answer."""

from __future__ import annotations

import html
import itertools
import random
import re
import threading
from collections.abc import Callable
from urllib.parse import urlencode, urljoin

from bench.forms import FormError, changed, read_form
from bench.soak.browser import Answer, Browser
from bench.soak.journal import Journal, Row
from bench.soak.people import PASSWORD, family_name_of, is_reader, language_of, name_of

CONTACTS = "/crm/contacts"
COMPANIES = 200
PAGE_SIZE = 25
MAX_ROWS = 15
"""How many records of their own somebody keeps: they stand on one page of a search."""
TRIES = 20
COMPANY = re.compile(r"Company (\d+)\b")
OWN = re.compile(r"Soak(\d+)x (\d+)\b")

Step = Callable[[], None]


class Person:
    """One session; `number` tells it from all others, in what it writes and what it may see."""

    def __init__(self, number: int, port: int, journal: Journal) -> None:
        self.number = number
        self.company = 1 + number % COMPANIES
        self.journal = journal
        self.browser = Browser(port, journal, number)
        self.rows = journal.rows[number]
        self.choose = random.Random(number)  # noqa: S311 (it is no secret who clicks what)
        self._names = itertools.count(1)
        self._phones = itertools.count(1)
        self._is_known = False

    def work(self, stop: threading.Event, think: tuple[float, float], late: float) -> None:
        """Log in after a while, then click until told to stop."""
        stop.wait(late)
        while not stop.is_set() and not self._is_known:
            self._log_in()
            stop.wait(self.choose.uniform(*think))
        names, weights = zip(*self.steps(), strict=True)
        while not stop.is_set():
            self.choose.choices(names, weights)[0]()
            stop.wait(self.choose.uniform(*think))

    def steps(self) -> list[tuple[Step, int]]:
        """What they do, and how often."""
        reading: list[tuple[Step, int]] = [
            (self.list_filtered, 20),
            (self.list_next, 8),
            (self.search, 10),
            (self.record, 14),
            (self.chart, 4),
            (self.export, 2),
        ]
        if is_reader(self.number):
            return [*reading, (self.try_what_is_forbidden, 3)]
        return [*reading, (self.create, 8), (self.edit, 14), (self.edit_cell, 6), (self.delete, 3)]

    # Looking

    def list_filtered(self) -> None:
        """A list of one's own company."""
        self._check_list("list", self._list_path())

    def list_next(self) -> None:
        """The page behind the first."""
        page = self._check_list("list", self._list_path())
        found = re.search(r'id="page-next"[^>]*href="([^"]+)"', page.text)
        if found:
            self._check_list("list next", urljoin(self._list_path(), html.unescape(found[1])))

    def search(self) -> None:
        """A search that finds what one has made oneself, and all of it."""
        page = self.browser.get("search", f"{CONTACTS}/list/?q=Soak{self.number}x")
        if not self._is_mine("search", page):
            return
        if f"Soak{self.number}x" not in page.text:
            self.browser.blame("search", "the search form lost its text")
        seen = {(int(one), int(name)) for one, name in OWN.findall(without_marks(page.text))}
        self._check_rows("search", seen)

    def record(self) -> None:
        """A record of one's own as it was last saved, or any one of the company's."""
        row = self._any_row()
        if row is None:
            return self.list_filtered()
        page = self.browser.get("record", f"{CONTACTS}/show/{row.key}")
        if self._is_mine("record", page) and row.is_certain:
            text = without_marks(page.text)
            if row.name not in text or not any(value in text for value in row.values):
                self.browser.blame("record", "a saved value is not there")
        return None

    def chart(self) -> None:
        """Charts of one's own company."""
        page = self.browser.get("chart", f"{CONTACTS}/chart/?{self._filter()}")
        self._is_mine("chart", page)

    def export(self) -> None:
        """One's own company as a file, to its last line."""
        path = f"{CONTACTS}/export/csv?{self._filter()}&columns=full_name,company"
        answer = self.browser.get("export", path)
        if answer.status != 200:
            if not answer.is_away:
                self.browser.blame("export", f"status {answer.status}")
            return
        lines = answer.text.splitlines()[1:]
        if {int(number) for line in lines for number in COMPANY.findall(line)} != {self.company}:
            self.browser.blame("export", "rows of another company")
        if not lines or not answer.text.endswith("\n"):
            self.browser.blame("export", "the file is not whole")

    def try_what_is_forbidden(self) -> None:
        """Nobody gets in where they may not."""
        answer = self.browser.get("forbidden", f"{CONTACTS}/add")
        if answer.status != 403 and not answer.is_away:
            self.browser.blame("forbidden", f"status {answer.status} for a reader")

    # Writing

    def create(self) -> None:
        """A new record; where the answer is missing, the same form is sent again."""
        if len([row for row in self.rows if not row.is_deleted]) >= MAX_ROWS:
            return self.delete()
        form = self._open("create form", f"{CONTACTS}/add", "full_name")
        if form is None:
            return None
        name, phone = f"Soak{self.number}x {next(self._names)}", self._new_phone()
        fields = changed(
            form,
            full_name=name,
            email=f"{name_of(self.number)}@bench.example",
            phone=phone,
            status="active",
            company=str(self.company),
            amount="12.50",
        )
        for _try in range(TRIES):
            answer = self.browser.post("create", f"{CONTACTS}/add", fields)
            if answer.status in (302, 303):
                found = re.search(r"/show/(\d+)", answer.headers.get("Location", ""))
                self.rows.append(Row(name, found[1] if found else "", {phone}))
                return None
            if not answer.is_away:
                return self.browser.blame("create", f"status {answer.status}")
            threading.Event().wait(1)
        # It may have been added with the last try, or with none.
        self.rows.append(Row(name, "", {phone}, may_be_deleted=True))
        return None

    def edit(self) -> None:
        """Another telephone number, by the whole form."""
        self._save("edit", "edit/{key}", fragment=False)

    def edit_cell(self) -> None:
        """Another telephone number, in the list."""
        self._save("edit in the list", "cell/{key}/phone", fragment=True)

    def delete(self) -> None:
        """Delete a record of one's own; it must be gone."""
        row = self._any_row()
        if row is None:
            return
        path = f"{CONTACTS}/delete/{row.key}"
        form = self._open("delete form", path, "csrf_token", row)
        if form is None:
            return
        answer = self.browser.post("delete", path, form)
        if answer.status in (302, 303):
            row.is_deleted = True
            gone = self.browser.get("deleted", f"{CONTACTS}/show/{row.key}")
            if gone.status != 404 and not gone.is_away:
                self.browser.blame("deleted", f"status {gone.status} for a deleted record")
        elif answer.is_away:
            row.may_be_deleted = True
        else:
            self.browser.blame("delete", f"status {answer.status}")

    # Parts

    def _log_in(self) -> None:
        page = self.browser.get("login page", "/login/")
        if page.status != 200:
            return
        form = changed(
            read_form(page.text, "username"), username=name_of(self.number), password=PASSWORD
        )
        answer = self.browser.post("log in", "/login/", form)
        self._is_known = answer.status in (302, 303)
        if not self._is_known and not answer.is_away:
            self.browser.blame("log in", f"status {answer.status}")

    def _save(self, step: str, place: str, *, fragment: bool) -> None:
        row = self._any_row()
        if row is None:
            return
        path = f"{CONTACTS}/{place.format(key=row.key)}"
        form = self._open(f"{step}: form", path, "phone", row, fragment=fragment)
        if form is None:
            return
        if dict(form)["phone"] not in row.values and row.is_certain:
            self.browser.blame(step, "the form has another value than was saved")
        phone = self._new_phone()
        answer = self.browser.post(step, path, changed(form, phone=phone), fragment=fragment)
        if answer.status in (200, 302, 303):
            row.values, row.edits = {phone}, row.edits + 1
        elif answer.is_away:
            # What the form held is what the record has by now, if this was not saved.
            row.values, row.doubtful = {dict(form)["phone"], phone}, row.doubtful + 1
        else:
            self.browser.blame(step, f"status {answer.status}")

    def _open(
        self, step: str, path: str, field: str, row: Row | None = None, *, fragment: bool = False
    ) -> list[tuple[str, str]] | None:
        """The form of a page, or None where it did not come."""
        page = self.browser.get(step, path, fragment=fragment)
        if page.status == 404 and row is not None and row.may_be_deleted:
            row.is_deleted = True
            return None
        if page.status != 200:
            if not page.is_away:
                self.browser.blame(step, f"status {page.status}")
            return None
        try:
            return read_form(page.text, field)
        except FormError as error:
            self.browser.blame(step, str(error))
            return None

    def _check_list(self, step: str, path: str) -> Answer:
        page = self.browser.get(step, path)
        if self._is_mine(step, page):
            rows = "".join(re.findall(r"<tbody.*?</tbody>", page.text, re.DOTALL))
            if {int(number) for number in COMPANY.findall(rows)} != {self.company}:
                self.browser.blame(step, "rows of another company")
            if len(set(re.findall(rf"{CONTACTS}/show/(\d+)", rows))) not in range(1, PAGE_SIZE + 1):
                self.browser.blame(step, "not a page of rows")
        return page

    def _check_rows(self, step: str, seen: set[tuple[int, int]]) -> None:
        if {number for number, _name in seen} - {self.number}:
            self.browser.blame(step, "rows of somebody else")
        certain = {row.name for row in self.rows if row.is_certain}
        gone = {row.name for row in self.rows if row.is_deleted}
        names = {f"Soak{number}x {name}" for number, name in seen}
        if certain - names or names & gone:
            self.browser.blame(step, "not the records that were saved")

    def _is_mine(self, step: str, page: Answer) -> bool:
        """Whether the page came, and is this person's in language and name."""
        if page.status != 200:
            if not page.is_away:
                self.browser.blame(step, f"status {page.status}")
            return False
        if f'<html lang="{language_of(self.number)}"' not in page.text:
            self.browser.blame(step, "another language")
        if family_name_of(self.number) not in page.text:
            self.browser.blame(step, "the page of somebody else")
        return True

    def _any_row(self) -> Row | None:
        known = [row for row in self.rows if row.key and not row.is_deleted]
        return self.choose.choice(known) if known else None

    def _list_path(self) -> str:
        return f"{CONTACTS}/list/?{self._filter()}&columns=full_name,company,status"

    def _filter(self) -> str:
        return urlencode({"filter": f"company:any:{self.company}"})

    def _new_phone(self) -> str:
        return f"+351 {self.number:04d}{next(self._phones):05d}"


def without_marks(text: str) -> str:
    """A page whose search paints what it found, without the paint."""
    return re.sub(r"</?mark[^>]*>", "", text)
