"""`python -m bench.growth`: a site that has grown beside a small one.

`--url` names an empty PostgreSQL database for each of the two, with `{name}` in it; without it
both have SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.growth.rows import Size

SMALL = Size()
LARGE = Size(models=200, roles=500, permissions=50_000, users=100_000)


def main(words: list[str]) -> None:
    """Make both sites, measure them in turns and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    for name, value in vars(LARGE).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--url", default="")
    given = vars(parser.parse_args(words))
    url = given.pop("url")
    sites = {"small": SMALL, "large": Size(**given)}
    found = {}
    with tempfile.TemporaryDirectory(prefix="bureau-growth-") as folder:
        for name, size in sites.items():
            environ = environment(Path(folder, name), url.format(name=name))
            run("prepare", size, environ)
            found[name] = json.loads(run("measure", size, environ))
    print_table(found)


def environment(folder: Path, url: str) -> dict[str, str]:
    """The settings of a site in production, with its files in `folder`."""
    folder.mkdir()
    return {
        **os.environ,
        "BUREAU_ENV": "production",
        "BUREAU_INSTANCE": str(folder),
        "BUREAU_LOG_LEVEL": "ERROR",
        "BUREAU_TRUSTED_HOSTS": "localhost",
        "BUREAU_WORKER": "0",
        "DATABASE_URL": url or f"sqlite:///{folder / 'bureau.db'}",
        "SECRET_KEY": "only for a measurement, 0123456789abcdef",
    }


def run(task: str, size: Size, environ: Mapping[str, str]) -> str:
    """Let a process of its own do a task, and give what it printed."""
    sizes = [f"--{name}={value}" for name, value in vars(size).items()]
    words = [sys.executable, "-m", "bench.growth.site", task, *sizes]
    done = subprocess.run(words, env=environ, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def print_table(found: Mapping[str, Mapping[str, Any]]) -> None:
    """What each site costs, side by side."""
    names = list(found)
    print(f"{'':30}" + "".join(f"{name:>34}" for name in names))
    for what in found[names[0]]:
        if what != "pages":
            print(f"{what:30}" + "".join(f"{found[name][what]:>34}" for name in names))
    print(f"{'':30}" + f"{'ms   cold  stat.      KB':>34}" * len(names))
    for page in found[names[0]]["pages"]:
        line = f"{page:30}"
        for name in names:
            cost = found[name]["pages"][page]
            status = "" if cost["status"] == 200 else f"({cost['status']})"
            line += (
                f"{status:>8}{cost['ms']:>8}{cost['cold']:>7}{cost['statements']:>4}{cost['KB']:>7}"
            )
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
