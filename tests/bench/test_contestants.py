"""Bureau does every operation of the bench right, on both databases; and the bench itself works."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench import databases
from bench.client import Visitor
from bench.contestant import Contestant, Site
from bench.leaks import SUSPECTS, count_leaks, wrong_list
from bench.measuring import measure, signed_in
from bench.operations import KINDS, How
from bench.peers import CONTESTANTS
from bench.rounds import Plan
from bench.seats import seat
from bench.servers import Server, ServerError
from tests import services

SIZE = "10k"


@pytest.fixture(scope="module")
def running(request, tmp_path_factory):
    """A contestant that answers, the way that it is measured."""
    url = request.getfixturevalue("postgres_url")
    made = seat(CONTESTANTS[request.param], SIZE, url, tmp_path_factory.mktemp("bench"))
    with made.serving() as server:
        visitor = signed_in(server)
        yield made, server, visitor
        visitor.close()
    made.close()
    if made.site.url.startswith("postgresql"):
        drop(url, made.site.url)


def drop(server, url):
    engine = databases.engine_of(server)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        name = sa.make_url(url).database
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.mark.parametrize("running", ["bureau", "bureau_sqlite", "floor"], indirect=True)
def test_every_operation_is_answered_with_the_right_rows(running):
    made, server, visitor = running

    for kind in KINDS.values():
        operation = made.contestant.operation(kind.name, visitor, server.site)
        if operation is None:
            assert kind.name not in made.contestant.pages
            continue
        # Measuring checks the answers, and that what was sent has reached the database.
        record = measure(kind, operation, server, made.counter, 0.1)

        assert record["rate" if kind.how is How.LOAD else "seconds"] > 0
    assert (made.site.facts.created() > 0) == ("create" in made.contestant.pages)
    if made.contestant.name in SUSPECTS:
        found = count_leaks(server, requests=40)
        assert min(found["lists"], found["records"]) >= 40
        assert not found["wrong_lists"] | found["wrong_records"] | found["refused"]


def test_list_of_another_visitor_is_found_out():
    fab = '<td>x</td><td>active</td><script>[["status", "Equal to", ["active"]]]</script>'
    bureau = '<td>x<td><span>Active</span><tr></table><a href="?filter=status%3Aany%3A{}">x</a>'

    assert not wrong_list(fab, "active", SUSPECTS["fab"])
    assert wrong_list(fab, "blocked", SUSPECTS["fab"])
    assert wrong_list(fab.replace('["active"]', '["blocked"]'), "active", SUSPECTS["fab"])
    assert wrong_list(fab + "<td>blocked</td>", "active", SUSPECTS["fab"])
    assert not wrong_list(bureau.format("active"), "active", SUSPECTS["bureau"])
    assert wrong_list(bureau.format("blocked"), "active", SUSPECTS["bureau"])
    assert wrong_list("<td>Active</td>", "active", SUSPECTS["bureau"])
    assert wrong_list(bureau.format("active") * 2 + "<td>Lead</td>", "active", SUSPECTS["bureau"])


def test_what_does_not_depend_on_the_rows_is_measured_at_the_largest_size_only():
    plan = Plan([], ["10k", "1m"], [kind for kind in KINDS if kind != "filter"], 1, 1.0)

    small, large = ([kind.name for kind in plan.kinds(size)] for size in ("10k", "1m"))

    assert {"list", "deep", "search", "export"} <= set(small)
    assert not {"show", "edit", "filter"} & set(small)
    assert {"list", "show", "edit", "chart"} <= set(large)
    assert "export" not in large


class Sleeper(Contestant):
    """Serves nothing of its own but a process that has started another."""

    name = "sleeper"
    title = "Sleeper"
    login_page = "/"

    @property
    def folder(self):
        return self.at

    def command(self, site: Site) -> list[str]:
        code = "import subprocess, sys\nsubprocess.run([sys.executable, '-m', *sys.argv[1:]])"
        served = f"http.server --bind 127.0.0.1 {site.port}"
        return [sys.executable, "-c", code, *served.split()]


class Broken(Sleeper):
    def command(self, site: Site) -> list[str]:
        return [sys.executable, "-c", "raise SystemExit('no such thing as a database')"]


@pytest.fixture
def site(tmp_path):
    Sleeper.at = tmp_path
    return Site("postgresql://", services.free_port(), tmp_path, tmp_path, None)


def test_server_is_stopped_with_all_that_it_has_started(site):
    server = Server(Sleeper(), site)
    processes = server.processes()
    answer = Visitor(site.port).get("/")
    server.stop()

    assert answer.status == 200
    assert server.seconds_to_start > 0
    assert len(processes) == 2
    deadline = time.monotonic() + 10
    while any(is_running(process) for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_server_that_does_not_start_says_why(site):
    with pytest.raises(ServerError, match="no such thing as a database"):
        Server(Broken(), replace(site, port=services.free_port()))
