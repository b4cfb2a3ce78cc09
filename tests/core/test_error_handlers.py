import sqlite3

import pytest
import sqlalchemy as sa
from flask import abort, redirect, request
from flask_wtf import CSRFProtect
from jinja2 import DictLoader
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import TooManyRequests

from app.core.error_handlers import init_errors
from app.core.errors import Forbidden, Invalid, NotFound, Unauthorized
from app.core.web import init_web
from app.extensions import db
from tests.core.conftest import Book, tables

TEMPLATES = {
    "errors/error.html": "<h1>{{ title }}</h1>{{ status }} {{ message }} {{ advice }}"
    " {{ request_id }}{% for name, found in errors.items() %} {{ name }}: {{ found }}{% endfor %}",
    "base/_toasts.html": "{% macro toast(category, message) %}"
    '<div class="toast {{ category }}">{{ message }}</div>{% endmacro %}',
}


def raising(error):
    def view():
        raise error

    return view


ERRORS = {
    "hidden": NotFound(),
    "forbidden": Forbidden("Only <b>Ana</b> may"),
    "invalid": Invalid(errors={"name": ["Too long"], "age": ["Too young"]}),
    "anonymous": Unauthorized(),
    "stale": StaleDataError("UPDATE book SET secret"),
    "bug": ZeroDivisionError("secret detail"),
    "throttled": TooManyRequests(retry_after=7),
    "pool": PoolTimeout("QueuePool limit"),
    "locked": OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked")),
    "sql": OperationalError("SELECT secret", {}, sqlite3.OperationalError("no such table")),
    "away": OperationalError(None, None, ConnectionError("refused")),
}


@pytest.fixture
def app(make_tiny):
    app = make_tiny(init_web, init_errors, PROPAGATE_EXCEPTIONS=False)
    app.jinja_loader = DictLoader(TEMPLATES)
    for name, error in ERRORS.items():
        app.add_url_rule(f"/{name}", name, raising(error))
        app.add_url_rule(f"/api/v1/{name}", f"api_{name}", raising(error))
    app.add_url_rule("/old", "old", lambda: redirect("/new"))
    app.add_url_rule(
        "/own", "own", lambda: abort(418, response=app.response_class("own answer", 418))
    )
    app.add_url_rule("/slash/", "slash", lambda: "ok")
    return app


@pytest.fixture
def client(app):
    return app.test_client()


def test_a_page_for_people(client):
    response = client.get("/hidden")

    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert response.headers["X-Request-ID"] in response.text


def test_a_message_is_escaped(client):
    assert "Only &lt;b&gt;Ana&lt;/b&gt; may" in client.get("/forbidden").text


def test_json_for_the_api(client):
    response = client.get("/api/v1/invalid")

    assert response.status_code == 422
    assert response.json == {
        "message": "Nothing was saved. The messages say what to change.",
        "code": "invalid",
        "errors": {"name": ["Too long"], "age": ["Too young"]},
    }


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("image/png", "text/html"),
    ],
)
def test_the_caller_chooses_the_form(client, accept, mimetype):
    response = client.get("/hidden", headers={"Accept": accept})

    assert response.mimetype == mimetype


def test_htmx_gets_a_toast_and_keeps_its_page(client):
    response = client.get("/invalid", headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert response.text.startswith('<div class="toast error">')
    assert "Too long Too young" in response.text
    assert response.headers["HX-Retarget"] == "#toasts"
    assert response.headers["HX-Reswap"] == "beforeend"


def test_a_boosted_link_gets_the_page(client):
    response = client.get("/hidden", headers={"HX-Request": "true", "HX-Boosted": "true"})

    assert response.text.startswith("<h1>")


def test_without_a_log_in_page_the_error_is_shown(client):
    assert client.get("/anonymous").status_code == 401


class AppBuilder:
    """As much of FAB's as a redirect to the log-in page needs."""

    def get_url_for_login_with(self, next_url):
        return f"/login/?next={next_url}"


def test_a_visitor_is_sent_to_log_in_and_back(app, client):
    app.appbuilder = AppBuilder()

    response = client.get("/anonymous?page=2")

    assert response.status_code == 302
    assert response.location == "/login/?next=/anonymous?page=2"


def test_a_fragment_sends_the_whole_page_to_log_in(app, client):
    app.appbuilder = AppBuilder()
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/list"}

    response = client.get("/anonymous", headers=headers)

    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login/?next=/list"


def test_a_client_of_the_api_is_never_redirected(app, client):
    app.appbuilder = AppBuilder()

    assert client.get("/api/v1/anonymous").status_code == 401


def test_werkzeug_errors_keep_their_headers(client):
    not_allowed = client.post("/hidden")
    throttled = client.get("/throttled", headers={"Accept": "application/json"})

    assert not_allowed.status_code == 405
    assert "GET" in not_allowed.headers["Allow"]
    assert throttled.headers["Retry-After"] == "7"
    assert throttled.json["code"] == "too_many_requests"


def test_redirects_and_ready_answers_pass(client):
    assert client.get("/old").location == "/new"
    assert client.get("/slash").status_code == 308
    assert client.get("/own").text == "own answer"


@pytest.mark.parametrize("name", ["bug", "sql"])
def test_a_fault_of_ours_is_logged_and_never_shown(client, caplog, name):
    page = client.get(f"/{name}")
    json = client.get(f"/api/v1/{name}")

    assert (page.status_code, json.status_code) == (500, 500)
    assert json.json["code"] == "internal_error"
    assert "secret" not in page.text + json.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("name", "code", "seconds"),
    [("away", "unavailable", "30"), ("pool", "busy", "5"), ("locked", "busy", "5")],
)
def test_a_database_that_is_away_or_busy_says_when_to_come_back(client, name, code, seconds):
    response = client.get(f"/api/v1/{name}")

    assert response.status_code == 503
    assert response.json["code"] == code
    assert response.headers["Retry-After"] == seconds


def test_a_save_on_an_older_version_is_a_conflict(client):
    response = client.get("/api/v1/stale")

    assert response.status_code == 409
    assert "secret" not in response.text


def test_an_error_page_that_fails_does_not_hide_the_error(app, client, caplog):
    app.jinja_loader = DictLoader({"errors/error.html": "{{ missing.attribute }}"})

    response = client.get("/forbidden")

    assert response.status_code == 403
    assert "Only &lt;b&gt;Ana&lt;/b&gt; may" in response.text
    assert "plain one" in caplog.text


def test_what_the_request_had_begun_is_not_saved(app, client):
    @app.get("/half")
    def half():
        db.session.add(Book(title="Half"))
        db.session.flush()
        raise Forbidden

    with tables(app):
        client.get("/half")

        assert db.session.scalar(sa.select(sa.func.count()).select_from(Book)) == 0


def test_a_refused_form_says_why(app):
    CSRFProtect(app)
    app.config["WTF_CSRF_ENABLED"] = True
    app.add_url_rule("/save", "save", lambda: request.form["x"], methods=["POST"])

    response = app.test_client().post("/save", data={"x": "1"})

    assert response.status_code == 400
    assert "The page was open too long" in response.text


def test_the_whole_application_answers_in_every_form(make_app):
    client = make_app().test_client()

    page = client.get("/nowhere")
    toast = client.get("/nowhere", headers={"HX-Request": "true"})
    json = client.get("/api/v1/nowhere")

    assert {page.status_code, toast.status_code, json.status_code} == {404}
    assert "<h1>Not found</h1>" in page.text
    assert 'class="toast error"' in toast.text
    assert "<html" not in toast.text
    assert json.json["code"] == "not_found"
