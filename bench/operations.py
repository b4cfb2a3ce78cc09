"""What is measured: the operations, and how each of them is told to be done right."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bench.client import Answer, Request, Visitor
from bench.forms import Fields, changed

CONNECTIONS = 4
EMAIL = re.compile(r"[a-z]+\.[a-z]+\d+@example\.com")
OK = (200,)
REDIRECTS = (302, 303)


class How(Enum):
    """How an operation is measured."""

    LOAD = "load"
    """Asked for on four connections at once, for a while."""
    ALONE = "alone"
    """Asked for by one client, a few times at most, with an eye on the server's memory."""


@dataclass(frozen=True)
class Kind:
    """An operation of the table."""

    name: str
    title: str
    how: How = How.LOAD
    grows: bool = False
    """Whether its cost may depend on the number of rows, so that every size measures it."""
    largest: int | None = None
    """The most contacts that it is measured with."""


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("list", "list, first page", grows=True),
        Kind("deep", "list, a page in the middle", grows=True),
        Kind("next", "list, the page behind it", grows=True),
        Kind("filter", "filter by status, sort by date", grows=True),
        Kind("search", "search, substring", grows=True),
        Kind("show", "record page"),
        Kind("edit_form", "edit form"),
        Kind("rest", "REST list of 25"),
        Kind("anonymous", "anonymous → login"),
        Kind("chart_cached", "chart by status, cached"),
        Kind("edit", "edit, saved"),
        Kind("create", "create"),
        Kind("big_form", "form whose FK has all rows", How.ALONE, grows=True),
        Kind("chart", "chart by status", How.ALONE),
        Kind("export", "export CSV", How.ALONE, grows=True, largest=100_000),
    )
}
"""In the order of measuring: what writes comes after what reads, what fills memory last."""


class WrongAnswer(AssertionError):
    """The page is not the one that was asked for."""


@dataclass(frozen=True)
class Page:
    """What the right answer is like."""

    statuses: tuple[int, ...] = OK
    emails: Sequence[str] | None = None
    """Whose rows the page shows, in this order, and nobody else's."""
    holds: Sequence[str] = ()
    """What else stands on it, however its letters are cased."""
    leads_to: str = ""
    """A word of the address that it leads to."""
    leads_away_from: str = ""
    """A word of the address that it must not lead to."""
    lines: int = 0
    """How many lines it has at least."""

    def check(self, answer: Answer) -> None:
        """Raise `WrongAnswer`, saying what is wrong."""
        if answer.status not in self.statuses:
            raise WrongAnswer(f"status {answer.status} {answer.location}: {answer.text[:300]}")
        strays = self.leads_away_from and self.leads_away_from in answer.location
        if strays or self.leads_to not in answer.location:
            raise WrongAnswer(f"sent to {answer.location}")
        text = answer.text
        if self.emails is not None:
            shown = list(dict.fromkeys(EMAIL.findall(text)))
            if shown != list(self.emails):
                raise WrongAnswer(f"the rows are {shown[:3]}…, not {list(self.emails)[:3]}…")
        lowered = text.lower()
        for each in self.holds:
            if each.lower() not in lowered:
                raise WrongAnswer(f"the page lacks {each}")
        if text.count("\n") < self.lines:
            raise WrongAnswer(f"the file has {text.count(chr(10))} lines")

    def accepts(self, status: int, body: bytes) -> bool:
        """What is looked at under load: enough to tell an error, little enough to cost nothing."""
        return status in self.statuses and (not self.emails or self.emails[-1].encode() in body)


@dataclass
class Operation:
    """An operation of one contestant that is running and has somebody signed in."""

    visitor: Visitor
    page: Page
    """What the right answer is like."""
    streams: Sequence[Iterator[Request]]
    """What each connection sends, one request after the other."""
    per_operation: int = 1
    """How many requests make one operation: more than one where a page fetches its parts."""
    written: Callable[[], bool] = lambda: True
    """Whether all that was sent so far has reached the database."""
    before: Callable[[], object] = lambda: None
    """What happens, unmeasured, before each that is asked for alone."""

    def once(self) -> Answer:
        """Do it once: the answers as one, with the status of the first that is no page."""
        answers = [
            self.visitor.send(next(self.streams[0])) for _number in range(self.per_operation)
        ]
        odd = next((a for a in answers if a.status not in self.page.statuses), answers[0])
        return Answer(odd.status, odd.location, b"".join(answer.body for answer in answers))


def reading(visitor: Visitor, page: Page, *requests: Request) -> Operation:
    """An operation that asks for the same again and again."""
    streams = [itertools.cycle(requests) for _number in range(CONNECTIONS)]
    return Operation(visitor, page, streams, per_operation=len(requests))


SAVED = Page(REDIRECTS, leads_away_from="login")
_NUMBERS = itertools.count(time.time_ns() // 1_000_000)


def _telephone() -> str:
    """A number that was never used before."""
    return f"+351 {next(_NUMBERS)}"


def _same(fields: Fields) -> Fields:
    return fields


def editing(
    visitor: Visitor,
    forms: dict[str, Fields],
    stored: Callable[[str], str | None],
    renew: Callable[[Fields], Fields] = _same,
) -> Operation:
    """Saves forms again and again, each time with another telephone number.

    `forms` are by their addresses, `stored` reads the telephone number that has reached the
    database, and `renew` gives what a form is like after it has been saved.
    """
    sent: dict[str, str] = {}

    def stream(paths: Sequence[str]) -> Iterator[Request]:
        for path in itertools.cycle(paths):
            sent[path] = _telephone()
            yield visitor.form(path, changed(forms[path], phone=sent[path]))
            forms[path] = renew(forms[path])

    # A record belongs to one connection, so that no two saves of it are under way at once.
    paths = list(forms)
    streams = [stream(paths[number::CONNECTIONS]) for number in range(CONNECTIONS)]
    written = lambda: all(stored(path) == phone for path, phone in sent.items())  # noqa: E731
    return Operation(visitor, SAVED, streams, written=written)


def creating(
    visitor: Visitor,
    path: str,
    form: Fields,
    count: Callable[[], int],
    renew: Callable[[Fields], Fields] = _same,
) -> Operation:
    """Sends a form again and again; `count` says how many rows there are of it now."""
    made = 0

    def stream() -> Iterator[Request]:
        nonlocal made
        while True:
            made += 1
            yield visitor.form(path, renew(changed(form, phone=_telephone())))

    streams = [stream() for _number in range(CONNECTIONS)]
    return Operation(visitor, SAVED, streams, written=lambda: count() == made)
