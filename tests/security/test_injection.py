"""No text that anybody stores or sends becomes markup, a script, a header, a path or a formula."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote, urlencode

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, Role, User
from openpyxl import load_workbook
from sqlalchemy.exc import SQLAlchemyError

from app.core.fields import fields_of
from app.core.history.models import Change, Operation
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from app.security.audit import SecurityEvent, record_event
from scripts.commands import command
from tests.core.zoo import add_zoo
from tests.crawl import model_views, sign_in
from tests.security.corpus import FORMULAS, HEADERS, HOSTS, MARK, PATHS, SCRIPTS
from tests.security.markup import Page, faults_of

LEFT_ALONE = {User, SecurityEvent, Change, Operation, OutboxEvent}
"""Written by the platform; what people can bring into them comes in by the front door here."""
GROUPS = "/administration/groups/export"
EVERYTHING = "".join(SCRIPTS)
LIST_PARAMETERS = ("q", "filter", "sort", "page", "page_size", "columns", "view", "next", "after")


@pytest.fixture(scope="module")
def poisoned(make_app):
    """The application with everything in it, and a payload in each text of each model."""
    app = make_app("sqlite")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    command(app, "seed")
    add_zoo(app)
    with app.app_context():
        db.session.add_all(Group(name=f"Group {number}") for number in range(len(SCRIPTS)))
        db.session.commit()
        models = {view.derived.model for view in model_views(app)} - LEFT_ALONE
        counts = {model.__name__: poison(model) for model in models}
        for payload in SCRIPTS:
            admin = db.session.scalars(sa.select(User).filter_by(username="cast-admin")).one()
            record_event(payload, target=(payload, payload, payload), user=admin, note=payload)
            record_event("export", target=payload, **{payload: [payload, payload]})
        db.session.add_all(OutboxEvent(name=p, payload={}, last_error=p) for p in SCRIPTS)
        db.session.commit()
        poison(User, ("first_name", "last_name", "email"))
        db.session.remove()
    assert sum(counts.values()) > 500, counts
    return app


def poison(model, names=None):
    """Write the payloads into the texts of the rows that there are, past all forms; how many."""
    texts = [
        field.name
        for field in fields_of(model).values()
        if field.column is not None and not field.is_key and isinstance(field.column.type, TEXTS)
    ]
    payloads, count = iter(SCRIPTS * 40), 0
    for row in db.session.scalars(sa.select(model).limit(40)).unique().all():
        for name in names or texts:
            key = {a.key: getattr(row, a.key) for a in sa.inspect(model).column_attrs}
            where = [c == key[sa.inspect(model).get_property_by_column(c).key] for c in keys(model)]
            try:
                with db.session.begin_nested():
                    statement = sa.update(model).where(*where).values({name: next(payloads)})
                    db.session.execute(statement, execution_options=UNSYNCHRONISED)
                count += 1
            except SQLAlchemyError:
                # A rule of the table refuses it; then nobody can have it there.
                continue
    db.session.commit()
    return count


TEXTS = (sa.String, sa.types.TypeDecorator)
UNSYNCHRONISED = {"synchronize_session": False}


def keys(model):
    return sa.inspect(model).primary_key


@pytest.fixture(scope="module")
def admin(poisoned):
    """The administrator's browser."""
    return sign_in(poisoned, "admin")


def pages_of(app, client, view):
    """Every page of a view, with rows that hold payloads."""
    base, rest = view.route_base, f"/api/v1/{view.plural}"
    # All columns that may be asked for, long ones too.
    with app.test_request_context():
        names = ",".join(name for name in view.derived.fields if name in view.derived.offered)
        charts = list(view.charts_by_name)
    yield from (f"{base}/list/?page_size=100", f"{base}/list/?view=related&page_size=100")
    yield f"{base}/list/?{urlencode({'columns': names, 'page_size': 100})}"
    yield from (f"{base}/chart/", f"{base}/trash/", f"{base}/add")
    yield from (f"{base}/export/{kind}" for kind in ("csv", "json", "xlsx"))
    for name in charts:
        yield from (f"{base}/chart/{name}", f"{base}/chart/{name}/csv")
    yield from (f"{rest}/?page_size=100", f"{rest}/_info")
    answer = client.get(f"{rest}/?page_size=100")
    found = answer.json["ids"][:8] if answer.status_code == 200 else []
    for key in found:
        yield from (f"{base}/{page}/{key}" for page in ("show", "edit", "delete", "history"))
        yield from (f"{rest}/{key}", f"{rest}/{key}/history")


