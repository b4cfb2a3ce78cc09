"""Whether one visitor gets to see, or to save, what belongs to the request of another.

Two ask for lists with different filters, or add contacts to different companies, at the same time.
An answer is wrong where it does not fit the request that it answers.
"""

from __future__ import annotations

import http.client
import itertools
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.client import Visitor
from bench.contestant import Contestant
from bench.forms import Fields, changed, read_form
from bench.measuring import signed_in
from bench.operations import CONNECTIONS, REDIRECTS, WrongAnswer
from bench.plain.tables import STATUSES
from bench.results import Record
from bench.servers import Server

LEFT, RIGHT = "active", "blocked"
PARENTS = (7, 9)
REQUESTS = 2000
SECONDS = 25
"""Whichever is over first."""
# Whoever leaves out the end of a cell begins the next one.
CELL = re.compile(r"<td\b[^>]*>(.*?)(?=</?t[dr]\b)", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Suspect:
    """Where a contestant shows a filter, and where it adds to a company."""

    list_page: str
    shown_filter: re.Pattern[str]
    """Finds each status that the forms and links of the page go on with."""
    add_page: str
    keeps_parent: bool
    """Whether the form carries the company, as a field of its own."""


SUSPECTS = {
    "fab": Suspect(
        "/contactview/list/?_flt_3_status={status}",
        re.compile(r'\[\s*"status",\s*"[^"]*",\s*\[\s*"(\w+)"'),
        "/contactview/add?_flt_0_company={company}",
        keeps_parent=False,
    ),
    "bureau": Suspect(
        "/crm/contacts/list/?filter=status:any:{status}",
        re.compile(r"\bstatus(?::|%3A)any(?::|%3A)(\w+)"),
        "/crm/contacts/add?company={company}",
        keeps_parent=True,
    ),
}


def wrong_list(page: str, status: str, suspect: Suspect) -> bool:
    """Whether a list shows rows or a filter that were not asked for."""
    cells = (TAG.sub("", cell).strip().lower() for cell in CELL.findall(page))
    shown = {cell for cell in cells if cell in STATUSES}
    kept = set(suspect.shown_filter.findall(page))
    return shown != {status} or kept != {status}


def count_leaks(server: Server, requests: int = REQUESTS) -> Record:
    """Ask often, on four connections at once."""
    suspect = SUSPECTS[server.contestant.name]
    lists = _together(server, requests, lambda visitor, number: _list(visitor, number, suspect))
    server.site.facts.forget_created()
    adds = _together(
        server, requests, lambda visitor, number: _add(visitor, number, suspect, server.contestant)
    )
    rows = server.site.facts.ask(
        "SELECT full_name, company_id FROM {contact} WHERE id > :last",
        last=server.site.facts.contacts,
    )
    strayed = sum(int(name.split()[1]) != company for name, company in rows)
    server.site.facts.forget_created()
    return {
        "lists": len(lists),
        "wrong_lists": sum(lists),
        "records": len(rows),
        "wrong_records": strayed,
        "refused": sum(adds),
    }


def _together(
    server: Server, requests: int, begin: Callable[[Visitor, int], Callable[[], bool]]
) -> list[bool]:
    """Whether each request was answered wrongly; all visitors ask at the same time."""
    found: list[bool] = []
    problems: list[Exception] = []
    end = time.monotonic() + SECONDS
    visitors = [signed_in(server) for _number in range(CONNECTIONS)]
    asks = [begin(visitor, number) for number, visitor in enumerate(visitors)]
    if any(ask() for ask in asks):
        raise WrongAnswer("wrong even where nobody else asks")

    def work(ask: Callable[[], bool]) -> None:
        try:
            while len(found) < requests and time.monotonic() < end:
                found.append(ask())
        except (OSError, http.client.HTTPException) as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(ask,), daemon=True) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for visitor in visitors:
        visitor.close()
    if problems:
        raise problems[0]
    return found


def _list(visitor: Visitor, number: int, suspect: Suspect) -> Callable[[], bool]:
    status = (LEFT, RIGHT)[number % 2]
    path = suspect.list_page.format(status=status)
    return lambda: wrong_list(visitor.get(path).body.decode(), status, suspect)


def _add(
    visitor: Visitor, number: int, suspect: Suspect, contestant: Contestant
) -> Callable[[], bool]:
    """Fill in the form that a company's list of contacts leads to, again and again."""
    company = PARENTS[number % 2]
    path = suspect.add_page.format(company=company)
    form = read_form(visitor.get(path).text, "full_name")
    parent = [value for name, value in form if name == "company"]
    form = contestant.new_contact(form)
    names = itertools.count()

    def add() -> bool:
        sent = _with_parent(form, parent if suspect.keeps_parent else [])
        sent = changed(sent, full_name=f"Leak {company} {number} {next(names)}")
        answer = visitor.post(path, contestant.renewed(sent))
        return answer.status not in REDIRECTS

    return add


def _with_parent(form: Fields, parent: list[str]) -> Fields:
    return changed(form, company=parent)
