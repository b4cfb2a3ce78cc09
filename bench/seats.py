"""Contestants with their data, ready to be started."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import databases
from bench.contestant import ROOT, Contestant, Site
from bench.databases import SIZES, StatementCounter
from bench.environments import programs_of
from bench.facts import Facts
from bench.forms import FormError
from bench.load import LoadError
from bench.operations import WrongAnswer
from bench.results import Results
from bench.servers import Server, ServerError
from tests.services import free_port

FAILURES = (
    WrongAnswer,
    FormError,
    LoadError,
    ServerError,
    RuntimeError,
    OSError,
    http.client.HTTPException,
)
"""What makes one cell of the table empty, and leaves the others alone."""


@dataclass
class Seat:
    """A contestant on a size, prepared."""

    contestant: Contestant
    site: Site
    counter: StatementCounter

    def start(self) -> Server:
        """Let it answer, on a port that nobody listens on."""
        return Server(self.contestant, replace(self.site, port=free_port()))

    @contextlib.contextmanager
    def serving(self) -> Iterator[Server]:
        """A server for as long as the block lasts."""
        server = self.start()
        try:
            yield server
        finally:
            server.stop()

    def close(self) -> None:
        self.site.facts.close()
        self.counter.close()


def work_folder() -> Path:
    """What the bench may write to, which git does not see."""
    return ROOT / ".bench" / "work"


def seat(contestant: Contestant, size: str, server: str, work: Path | None = None) -> Seat:
    """Make the database of a contestant, with so many rows."""
    contacts = SIZES[size]
    folder = (work or work_folder()) / contestant.name / size
    folder.mkdir(parents=True, exist_ok=True)
    name = f"bench_{'bureau' if contestant.prefix else 'plain'}_{size}"
    counter: StatementCounter
    if contestant.driver == "sqlite":
        url, counter = databases.sqlite_url(folder), databases.NoCounter()
    else:
        url = databases.make_database(server, name)
        counter = StatementCounter(server, name)
    if not contestant.prefix:
        databases.fill_plain(url, contacts)
    facts = Facts(databases.engine_of(url), contestant.prefix, contacts)
    made = Seat(contestant, Site(url, 0, folder, programs_of(contestant), facts), counter)
    contestant.prepare(made.site)
    facts.forget_created()
    databases.tidy(url)
    return made


@contextlib.contextmanager
def seats(
    contestants: Sequence[Contestant], size: str, server: str, results: Results
) -> Iterator[list[Seat]]:
    """All that could be prepared; why another could not is noted."""
    with contextlib.ExitStack() as stack:
        made = []
        for contestant in contestants:
            print(f"{size}: preparing {contestant.title}", flush=True)
            try:
                made.append(seat(contestant, size, server))
                stack.callback(made[-1].close)
            except FAILURES as error:
                results.fail(size, contestant.name, "data", why=error)
        yield made