def test_no_stored_text_becomes_markup(poisoned, admin):
    found, seen = {}, 0
    for view in model_views(poisoned):
        for path in pages_of(poisoned, admin, view):
            answer = admin.get(path)
            assert answer.status_code < 500, path
            seen += MARK in answer.text if answer.mimetype == "text/html" else 0
            if faults := faults_of(answer):
                found[path] = faults

    assert found == {}
    assert seen > 300


def test_no_parameter_of_any_view_becomes_markup(poisoned, admin):
    found = {}
    for view in model_views(poisoned):
        for path in sent(view, EVERYTHING):
            answer = admin.get(path)
            assert answer.status_code < 500, path
            if faults := faults_of(answer):
                found[path] = faults

    assert found == {}


@pytest.mark.parametrize("payload", SCRIPTS)
def test_no_parameter_becomes_markup(poisoned, admin, payload):
    (view,) = (view for view in model_views(poisoned) if view.plural == "todo-lists")
    for path in sent(view, payload):
        answer = admin.get(path)

        assert answer.status_code < 500, path
        assert faults_of(answer) == [], path


def sent(view, payload):
    """The addresses of a view with a payload in each of their parameters."""
    text = next(iter(view.derived.search_columns), "id").partition(".")[0]
    queries = [{name: payload} for name in LIST_PARAMETERS]
    queries += [{"filter": f"{text}:contains:{payload[:200]}"}, {payload: payload}]
    for page in ("list/", "chart/", "export/csv", "pick/created_by", "trash/"):
        for query in queries if page == "list/" else queries[:1]:
            yield f"{view.route_base}/{page}?{urlencode(query)}"


@pytest.mark.parametrize("payload", SCRIPTS)
@pytest.mark.parametrize(
    "path", ["/{}", "/blog/posts/show/{}", "/login/?next={}", "/api/v1/posts/{}", "/swagger/{}"]
)
def test_no_address_becomes_markup(poisoned, admin, payload, path):
    for client in (admin, poisoned.test_client()):
        answer = client.get(path.format(quote(payload)), headers={"Referer": payload})

        assert answer.status_code < 500
        if "Content-Type" in answer.headers and answer.status_code != 308:
            assert faults_of(answer) == []


def test_no_text_of_a_refused_form_of_any_view_becomes_markup(poisoned, admin):
    found = {}
    for view in model_views(poisoned):
        for page, answer in refused(view, admin, EVERYTHING):
            assert answer.status_code < 500, page
            if answer.status_code not in (302, 303) and (faults := faults_of(answer)):
                found[page] = faults

    assert found == {}


@pytest.mark.parametrize("payload", SCRIPTS)
def test_no_text_of_a_refused_form_becomes_markup(poisoned, admin, payload):
    (view,) = (view for view in model_views(poisoned) if view.plural == "todo-items")
    login = poisoned.test_client().post("/login/", data={"username": payload, "password": "x"})

    assert faults_of(login) == []
    for page, answer in refused(view, admin, payload):
        assert answer.status_code < 500, page
        assert answer.status_code in (302, 303) or faults_of(answer) == [], page


def refused(view, client, payload):
    """The answers to forms of a view that have a payload in each of their fields."""
    data = dict.fromkeys(view.derived.fields, payload) | {"_version": payload, "next": payload}
    for name in ("add", "bulk/delete", f"bulk/{MARK}"):
        page = f"{view.route_base}/{name}"
        yield page, client.post(page, data=data | {"key": payload})


def test_form_that_meets_another_change_escapes_both(poisoned, admin):
    found, statuses = {}, set()
    for view in model_views(poisoned):
        answer = admin.get(f"/api/v1/{view.plural}/")
        for key in answer.json["ids"][:1] if answer.status_code == 200 else ():
            data = dict.fromkeys(view.derived.fields, SCRIPTS[1]) | {"_version": "0", "next": "x"}
            page = admin.post(f"{view.route_base}/edit/{key}", data=data)
            statuses.add(page.status_code)
            assert page.status_code < 500
            if page.status_code not in (302, 303) and (faults := faults_of(page)):
                found[f"{view.route_base}/edit/{key}"] = faults

    assert found == {}
    assert {409, 422} & statuses


def test_reader_of_pages_finds_a_payload():
    for payload in (f"<{MARK}>", "<p onclick=x()>", "<script>x()</script>", "<p style=x>"):
        assert Page(payload, "abc").faults, payload
    assert Page("<a href='java\nscript:x()'>", "abc").faults
    assert (
        Page(f"<a href='/x?a:b'>&lt;{MARK}&gt;</a><script nonce=abc>1</script>", "abc").faults == []
    )


