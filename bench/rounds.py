"""The order of measuring: every size, several rounds, operation by operation, one after the other.

All contestants of a size run at once, so that what disturbs the machine disturbs neighbours alike;
who comes first changes from round to round, and each round starts the servers anew.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import machine
from bench.client import Visitor
from bench.contestant import Contestant
from bench.databases import SIZES
from bench.measuring import measure, signed_in
from bench.operations import KINDS, How, Kind
from bench.results import Results
from bench.seats import FAILURES, Seat, seats
from bench.servers import Server


@dataclass(frozen=True)
class Plan:
    """What is to be measured."""

    contestants: Sequence[Contestant]
    sizes: Sequence[str]
    operations: Sequence[str]
    rounds: int
    seconds: float

    def kinds(self, size: str) -> list[Kind]:
        """The operations of a size: what cannot depend on it is measured at the largest only."""
        contacts = SIZES[size]
        is_last = contacts == max(SIZES[each] for each in self.sizes)
        return [
            kind
            for kind in KINDS.values()
            if kind.name in self.operations
            and (kind.grows or is_last)
            and (kind.largest is None or contacts <= kind.largest)
        ]


@dataclass(frozen=True)
class Running:
    """A contestant that answers, and somebody who is signed in."""

    seat: Seat
    server: Server
    visitor: Visitor


class Rounds:
    """Runs a plan."""

    def __init__(self, plan: Plan, server: str, results: Results) -> None:
        self.plan = plan
        self.results = results
        self._server = server

    def run(self) -> None:
        """Measure every size."""
        for size in self.plan.sizes:
            with seats(self.plan.contestants, size, self._server, self.results) as seated:
                for number in range(self.plan.rounds if seated else 0):
                    shift = number % len(seated)
                    self._round(size, number, seated[shift:] + seated[:shift])

    def _round(self, size: str, number: int, seated: Sequence[Seat]) -> None:
        loop = machine.fixed_loop()
        self.results.loops.append(round(loop, 1))
        _say(f"{size}: round {number + 1} of {self.plan.rounds}, fixed loop {loop:.0f} ms")
        with contextlib.ExitStack() as stack:
            started = [self._start(size, each, stack) for each in seated]
            running = [each for each in started if each is not None]
            for how in How:
                for kind in (each for each in self.plan.kinds(size) if each.how is how):
                    begin = time.monotonic()
                    for each in running:
                        self._cell(size, kind, each)
                    _say(f"{size}: {kind.title} ({time.monotonic() - begin:.0f} s)")
                if how is How.LOAD:
                    self._note_memory(size, running)

    def _start(self, size: str, seat: Seat, stack: contextlib.ExitStack) -> Running | None:
        """Start a server, once to fill the caches of the disk and once to be measured."""
        name = seat.contestant.name
        try:
            if not self.results.of(size, name, "start"):
                seat.start().stop()
            seat.counter.begin()
            server = seat.start()
            stack.callback(server.stop)
            statements = seat.counter.end()
            visitor = signed_in(server)
            stack.callback(visitor.close)
        except FAILURES as error:
            self.results.fail(size, name, "start", why=error)
            return None
        record = {
            "seconds": round(server.seconds_to_start, 3),
            "statements": statements,
            "memory": round(machine.memory_mib(server.processes()), 1),
        }
        self.results.add(size, name, "start", record)
        return Running(seat, server, visitor)

    def _note_memory(self, size: str, running: Sequence[Running]) -> None:
        """What the servers hold after all that load, before what fills the memory."""
        for each in running:
            memory = round(machine.memory_mib(each.server.processes()), 1)
            self.results.add(size, each.seat.contestant.name, "loaded", {"memory": memory})

    def _cell(self, size: str, kind: Kind, running: Running) -> None:
        contestant, site = running.seat.contestant, running.server.site
        name = contestant.name
        if any(record.get("slow") for record in self.results.of(size, name, kind.name)):
            return
        try:
            operation = contestant.operation(kind.name, running.visitor, site)
            if operation is not None:
                counter, seconds = running.seat.counter, self.plan.seconds
                record = measure(kind, operation, running.server, counter, seconds)
                self.results.add(size, name, kind.name, record)
        except FAILURES as error:
            self.results.fail(size, name, kind.name, why=error)
            running.visitor.close()
        finally:
            if kind.name == "create":
                site.facts.forget_created()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
