"""Measures the public pages of a large blog through the server: made anew, and from the cache.

The login page is measured in the same run, as the smallest page there is. A page is made anew where
nobody has asked for its address before, so each has many addresses.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app import create_app
from bench import machine
from bench.blog.plans import cost_of
from bench.blog.rows import Size
from bench.client import Visitor
from bench.contestant import ROOT, Site
from bench.databases import database, make_database, postgres
from bench.environments import programs_of
from bench.load import press
from bench.operations import CONNECTIONS
from bench.peers.bureau import Bureau
from bench.servers import Server
from config import Config
from tests.services import free_port

TIMES = 20
SECONDS = 3.0
OK = 200
LOGIN = "/login/"
NAME = "bench_blog"
POSTS, TAGS = range(99_970, 99_500, -10), range(40, 40 + 3 * TIMES, 3)
PAGES: dict[str, Sequence[str]] = {
    "home": [f"/blog/page/{number}" for number in range(2, 40)],
    "home, page 5,000": [f"/blog/page/{number}" for number in range(5_000, 5_040)],
    "post": [f"/blog/post-{number}" for number in POSTS],
    "post with hundreds of comments": [
        f"/blog/post-{n}" for n in range(10, 300, 10) if n % 20 == 0
    ],
    "tag": [f"/blog/tag/tag-{number}" for number in TAGS],
    "tag of many posts": [f"/blog/tag/tag-{number}" for number in range(1, 30)],
    "author": [f"/blog/author/author-{number}" for number in range(1, 31)],
    "search, a rare word": [f"/blog/search?q=rare{number}" for number in range(100, 140)],
    "feed of a tag": [f"/blog/tag/tag-{number}/feed.xml" for number in TAGS],
    "posts by REST, as a visitor": [f"/api/v1/posts/?page={number}" for number in range(1, 40)],
    "comments of a post by REST": [f"/api/v1/posts/{number}/comments" for number in POSTS],
}


class Blog(Bureau):
    """Bureau with nothing but its own features."""

    name = "bureau_blog"

    def command(self, site: Site) -> list[str]:
        return [str(site.programs / "python"), "-m", "bench.blog.serve"]


@dataclass(frozen=True)
class Figures:
    """One line of the table."""

    name: str
    statements: int
    scanned: str
    anew: float
    kept: float
    rate: float

    def line(self, login: float) -> str:
        """As it is printed; the rate beside that of the login page."""
        return (
            f"{self.name:32} {self.statements:10} {self.scanned or 'none':16} {self.anew:9.1f}"
            f" {self.kept:9.1f} {self.rate:9.0f} {self.rate / login:7.2f}"
        )


def main() -> None:
    """Fill the database unless it is full, and print one line a page."""
    folder = ROOT / ".bench" / "work" / Blog.name
    folder.mkdir(parents=True, exist_ok=True)
    with postgres() as server:
        make_database(server, NAME)
        blog = Blog()
        site = Site(database(server, NAME), free_port(), folder, programs_of(blog), None)  # type: ignore[arg-type]
        blog.run(site, "-m", "bench.blog.site")
        size = Size()
        print(f"{size.posts:,} posts, {size.comments:,} comments, {size.tags:,} tags")
        costs = _costs(site, folder)
        running = Server(blog, site)
        try:
            machine.measure_apart()
            _print(running, costs)
        finally:
            running.stop()


def _costs(site: Site, folder: Path) -> dict[str, tuple[int, str]]:
    environ = {"BUREAU_ENV": "testing", "BUREAU_INSTANCE": str(folder), "DATABASE_URL": site.url}
    app = create_app(Config.from_environment(environ))
    found = {}
    for name, paths in PAGES.items():
        # What several pages share is kept after the first one, so the second tells more.
        costs = [cost_of(app, path) for path in paths[-2:]]
        scanned = {table for cost in costs for table in cost.scanned}
        most = max(len(cost.statements) for cost in costs)
        found[name] = most, ", ".join(sorted(scanned))
    return found


def _print(server: Server, costs: dict[str, tuple[int, str]]) -> None:
    port = server.site.port
    visitor = Visitor(port)
    before = _rate(port, LOGIN)
    print(f"the login page: {before:.0f} requests a second, {_milliseconds(visitor, LOGIN):.1f} ms")
    lines = []
    for name, paths in PAGES.items():
        anew = statistics.median(_timed(visitor, path) for path in paths[:TIMES])
        kept = _milliseconds(visitor, paths[0])
        lines.append(Figures(name, *costs[name], anew, kept, _rate(port, paths[0])))
    login = (before + _rate(port, LOGIN)) / 2
    print(
        f"{'page':32} statements {'whole tables':16} ms, anew  ms, kept  requests a second,"
        " of the login page"
    )
    for each in lines:
        print(each.line(login))


def _timed(visitor: Visitor, path: str) -> float:
    begin = time.perf_counter()
    answer = visitor.get(path)
    taken = 1000 * (time.perf_counter() - begin)
    if answer.status != OK:
        raise RuntimeError(f"{path} answered {answer.status}")
    return taken


def _milliseconds(visitor: Visitor, path: str) -> float:
    return statistics.median(_timed(visitor, path) for _each in range(TIMES))


def _rate(port: int, path: str) -> float:
    visitor = Visitor(port)
    request = visitor.page(path).raw(port)

    streams = [itertools.repeat(request) for _each in range(CONNECTIONS)]
    load = press(port, streams, SECONDS, _is_right, 12)
    if load.wrong:
        raise RuntimeError(f"{path}: {load.wrong} of {load.answers} answers were wrong")
    return load.rate


def _is_right(status: int, _body: bytes) -> bool:
    return status == OK


if __name__ == "__main__":
    main()