@pytest.mark.parametrize("payload", HOSTS)
def test_no_door_leads_to_another_host(poisoned, payload):
    visitor, admin = poisoned.test_client(), sign_in(poisoned, "admin")
    name = {"username": "cast-owner", "password": "correct horse battery staple"}
    answers = [
        admin.get("/login/", query_string={"next": payload}),
        visitor.post("/login/", data=name | {"next": payload}),
        admin.post("/todo/todo-lists/bulk/delete", data={"next": payload, "key": "1"}),
        admin.post("/todo/todo-lists/bulk/delete", data={"key": "1"}, headers=referrer(payload)),
        visitor.get("/", environ_overrides={"PATH_INFO": as_bytes(f"/{payload}")}),
        visitor.get("/", environ_overrides={"PATH_INFO": as_bytes(payload)}),
        poisoned.test_client().get("/home/", query_string={"next": payload}),
    ]

    for answer in answers:
        assert answer.status_code < 500
        location = answer.headers.get("Location", "/")
        assert leads_home(location), location


def as_bytes(path):
    """The path as a server hands it on: bytes, each as one character (PEP 3333)."""
    return path.encode().decode("latin-1")


def leads_home(location):
    """Whether a browser stays where it is, which reads more into an address than a parser does."""
    seen = "".join(c for c in location if c.isprintable()).strip().replace("\\", "/")
    if seen.startswith("http://localhost/"):
        seen = seen.removeprefix("http://localhost")
    return seen.startswith("/") and not seen.startswith("//")


def referrer(payload):
    """A header that a client can send; others never get as far as us."""
    return {"Referer": payload} if payload.isprintable() and payload.isascii() else {}


@pytest.mark.parametrize("payload", PATHS)
@pytest.mark.parametrize(
    "base", ["/static/dist/", "/static/", "/blog/posts/export/", "/blog/posts/show/", "/"]
)
def test_no_path_leaves_its_folder(poisoned, admin, payload, base):
    answer = admin.get(f"{base}{payload}", follow_redirects=False)

    assert answer.status_code in (301, 302, 308, 400, 404)
    for secret in ("SECRET_KEY", "root:", "[fonts]"):
        assert secret not in answer.text


@pytest.mark.parametrize("payload", HEADERS)
def test_no_text_begins_another_header(poisoned, payload):
    admin = sign_in(poisoned, "admin")
    query = {"next": f"/{payload}", "q": payload, "columns": payload}
    answers = [
        admin.get("/login/", query_string=query),
        admin.get("/todo/todo-lists/list/", query_string=query),
        admin.get("/todo/todo-lists/export/csv", query_string={"q": payload}),
        admin.post("/todo/todo-lists/bulk/delete", data={"next": f"/{payload}", "key": "1"}),
        admin.get(f"/{quote(payload)}"),
        admin.get(f"/blog/posts/export/{quote(payload)}"),
    ]

    for answer in answers:
        assert answer.status_code < 500
        assert "evil" not in "".join(answer.headers.getlist("Set-Cookie"))
        for _name, value in answer.headers:
            assert "\r" not in value
            assert "\n" not in value


@pytest.mark.parametrize("payload", FORMULAS)
def test_no_text_becomes_a_formula(poisoned, admin, payload):
    with poisoned.app_context():
        name = f"formula-{FORMULAS.index(payload)}"
        db.session.add(Group(name=name, description=payload))
        db.session.commit()
        db.session.remove()
    query = f"?filter=name:eq:{name}&columns=description"

    (written,) = list(csv.reader(io.StringIO(text_of(admin, f"csv{query}"), newline="")))[1]
    sheet = load_workbook(io.BytesIO(admin.get(f"{GROUPS}/xlsx{query}").data)).active
    cell = sheet.cell(2, 1)

    assert is_harmless(written), written
    assert written.removeprefix("'") == payload or written == payload
    # A workbook says of each cell what it is: a text that begins like a formula stays a text.
    assert (cell.data_type, cell.value) == ("s", payload.replace("\r", "_x000D_"))


def text_of(admin, what):
    return admin.get(f"{GROUPS}/{what}").data.decode("utf-8-sig")


def is_harmless(text):
    """Whether no spreadsheet takes the text for a formula, whatever it drops from its beginning."""
    begins = "".join(c for c in text if c.isprintable() and not c.isspace())
    return not begins.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def test_roles_and_groups_are_among_the_poisoned(poisoned):
    with poisoned.app_context():
        for model in (Role, Group):
            assert any(MARK in name for name in db.session.scalars(sa.select(model.name))), model
