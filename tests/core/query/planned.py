"""A site with many contacts, and how PostgreSQL goes about each statement of a request.

It is a process of its own, because the models of the bench are no part of the other tests. It
prints the plans as JSON: `python -m tests.core.query.planned DATABASE_URL FOLDER CONTACTS`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from html import unescape
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from app.core.search.command import index
from app.extensions import db
from app.security.rights.sync import sync_permissions
from bench.crm import data
from bench.crm.site import create_site
from tests.crawl import sign_in

BASE = "/crm/contacts"
READ = re.compile(r"\s*(SELECT|WITH)\b.*\bcrm_", re.DOTALL)


class Plans:
    """Asks for the plan of each statement on the contacts, right where and when it is run."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        event.listen(Engine, "before_cursor_execute", self._note)

    def _note(
        self, connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool
    ) -> None:
        if many or not READ.match(statement):
            return
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
            plan = cursor.fetchone()[0][0]["Plan"]
        nodes = list(walk(plan))
        self.found.append(
            {
                "statement": statement,
                "scanned": [n["Relation Name"] for n in nodes if n["Node Type"] == "Seq Scan"],
                "sorted": max([n["Plan Rows"] for n in nodes if n["Node Type"] == "Sort"] or [0]),
                "nodes": [node["Node Type"] for node in nodes],
            }
        )


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan, and those below it."""
    yield node
    for below in node.get("Plans", ()):
        yield from walk(below)


def prepare(app: Flask, contacts: int) -> None:
    """Make the contacts with their indexes, and let the planner know of them."""
    with app.app_context():
        tables = [t for t in db.metadata.sorted_tables if t.name.startswith("crm_")]
        db.metadata.create_all(db.engine, tables=tables)
        sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
        db.session.commit()
        with db.engine.begin() as connection:
            data.load(connection, contacts)
        app.test_cli_runner().invoke(index, ["Contact", "Company", "Tag"], catch_exceptions=False)
        with db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("VACUUM ANALYZE")


def addresses(contacts: int) -> dict[str, str]:
    """What is asked for, by what it is called."""
    status = "filter=status:any:active"
    return {
        "list": f"{BASE}/list/",
        "deep": f"{BASE}/list/?page={contacts // 25 - 100}",
        "filter": f"{BASE}/list/?{status}&sort=-created_at",
        "filter, deep": f"{BASE}/list/?{status}&sort=-created_at&page=1000",
        "search, common": f"{BASE}/list/?q=isch",
        "search, rare": f"{BASE}/list/?q=99871",
        "search, none": f"{BASE}/list/?q=nothing-like-it",
        "search, sorted": f"{BASE}/list/?q=9987&sort=-created_at",
        "search, filtered": f"{BASE}/list/?q=isch+9987&{status}",
        "record": f"{BASE}/show/4001",
        "edit": f"{BASE}/edit/4001",
        "picker": "/crm/tasks/pick/contact",
        "picker, typed": "/crm/tasks/pick/contact?q=ana+9987",
        "form with picker": "/crm/tasks/edit/1",
        "rest": "/api/v1/contacts/?page_size=25",
        "chart": f"{BASE}/chart/",
        "export": f"{BASE}/export/csv?q=99871",
        "export of all": f"{BASE}/export/csv",
    }


def main(url: str, folder: str, contacts: int) -> None:
    """Ask for every address, and print what the database does for it."""
    environ = {"BUREAU_ENV": "testing", "BUREAU_INSTANCE": folder, "DATABASE_URL": url}
    app = create_site(environ | {"SECRET_KEY": "a-key-that-only-this-process-has"})
    prepare(app, contacts)
    client, plans, found = sign_in(app, "admin"), Plans(), {}
    wanted = addresses(contacts)
    for name, address in wanted.items():
        plans.found = []
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        answer.get_data()
        found[name] = plans.found
        if name == "list":
            link = re.search(r'id="page-next"[^>]*href="([^"]+)"', answer.text)
            plans.found = []
            client.get(f"{BASE}/list/{unescape(link[1])}" if link else "")
            found["after"] = plans.found
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
