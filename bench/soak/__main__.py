"""`python -m bench.soak`: many sessions at once, and what became of them.

    python -m bench.soak --sessions 200 --minutes 10 --chaos
    python -m bench.soak --sessions 20 --minutes 0.5 --database-url postgresql://…/bureau_100k

It makes a PostgreSQL and a Redis of its own, or copies the database that it is given, and says in
its exit status whether everything held.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import redis
import sqlalchemy as sa

from app.extensions import db
from bench.crm.site import create_site, prepare
from bench.soak.client import Client
from bench.soak.journal import Journal
from bench.soak.people import add_people
from bench.soak.person import Person
from bench.soak.server import Served, environment, served
from bench.soak.stored import connections_of, find_losses
from bench.soak.verdict import BOUND_SECONDS, failures, memory_line, print_table
from config import database_url
from tests import services

DURABLE = ("synchronous_commit=on", "shared_buffers=512MB", "max_wal_size=2GB")
CLIENT_EVERY = 10
"""One of so many sessions is a program that uses the API."""
LOGINS_A_SECOND = 5
SAMPLE_SECONDS = 2.0
SPARE_CONNECTIONS = 4


@dataclass
class Site:
    """The services of a run, and how to take them away."""

    url: str
    redis_url: str
    postgres: services.PostgresServer | None
    redis_port: int
    running: dict[str, contextlib.ExitStack] = field(default_factory=dict)

    def kill_redis(self) -> None:
        with redis.Redis.from_url(self.redis_url) as client:
            os.kill(client.info("server")["process_id"], signal.SIGKILL)
        self.running.pop("redis").close()

    def start_redis(self) -> None:
        stack = self.running["redis"] = contextlib.ExitStack()
        stack.enter_context(services.redis(self.redis_port))


def main() -> int:
    """Run it; 0 where everything held."""
    options = read_options()
    journal = Journal()
    with tempfile.TemporaryDirectory(prefix="bureau-soak-") as name, site_of(options) as site:
        settings = environment(
            Path(name), site.url, site.redis_url, options.processes, options.threads
        )
        make_data(settings, options)
        with served(Path(name), settings) as server:
            sizes, seconds = let_them_work(server, site, journal, options)
            connections = connections_of(site.url)
            log = server.log.read_text()
        losses = find_losses(site.url, journal)
    return report(journal, options, seconds, sizes, connections, losses, log)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--think", type=float, nargs=2, default=(1.0, 3.0), metavar="SECONDS")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--database-url", help="a database to copy, instead of a server of its own")
    parser.add_argument("--chaos", action="store_true", help="kill PostgreSQL, then Redis")
    parser.add_argument("--away", type=float, default=5.0, help="seconds that each is away")
    parser.add_argument("--bound", type=float, default=BOUND_SECONDS, help="of p95, in seconds")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    if options.chaos and options.database_url:
        parser.error("--chaos kills the server, so it takes one of its own and no --database-url")
    return options


@contextlib.contextmanager
def site_of(options: argparse.Namespace) -> Iterator[Site]:
    """A database that may be written to, and a Redis."""
    with contextlib.ExitStack() as stack:
        postgres = None
        if options.database_url:
            url = stack.enter_context(copied(options.database_url))
        else:
            postgres = stack.enter_context(services.postgres_server(*DURABLE))
            url = database_url(postgres.url)
        port = services.free_port()
        site = Site(url, f"redis://127.0.0.1:{port}/0", postgres, port)
        site.start_redis()
        try:
            yield site
        finally:
            for running in site.running.values():
                running.close()


@contextlib.contextmanager
def copied(url: str) -> Iterator[str]:
    """A copy of a database, which is dropped at the end."""
    source = sa.make_url(database_url(url))
    name = f"bureau_soak_{os.getpid()}"
    engine = sa.create_engine(source.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{source.database}"')
    try:
        yield source.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        engine.dispose()


def make_data(settings: dict[str, str], options: argparse.Namespace) -> None:
    """The contacts and the people, unless the database has them."""
    app = create_site(settings)
    prepare(app, options.contacts)
    add_people(app, options.sessions)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def let_them_work(
    server: Served, site: Site, journal: Journal, options: argparse.Namespace
) -> tuple[list[int], float]:
    """Let everybody work for the time; how much memory it took meanwhile, and how long it was."""
    stop = threading.Event()
    people = [
        (Client if number % CLIENT_EVERY == 3 else Person)(number, server.port, journal)
        for number in range(options.sessions)
    ]
    threads = [
        threading.Thread(target=person.work, args=(stop, options.think, number / LOGINS_A_SECOND))
        for number, person in enumerate(people)
    ]
    began = time.monotonic()
    seconds = options.minutes * 60
    if options.chaos:
        threads.append(threading.Thread(target=break_things, args=(site, journal, options, stop)))
    for thread in threads:
        thread.start()
    sizes = []
    while time.monotonic() - began < seconds:
        sizes.append(server.memory())
        time.sleep(min(SAMPLE_SECONDS, seconds / 10))
    stop.set()
    for thread in threads:
        thread.join()
    return sizes, time.monotonic() - began


def break_things(
    site: Site, journal: Journal, options: argparse.Namespace, stop: threading.Event
) -> None:
    """Take PostgreSQL away after a third of the time, and Redis after two thirds."""
    assert site.postgres is not None
    third = options.minutes * 60 / 3
    stop.wait(third)
    journal.begin_outage("postgresql")
    site.postgres.kill()
    stop.wait(options.away)
    site.postgres.start()
    journal.end_outage("postgresql")
    stop.wait(max(0.0, third - options.away))
    journal.begin_outage("redis")
    site.kill_redis()
    stop.wait(options.away)
    site.start_redis()
    journal.end_outage("redis")


def report(
    journal: Journal,
    options: argparse.Namespace,
    seconds: float,
    sizes: list[int],
    connections: int,
    losses: list[str],
    log: str,
) -> int:
    """Print everything; 0 where it held."""
    print_table(journal, seconds)
    line, is_flat = memory_line(sizes)
    print(line)
    bound = options.processes * (options.threads + SPARE_CONNECTIONS)
    print(f"connections at the end: {connections} of at most {bound}")
    saved = sum(len(rows) for rows in journal.rows.values())
    shared = sum(journal.shared_saves.values())
    print(f"{saved} records made, {shared} saves of records that all change")
    for window in journal.windows:
        print(f"{window.service} was away for {window.ended - window.began:.1f} s")
    problems = failures(journal, options.bound) + [f"lost: {loss}" for loss in losses]
    if not is_flat:
        problems.append("memory has grown")
    if connections > bound:
        problems.append("connections have leaked")
    problems += [f"logged: {entry[:200]} … {entry[-3000:]}" for entry in traces_of(log)]
    for problem in problems:
        print(f"FAILED {problem}")
    print("held" if not problems else "did not hold")
    return 1 if problems else 0


def traces_of(log: str) -> list[str]:
    """What the server's log tells of faults: of ours in an entry, else behind it."""
    return [entry for entry in re.split(r"\n(?={)", log) if "Traceback" in entry]


if __name__ == "__main__":
    sys.exit(main())
