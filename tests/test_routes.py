"""Every address there is answers everybody in words, and no GET changes anything."""

import pytest
import sqlalchemy as sa

from app.core.views import ModelView
from app.extensions import db
from scripts.commands import command
from tests.core.zoo import add_zoo
from tests.crawl import first_key, sign_in

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FILLINGS = {
    "file_format": "csv",
    "version": "v1",
    "field": "created_by",
    "filename": "main.css",
    "path": "x",
    "number": "1",
    "year": "2026",
    "month": "1",
    "pk": "0",
    "key": "0",
    "key_id": "0",
}


@pytest.fixture(scope="session")
def routed_app(make_app):
    """The application with everything in it: all features with their demo, and the zoo."""
    app = make_app("sqlite")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    command(app, "seed")
    add_zoo(app)
    return app


def addresses(app, client, method):
    """Each address that takes `method`, its parts filled with what is really there."""
    views = {view.endpoint: view for view in app.appbuilder.baseviews}
    for rule in app.url_map.iter_rules():
        if method in rule.methods:
            view = views.get(rule.endpoint.rpartition(".")[0])
            values = {name: filling(client, view, name) for name in rule.arguments}
            with app.test_request_context():
                yield rule.endpoint, app.url_map.bind("").build(rule.endpoint, values, method)


def filling(client, view, name):
    screens = getattr(view, "view", view)
    if name == "pk" and isinstance(screens, ModelView):
        return first_key(client, screens) or "1"
    if name == "name" and isinstance(view, ModelView):
        return next(iter(view.charts_by_name), "x")
    return FILLINGS.get(name, "x")


KEPT_BY_THE_PLATFORM = {"security_event", "security_event_head"}
"""What an export or a refusal leaves behind: the record of it."""


NOTED_WITH_USE = {"security_session": {"seen_at", "idle_until"}}
"""Columns that say when something was used last, which a slow run of these tests may change."""


def snapshot(app):
    """All rows of all tables that hold what people see and change."""
    with app.app_context(), db.engine.connect() as connection:
        tables = {*sa.inspect(connection).get_table_names()} - KEPT_BY_THE_PLATFORM
        return {
            table: sorted(map(repr, connection.execute(sa.select(*columns).select_from(found))))
            for table in tables
            for found, columns in [table_of(table, connection)]
        }


def table_of(name, connection):
    """A table, and those of its columns that a GET must leave as they are."""
    noted = NOTED_WITH_USE.get(name, ())
    names = [column["name"] for column in sa.inspect(connection).get_columns(name)]
    return sa.table(name), [sa.literal_column(f'"{name}"') for name in names if name not in noted]


def broken(answers):
    """The answers that nobody should get, by address."""
    return {
        path: answer.status_code
        for path, answer in answers.items()
        if answer.status_code >= 500 or "Traceback" in answer.text
    }


def test_every_address_answers_a_visitor(routed_app):
    visitor, admin = routed_app.test_client(), sign_in(routed_app, "admin")
    before = snapshot(routed_app)

    answers = {
        f"{method} {path}": visitor.open(path, method=method)
        for method in METHODS
        for _endpoint, path in addresses(routed_app, admin, method)
    }

    assert len(answers) > 200
    assert broken(answers) == {}
    assert snapshot(routed_app) == before


def test_no_get_of_an_admin_fails_or_changes_anything(routed_app):
    admin = sign_in(routed_app, "admin")
    before = snapshot(routed_app)

    answers = {path: admin.get(path) for _endpoint, path in addresses(routed_app, admin, "GET")}

    assert len(answers) > 100
    assert broken(answers) == {}
    assert snapshot(routed_app) == before


def test_an_empty_change_of_an_admin_never_fails(routed_app):
    admin = sign_in(routed_app, "admin")
    found = {}
    for method in METHODS[1:]:
        for endpoint, path in addresses(routed_app, admin, method):
            # Whoever signs out can ask nothing more.
            if "logout" not in endpoint:
                body = {"json": {}} if path.startswith("/api/") else {"data": {}}
                found[f"{method} {path}"] = admin.open(path, method=method, **body)

    assert broken(found) == {}


def test_generated_pages_are_those_of_their_view(routed_app):
    with routed_app.app_context():
        endpoints = {rule.endpoint for rule in routed_app.url_map.iter_rules()}
        views = [view for view in routed_app.appbuilder.baseviews if isinstance(view, ModelView)]

    for view in views:
        for page in ("list", "show", "pick", "chart"):
            assert f"{type(view).__name__}.{page}" in endpoints
