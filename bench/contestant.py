"""What the bench must know of each contestant: how it is served, and where its pages are.

Most of it is addresses. How an operation is asked for and what the right answer is like stands
here once, so that it is the same for everybody.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import facts
from bench.client import Request, Visitor
from bench.crm.data import PASSWORD, USER
from bench.facts import Facts
from bench.forms import Fields, changed, read_form
from bench.operations import (
    CONNECTIONS,
    REDIRECTS,
    Operation,
    Page,
    WrongAnswer,
    creating,
    editing,
    reading,
)

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "bench" / "peers"
PLAIN = ROOT / "bench" / "plain"
SECRET = "kW3vQm0pYt7uZ1xLr9sBn4hGd6fJc2aEoViU8yTqMXw"
SERVER_TIMEOUT_SECONDS = 600
WITHOUT_SESSION = ("anonymous", "rest")
"""What is asked for by somebody who has no cookie."""


@dataclass(frozen=True)
class Site:
    """A contestant on a data set: where it runs, and what it must show."""

    url: str
    """Of its database, without a driver."""
    port: int
    folder: Path
    """Where it may write."""
    programs: Path
    """The programs of its environment."""
    facts: Facts


class Contestant:
    """A contestant that is served as its documentation says; the defaults are what most share."""

    name: str
    title: str
    server = "gunicorn"
    driver = "postgresql+psycopg2"
    prefix = ""
    """What the names of its tables begin with."""
    has_environment = True
    """Whether it has an environment of its own; else Bureau's does."""
    login_page = "/login/"
    has_login_form = True
    pages: Mapping[str, str] = {}
    """Addresses of what it has, by the name of the operation."""

    @property
    def folder(self) -> Path:
        """Where its site is written down."""
        return PEERS / self.name

    def environ(self, site: Site) -> dict[str, str]:
        """The environment of its processes."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {
            "HOME": str(site.folder),
            "TZ": "UTC",
            "SECRET_KEY": SECRET,
            "PYTHONPATH": os.pathsep.join((str(PLAIN), str(self.folder))),
            "DATABASE_URL": site.url.replace("postgresql", self.driver, 1),
        }

    def command(self, site: Site) -> list[str]:
        """What serves it: one process, four threads where it works with threads."""
        program, address = str(site.programs / self.server), f"127.0.0.1:{site.port}"
        if self.server == "uvicorn":
            host, port = address.split(":")
            options = f"--host {host} --port {port} --loop uvloop --http httptools --no-access-log"
            return [program, *options.split(), "--log-level", "warning", "admin_site:app"]
        options = f"--worker-class gthread --workers 1 --threads {CONNECTIONS} --bind {address}"
        # The longest forms of a million options take most of a minute.
        options += f" --no-control-socket --log-level warning --timeout {SERVER_TIMEOUT_SECONDS}"
        return [program, *options.split(), "admin_site:app"]

    def prepare(self, site: Site) -> None:
        """Make what it needs beside the data, while it is not running."""

    def run(self, site: Site, *arguments: str, **environ: str) -> None:
        """Run Python in its environment to the end."""
        done = subprocess.run(
            [site.programs / "python", *arguments],
            cwd=ROOT if not self.has_environment else self.folder,
            env=self.environ(site) | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{self.title}: {' '.join(arguments)}\n{done.stdout}{done.stderr}")

    def sign_in(self, visitor: Visitor) -> None:
        form: Fields = []
        if self.has_login_form:
            form = read_form(visitor.get(self.login_page).text, "username")
        answer = visitor.post(self.login_page, changed(form, username=USER, password=PASSWORD))
        if answer.status not in REDIRECTS or "login" in answer.location:
            raise WrongAnswer(f"{self.title} lets nobody in: {answer.status} {answer.location}")

    def operation(self, name: str, visitor: Visitor, site: Site) -> Operation | None:
        """The operation of this name, ready to be measured; None where it has no such thing."""
        if name not in self.pages:
            return None
        if name == "edit":
            return self._editing(visitor, site)
        path = self.find(name, visitor, site)
        if name == "create":
            form = self.new_contact(read_form(visitor.get(path).text, "full_name"))
            return creating(visitor, path, form, site.facts.created, self.renewed)
        asking = Visitor(site.port) if name in WITHOUT_SESSION else visitor
        request = Request(path, headers=self.headers(name, asking))
        return reading(
            asking,
            expected(name, site.facts),
            self.request(name, request),
            *self.parts(name, visitor, site),
        )

    def find(self, name: str, visitor: Visitor, site: Site) -> str:
        """Where the visitor finds this operation."""
        del visitor
        return self.address(name, site)

    def address(self, name: str, site: Site, record: int = facts.RECORD) -> str:
        """Where it has this operation."""
        middle = site.facts.middle
        return self.pages[name].format(
            page=middle,
            page_from_zero=middle - 1,
            last_of_page=middle * facts.PAGE_SIZE,
            record=record,
            task=facts.BIG_RECORD,
            status=facts.STATUS,
            needle=facts.NEEDLE,
        )

    def headers(self, name: str, visitor: Visitor) -> dict[str, str]:
        """What a request of the operation says."""
        del name
        return visitor.headers()

    def request(self, name: str, request: Request) -> Request:
        """What is sent, where a plain GET does not do."""
        del name
        return request

    def parts(self, name: str, visitor: Visitor, site: Site) -> Sequence[Request]:
        """What the page fetches by scripts before it can be used."""
        del name, visitor, site
        return ()

    def new_contact(self, form: Fields) -> Fields:
        """The form of a new contact, filled in."""
        return changed(form, **facts.NEW_CONTACT, tags=facts.NEW_TAGS)

    def opened(self, form: Fields, record: int, site: Site) -> Fields:
        """The form of a record as its scripts complete it."""
        del record, site
        return form

    def renewed(self, form: Fields) -> Fields:
        """The form as it must be sent the next time."""
        return form

    def _editing(self, visitor: Visitor, site: Site) -> Operation:
        records = {self.address("edit", site, record): record for record in facts.EDITED}
        forms = {
            path: self.opened(read_form(visitor.get(path).text, "full_name"), record, site)
            for path, record in records.items()
        }
        return editing(visitor, forms, lambda path: site.facts.phone(records[path]), self.renewed)


def own_programs() -> Path:
    """The programs of the environment that the bench itself runs in."""
    return Path(sys.executable).parent


def expected(name: str, known: Facts) -> Page:
    """What the right answer to an operation is like."""
    if name == "anonymous":
        return Page(REDIRECTS, leads_to="login")
    if name in ("list", "deep", "next", "filter", "search", "rest"):
        rows = {
            "list": known.first,
            "rest": known.first,
            "deep": known.deep,
            "next": known.behind,
            "filter": known.filtered,
            "search": known.found,
        }[name]()
        return Page(emails=rows.emails, holds=rows.details)
    if name in ("chart", "chart_cached"):
        counts = known.by_status()
        return Page(holds=[*counts, *(str(count) for count in counts.values())])
    if name == "export":
        return Page(holds=known.first().emails, lines=known.contacts)
    if name == "big_form":
        return Page(holds=["Task 1", known.record(known.contact_of_task())[0]])
    # An edit form may name the company by its key alone.
    record = known.record(facts.RECORD)
    return Page(holds=record if name == "show" else record[:2])
