"""One site, in a process of its own: starts it, asks for its pages and prints what they cost."""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

_STARTED = time.process_time()

import sqlalchemy as sa  # noqa: E402 (the imports are measured)
from flask import Flask  # noqa: E402

from app import create_app  # noqa: E402
from app.core.feature import load_features, register_features  # noqa: E402
from app.core.garbage import collection_paused  # noqa: E402
from app.extensions import db  # noqa: E402
from app.features import FEATURES  # noqa: E402
from app.security.accounts import add_account, find_roles  # noqa: E402
from app.security.rights.sync import sync_permissions  # noqa: E402
from bench.growth.models import NAME, grown_feature  # noqa: E402
from bench.growth.rows import Size, load  # noqa: E402
from config import Config  # noqa: E402
from scripts.commands import command  # noqa: E402

_IMPORTED = time.process_time()
BASE = "https://localhost"
USER, PASSWORD = "admin", "a bench has no secrets"
ROLE, SOMEBODY = 1_000_001, 1_000_001
PAGES = {
    "log-in": "/login/",
    "home": "/home/",
    "list": f"/{NAME}/m001s/list/",
    "record": f"/{NAME}/m001s/show/7",
    "edit": f"/{NAME}/m001s/edit/7",
    "users": "/administration/users/list/",
    "users, searched": "/administration/users/list/?q=user777",
    "user": f"/administration/users/show/{SOMEBODY}",
    "edit user": f"/administration/users/edit/{SOMEBODY}",
    "roles": "/administration/roles/list/",
    "role": f"/administration/roles/show/{ROLE}",
    "edit role": f"/administration/roles/edit/{ROLE}",
    "add role": "/administration/roles/add",
    "permissions": "/administration/permissions/list/",
    "why": "/administration/why/",
    "OpenAPI": "/api/v1/_openapi",
}


def create_site(models: int) -> Flask:
    """The application with so many models beside its features."""
    app = create_app(Config.from_environment(os.environ))
    features = load_features("app.features", FEATURES)
    register_features(app, [grown_feature(models)])
    app.extensions["bureau_features"] = (*features, *app.extensions["bureau_features"])
    return app


def prepare(size: Size) -> None:
    """Make the tables, an administrator and all rows."""
    app = create_site(size.models)
    with app.app_context():
        command(app, "db", "upgrade")
        tables = [t for t in db.metadata.sorted_tables if t.name.startswith(f"{NAME}_")]
        db.metadata.create_all(db.engine, tables=tables)
        sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
        with db.engine.begin() as connection:
            load(connection, size)
        # The administrators hold what was loaded, as after every start.
        sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
        add_account(USER, ("Ada", "Admin"), "admin@bench.example", PASSWORD, find_roles(["Admin"]))
        db.session.commit()
    # As databases do by themselves some minutes after so many rows were added.
    with app.app_context(), db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("ANALYZE")


def measure(size: Size, rounds: int) -> None:
    """Print what the start and each page cost: processor milliseconds, statements, megabytes.

    As in production the process that answers is a fork of the one that has started.
    """
    begun = time.process_time()
    with collection_paused(keep=True):
        app = create_site(size.models)
    created = time.process_time()
    start = {"imports": _ms(_STARTED, _IMPORTED), "create_app": _ms(begun, created)}
    worker = os.fork()
    if worker:
        os.waitpid(worker, 0)
        return
    print(json.dumps({**start, **_answers(app, rounds)}), flush=True)
    os._exit(0)


def _answers(app: Flask, rounds: int) -> dict[str, Any]:
    begun = time.process_time()
    statements: list[str] = []
    _count_into(statements)
    visitor = app.test_client()
    page = _get(visitor, "/login/")
    first = {
        "first page": _ms(begun, time.process_time()),
        "statements of the first page": len(statements),
        "MB after the first page": memory(),
    }
    _log_in(visitor, page.text)
    pages = {name: _page(visitor, path, rounds, statements) for name, path in PAGES.items()}
    return {**first, "pages": pages, "MB after all pages": memory()}


def memory() -> float:
    """The memory that is this process's own share, in MB."""
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return round(int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0]) / 1024, 1)


def _page(visitor: Any, path: str, rounds: int, statements: list[str]) -> dict[str, Any]:
    begun = time.process_time()
    answer = _get(visitor, path)
    cold = _ms(begun, time.process_time())
    costs = []
    for _round in range(rounds):
        before, begun = len(statements), time.process_time()
        answer = _get(visitor, path)
        costs.append(_ms(begun, time.process_time()))
        if costs[-1] > 500:
            break
    return {
        "status": answer.status_code,
        "cold": cold,
        "ms": round(statistics.median(costs), 1),
        "statements": len(statements) - before,
        "KB": round(len(answer.data) / 1024, 1),
    }


def _count_into(statements: list[str]) -> None:
    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)


def _log_in(visitor: Any, page: str) -> None:
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    form = {"csrf_token": token, "username": USER, "password": PASSWORD}
    visitor.post("/login/", data=form, base_url=BASE, headers={"Referer": f"{BASE}/login/"})


def _get(visitor: Any, path: str) -> Any:
    return visitor.get(path, base_url=BASE)


def _ms(begun: float, ended: float) -> float:
    return round(1000 * (ended - begun), 1)


def main(words: list[str]) -> None:
    """Do what is asked, and print what was found as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["prepare", "measure"])
    parser.add_argument("--rounds", type=int, default=9)
    for name, value in vars(Size()).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    given = vars(parser.parse_args(words))
    task, rounds = given.pop("task"), given.pop("rounds")
    if task == "prepare":
        prepare(Size(**given))
    else:
        measure(Size(**given), rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
