"""Who gets which answer from which route: reads `matrix.toml`, finds rows to ask for, and asks."""

from __future__ import annotations

import contextlib
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, g
from flask_appbuilder.security.sqla.models import User
from flask_login import login_user
from werkzeug.routing import IntegerConverter, UnicodeConverter, UUIDConverter

from app.core.api import ModelRestApi
from app.core.fields import encode_key
from app.core.history.columns import is_recorded
from app.core.kinds.file import File
from app.core.views import ModelView
from app.extensions import db
from tests.core.zoo import find_row

FILE = Path(__file__).with_name("matrix.toml")
CALLERS = ("visitor", "no role", "wrong role", "foreign row", "own row", "admin")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
VERBS = {
    "bulk_edit": "edit",
    "cell": "edit",
    "file": "read",
    "get": "read",
    "patch": "edit",
    "post": "add",
    "preview": "read",
    "purge": "delete",
    "put": "edit",
    "recover": "delete",
    "restore": "edit",
    "history": "read",
    "show": "read",
}
"""The verb that a route asks for, where it is not called like the route."""
OFFERED = frozenset({"add", "edit", "delete", "export"})
"""Verbs that a view may not offer; then nobody holds them."""
NOTHING = {
    UnicodeConverter: "x",
    IntegerConverter: 999_999,
    UUIDConverter: uuid.UUID("00000000-0000-4000-8000-000000000000"),
}
"""What stands for nothing in an address."""
NO_ROW = "999999"


@dataclass(frozen=True)
class Route:
    """One method of one address; `section` and `name` are its place in the table."""

    section: str
    name: str
    method: str
    rule: Any
    view: Any = None

    @property
    def key(self) -> str:
        """What the table calls it, with what is special about it in this view."""
        return f"{self.name} {self.method}{self._variant()}"

    @property
    def screens(self) -> ModelView | None:
        """The model view whose rights and rows the route obeys."""
        found = getattr(self.view, "view", self.view)
        return found if isinstance(found, ModelView) else None

    @property
    def label(self) -> str:
        """The name of that view."""
        return type(self.screens).__name__

    @property
    def verb(self) -> str:
        if self.name in ("operate", "bulk"):
            return self.part("operation" if self.name == "operate" else "name") or "read"
        return VERBS.get(self.name, self.name)

    def part(self, name: str) -> str | None:
        """What a part of the address names in this view; None where there is nothing."""
        view = self.screens
        assert view is not None
        found: dict[str, Any] = {
            "operation": singles_of(view),
            "file_format": ["csv"],
            "field": [f.name for f in view.form_fields("add") if f.is_relation],
            "relation": list(view.nested),
            "name": list(view.charts_by_name) if "chart" in self.name else list(view.actions),
        }
        if self.name == "cell":
            found["field"] = list(view.derived.inline_columns)
        if self.name == "file":
            fields = view.gate.fields().values()
            found["field"] = [f.name for f in fields if isinstance(f.kind, File)]
        if self.name == "trash_bulk":
            found["name"] = ["recover"]
        return next(iter(found[name]), None)

    def _variant(self) -> str:
        view = self.screens
        if view is None:
            return ""
        if self.verb in OFFERED and f"can_{self.verb}" not in view.base_permissions:
            return ", not offered"
        if self.name == "history" and not is_recorded(view.derived.model):
            return ", none kept"
        parts = set(self.rule.arguments) - {"pk"}
        return "" if all(self.part(name) for name in parts) else ", nothing to name"


@dataclass
class Rows:
    """Keys by who asks, view and verb; and one of each view that is hidden from the owner."""

    own: dict[tuple[str, str, str], str] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)


def singles_of(view: Any) -> list[str]:
    """The operations that a view offers on one row."""
    return [action.name for action in view.actions.values() if action.single]


