"""`make bench`: Bureau and five others with the same rows and the same operations, in one run.

ARGS="--sizes 10k --rounds 1 --peers bureau,floor --operations list,show" measures less, and
ARGS="--publish" writes docs/performance.md anew.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import signal
import sys
import time
from collections.abc import Callable, Container, Sequence
from typing import Any

import sqlalchemy as sa

from bench import machine, report
from bench.contestant import ROOT, Contestant, own_programs
from bench.databases import SIZES, engine_of, postgres
from bench.environments import programs_of, versions
from bench.extras import EXTRAS, measure_extras
from bench.goals import Sheet
from bench.operations import KINDS
from bench.peers import CONTESTANTS, NO_PEERS
from bench.results import Results, save
from bench.rounds import Plan, Rounds
from bench.seats import work_folder

RESULTS = ROOT / "bench" / "results"
USUAL_SIZES = ["10k", "100k", "1m"]
PRINTED = ("goals", "growth", "memory", "leaks", "noise", "failures")
PACKAGES = "flask-appbuilder django flask-admin sqladmin starlette-admin".split()
OUR_PACKAGES = "flask sqlalchemy gunicorn".split()


def arguments(words: list[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    add = parser.add_argument
    add("--sizes", type=_names(SIZES), default=USUAL_SIZES, help=f"of {','.join(SIZES)}")
    add("--peers", type=_names(CONTESTANTS), default=list(CONTESTANTS), help="who is measured")
    add("--operations", type=_names((*KINDS, *EXTRAS)), default=[*KINDS, *EXTRAS])
    add("--rounds", type=int, default=3)
    add("--seconds", type=float, default=1.0, help="how long a load lasts")
    add("--publish", action="store_true", help="write docs/performance.md from the run")
    return parser.parse_args(words)


def _names(known: Container[str]) -> Callable[[str], list[str]]:
    """Reads names with commas between them."""

    def parse(text: str) -> list[str]:
        names = text.split(",")
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}")
        return names

    return parse


def about(plan: Plan, server: str, minutes: float) -> dict[str, Any]:
    """What the page says of the run, and what the report must know of the contestants."""
    engine = engine_of(server)
    with engine.connect() as connection:
        postgresql = str(connection.scalar(sa.text("SHOW server_version"))).split()[0]
    engine.dispose()
    ours = versions(own_programs())
    shown = {
        "day": datetime.datetime.now(datetime.UTC).date().isoformat(),
        **machine.described(),
        "PostgreSQL": postgresql,
        "Bureau runs on": ", ".join(f"{name} {ours[name]}" for name in OUR_PACKAGES),
        "others": ", ".join(_installed(plan.contestants)),
        "rounds": f"{plan.rounds}, each load {plan.seconds:g} s; {minutes:.0f} minutes in all",
    }
    return {
        "shown": shown,
        "titles": {each.name: each.title for each in plan.contestants},
        "peers": [each.name for each in plan.contestants if each.name not in NO_PEERS],
        "wsgi": [each.name for each in plan.contestants if each.server == "gunicorn"],
    }


def _installed(contestants: Sequence[Contestant]) -> list[str]:
    found = []
    for contestant in contestants:
        if contestant.has_environment:
            there = versions(programs_of(contestant))
            found += [f"{name} {there[name]}" for name in PACKAGES if name in there]
    return found


def main(words: list[str]) -> None:
    """Measure, print what came of the goals, and keep what was measured."""
    asked = arguments(words)
    # Whoever ends us gets the servers stopped, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begin = time.monotonic()
    contestants = [CONTESTANTS[name] for name in asked.peers]
    plan = Plan(contestants, asked.sizes, asked.operations, asked.rounds, asked.seconds)
    results = Results()
    shutil.rmtree(work_folder(), ignore_errors=True)
    for contestant in contestants:
        programs_of(contestant)
    with postgres() as server:
        # The database serves everybody alike, on whichever processor is free.
        machine.measure_apart()
        Rounds(plan, server, results).run()
        measure_extras(plan, server, results)
        summary = results.summary(about(plan, server, (time.monotonic() - begin) / 60))
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    save(summary, path)
    sheet = Sheet(summary)
    for table in PRINTED:
        print(f"\n{report.TABLES[table](sheet)}", end="")
    print(f"\nKept as {path.relative_to(ROOT)}")
    if asked.publish:
        report.publish(summary)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("Stopped, with all that was started.")
