"""Measures one operation of one contestant."""

from __future__ import annotations

import contextlib
import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import machine
from bench.client import Visitor
from bench.databases import StatementCounter
from bench.load import Load, press
from bench.operations import How, Kind, Operation, WrongAnswer
from bench.results import Record
from bench.servers import Server

COUNTED = 10
"""How often a client that is alone asks, while statements are counted."""
LOADED_AT_LEAST = 12
ALONE_AT_MOST = 5
COUNTED_SECONDS = 1.0
ALONE_SECONDS = 2.0
SLOW_SECONDS = 5.0
"""What takes longer than that is asked for in the first round only."""


def measure(
    kind: Kind, operation: Operation, server: Server, counter: StatementCounter, seconds: float
) -> Record:
    """Do it until there is a figure; raises `WrongAnswer` where it is not done right."""
    with contextlib.closing(operation.visitor):
        if kind.how is How.ALONE:
            return _alone(operation, server, counter)
        return _under_load(operation, server, counter, seconds)


def _under_load(
    operation: Operation, server: Server, counter: StatementCounter, seconds: float
) -> Record:
    """One client for what is counted, then four for the rate."""
    operation.page.check(operation.once())
    _check_written(operation)
    counter.begin()
    times, size = [], 0
    for _number in range(COUNTED):
        begin = time.perf_counter()
        answer = operation.once()
        times.append(time.perf_counter() - begin)
        size = len(answer.body)
        if sum(times) > COUNTED_SECONDS and len(times) > 1:
            break
    statements = counter.end()
    operation.page.check(answer)
    # Every thread of the server has its connection to the database before time is taken.
    _press(operation, server, 0, 2 * len(operation.streams))
    load = _press(operation, server, seconds, LOADED_AT_LEAST)
    _check_written(operation)
    return {
        "rate": round(load.rate / operation.per_operation, 2),
        "milliseconds": round(1000 * statistics.median(times), 2),
        "statements": None if statements is None else round(statements / len(times), 1),
        "bytes": size,
    }


def _press(operation: Operation, server: Server, seconds: float, minimum: int) -> Load:
    port = server.site.port
    streams = [_raw(stream, port) for stream in operation.streams]
    minimum *= operation.per_operation
    with _without_collector():
        load = press(port, streams, seconds, operation.page.accepts, minimum)
    if load.wrong:
        raise WrongAnswer(f"{load.wrong} of {load.answers} answers were wrong under load")
    return load


def _alone(operation: Operation, server: Server, counter: StatementCounter) -> Record:
    """One client, and what the server holds at most meanwhile."""
    processes = server.processes()
    held = machine.held_mib(processes)
    machine.forget_peak(processes)
    times: list[float] = []
    statements, size = None, 0
    while len(times) < ALONE_AT_MOST and sum(times) < ALONE_SECONDS:
        operation.before()
        counter.begin()
        begin = time.perf_counter()
        answer = operation.once()
        times.append(time.perf_counter() - begin)
        statements = counter.end()
        size = len(answer.body)
        operation.page.check(answer)
    return {
        "seconds": round(statistics.median(times), 4),
        "statements": statements,
        "bytes": size,
        "memory": round(max(0.0, machine.peak_mib(processes) - held), 1),
        "slow": max(times) > SLOW_SECONDS,
    }


def _check_written(operation: Operation) -> None:
    if not operation.written():
        raise WrongAnswer("what was sent has not reached the database")


def _raw(stream: Iterator[Any], port: int) -> Iterator[bytes]:
    return (request.raw(port) for request in stream)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep our own garbage collector out of the figures."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def signed_in(server: Server) -> Visitor:
    """Somebody who may do everything."""
    visitor = Visitor(server.site.port)
    server.contestant.sign_in(visitor)
    return visitor