@cache
def declared() -> dict[str, dict[str, Any]]:
    """The table, by section."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def routes_of(app: Flask) -> Iterator[Route]:
    """All routes there are."""
    views = {view.endpoint: view for view in app.appbuilder.baseviews}  # type: ignore[attr-defined]
    for rule in app.url_map.iter_rules():
        owner, _dot, name = rule.endpoint.rpartition(".")
        view = views.get(owner)
        for method in sorted({*METHODS} & (rule.methods or set())):
            if isinstance(view, ModelView):
                yield Route("pages", name, method, rule, view)
            elif isinstance(view, ModelRestApi):
                yield Route("rest", name, method, rule, view)
            else:
                yield Route("others", rule.endpoint, method, rule, view)


def answers_of(route: Route) -> list[str] | None:
    """What the table says of a route, for each caller; None where it says nothing.

    Whoever asks needs a context of a request in which the owner is signed in.
    """
    table = declared()
    found = table[route.section].get(route.key)
    if route.screens is not None:
        if route.label in table["public"]["views"]:
            found = table["public"].get(f"{route.section} {route.key}", found)
        exceptions = table["views"].get(route.label, {})
        found = exceptions.get(f"{route.section} {route.key}", found)
    return found.split() if found else None


def undeclared(app: Flask) -> list[str]:
    """The routes that the table says nothing of."""
    with signed_in(app, "owner"):
        return sorted({f"{r.section}: {r.key}" for r in routes_of(app) if answers_of(r) is None})


def unused(app: Flask) -> list[str]:
    """What the table says of routes that do not exist."""
    with signed_in(app, "owner"):
        routes = list(routes_of(app))
        there = {(r.section, r.key) for r in routes}
        special = {(r.label, f"{r.section} {r.key}") for r in routes if r.screens is not None}
    table = declared()
    lines = [(s, key) for s in ("pages", "rest", "others") for key in table[s]]
    open_to_all = [
        f"public: {key}"
        for key in table["public"].keys() - {"views"}
        if not any((view, key) in special for view in table["public"]["views"])
    ]
    exceptions = [(view, key) for view, entries in table["views"].items() for key in entries]
    return (
        [f"{s}: {key}" for s, key in lines if (s, key) not in there]
        + [f"{view}: {key}" for view, key in exceptions if (view, key) not in special]
        + open_to_all
    )


@contextlib.contextmanager
def signed_in(app: Flask, name: str) -> Iterator[None]:
    """The context of a request that one of the cast makes."""
    with app.test_request_context():
        user = find_row(User, username=f"cast-{name}")
        login_user(user)
        g.user = user
        yield
        db.session.remove()


def find_rows(app: Flask) -> Rows:
    """Rows of every view that owner and admin may do each verb to, and one that is hidden."""
    rows = Rows()
    for who in ("owner", "admin"):
        with signed_in(app, who):
            for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
                if isinstance(view, ModelView):
                    _find_rows_of(view, who, rows)
    return rows


def _find_rows_of(view: ModelView, who: str, rows: Rows) -> None:
    label = type(view).__name__
    for verb in sorted({*VERBS.values(), *singles_of(view)}):
        row = db.session.scalars(view.gate.rows(verb).limit(1)).unique().first()
        if row is not None:
            rows.own[who, label, verb] = encode_key(row)
    if who == "owner":
        seen = {encode_key(row) for row in db.session.scalars(view.gate.rows()).unique()}
        everything = db.session.scalars(sa.select(view.derived.model)).unique()
        hidden = sorted({encode_key(row) for row in everything} - seen)
        rows.foreign |= {label: hidden[0]} if hidden else {}


def path_of(route: Route, caller: str, rows: Rows, known: dict[str, dict[str, Any]]) -> str | None:
    """The address with its parts filled in; None where there is no such row to ask for."""
    values: dict[str, Any] = {}
    for name, converter in route.rule._converters.items():
        special = known.get(f"{route.name} {name}")
        if special is not None:
            value = special.get(caller, special["own row"])
        elif route.screens is None:
            value = {"version": "v1", "pk": "1"}.get(name, NOTHING.get(type(converter), "x"))
        elif name == "pk":
            value = _key_for(route, caller, rows)
        else:
            value = route.part(name) or "x"
        if value is None:
            return None
        values[name] = value
    path: str = route.rule.build(values, append_unknown=False)[1]
    return path


def _key_for(route: Route, caller: str, rows: Rows) -> str | None:
    if caller == "foreign row":
        return rows.foreign.get(route.label)
    who = "admin" if caller == "admin" else "owner"
    found = rows.own.get((who, route.label, route.verb)) or rows.own.get((who, route.label, "read"))
    return found or NO_ROW


def ask(client: Any, route: Route, path: str) -> str:
    """The answer as the table writes it; what is sent is as empty as can be."""
    body: dict[str, Any] = {}
    if route.method != "GET":
        body = {"json": {}} if path.startswith("/api/") else {"data": {}}
    answer = client.open(path, method=route.method, **body)
    leads_to = answer.headers.get("Location", "").partition("?")[0]
    return "login" if leads_to == "/login/" else str(answer.status_code)
