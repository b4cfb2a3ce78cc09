"""Which statements a page makes, and whether one of them reads a whole table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.extensions import db

LARGE = frozenset({"blog_post", "blog_post_tag", "content_comment", "blog_post_revision"})
"""The tables of which nobody reads all rows for a page."""
OK = 200


@dataclass
class Cost:
    """What one answer took."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    scanned: set[str] = field(default_factory=set)
    """The large tables that were read from one end to the other."""


def cost_of(app: Flask, path: str) -> Cost:
    """Ask for a page in this process, then ask the database how it would do each statement."""
    cost = Cost()
    with app.app_context(), _noted(cost):
        answer = app.test_client().get(path)
    if answer.status_code != OK:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    with app.app_context(), db.engine.connect() as connection:
        for statement, values in cost.statements:
            found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values)
            cost.scanned |= {
                node["Relation Name"]
                for node in _nodes(found.scalar_one()[0]["Plan"])
                if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
            }
    return cost


@contextmanager
def _noted(cost: Cost) -> Iterator[None]:
    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_more: Any) -> None:
        if text.lstrip().upper().startswith(("SELECT", "WITH")):
            cost.statements.append((text, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
