"""The route matrix: every route, asked by everybody, answers what `matrix.toml` declares."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, PermissionView, Role, User

from app.content.comments.models import CommentBlock
from app.core.clock import now
from app.core.jobs.models import JobSchedule
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from app.features.blog.models import Post
from app.features.blog.newsletter.models import Digest
from app.features.todo.models import TodoMember
from app.mail.models import MailMessage, MailText
from app.security.keys.operations import make_key
from app.security.links.models import Registration
from app.security.models import UserSession
from app.security.rights.sets import Rights
from app.security.sessions.store import session_of
from scripts.commands import command
from tests.core.zoo import add_zoo, find_row
from tests.fixtures.database import rolled_back
from tests.matrix import (
    CALLERS,
    answers_of,
    ask,
    find_rows,
    path_of,
    routes_of,
    signed_in,
    undeclared,
    unused,
)

PEOPLE = {"no role": "stranger", "foreign row": "owner", "own row": "owner", "admin": "admin"}
CLERKS = {"clerk-badge": "Badge", "clerk-pen": "Pen"}
"""Each holds every right on one subject alone, so that each subject has a clerk of another."""


@pytest.fixture(scope="module")
def matrix_app(make_app):
    """Everything there is, with rows of the owner's and rows of somebody else's."""
    app = make_app("sqlite")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    command(app, "seed")
    add_zoo(app)
    with app.app_context():
        add_clerks()
        add_rows()
        db.session.remove()
    for name in ("owner", "admin"):
        add_list(client_of(app, name), name)
    return app


@pytest.fixture(scope="module")
def rows(matrix_app):
    return find_rows(matrix_app)


@pytest.fixture(scope="module")
def known(matrix_app, rows) -> dict[str, dict[str, Any]]:
    """What stands in the addresses of pages that belong to no model view."""
    with matrix_app.app_context():
        keys = {name: key_id_of(name) for name in ("owner", "teammate", "admin")}
        sessions = {name: session_id_of(name) for name in keys}
        trashed = str(find_row(Post, slug="trashed").id)
        db.session.remove()
    people = {"own row": "owner", "foreign row": "teammate", "admin": "admin"}
    diaries = {
        "own row": rows.own["owner", "DiaryView", "edit"],
        "foreign row": rows.foreign["DiaryView"],
        "admin": rows.own["admin", "DiaryView", "edit"],
    }
    return {
        "OwnKeysView.revoke key_id": {who: keys[name] for who, name in people.items()},
        "OwnSessionsView.end key": {who: sessions[name] for who, name in people.items()},
        **{f"{name} pk": {"own row": trashed} for name in ("purge", "recover")},
        "presence.heartbeat plural": {"own row": "diaries"},
        "presence.heartbeat key": diaries,
        "markdown.preview plural": {"own row": "diaries"},
        **{
            f"attachments.{name} plural": {"own row": "posts"}
            for name in ("pictures", "upload", "upload_for_new")
        },
        **{f"attachments.{name} key": {"own row": trashed} for name in ("pictures", "upload")},
    }


def add_clerks() -> None:
    """Two users with the wrong role, whatever the route is."""
    rights = db.session.scalars(sa.select(PermissionView)).all()
    for name, subject in CLERKS.items():
        role = Role(name=name, permissions=[r for r in rights if r.view_menu.name == subject])
        values = {"first_name": "C", "last_name": "C", "email": f"{name}@cast.example"}
        db.session.add(User(username=f"cast-{name}", active=True, roles=[role], **values))
    db.session.commit()


def add_rows() -> None:
    """A row of each table that is filled by what happens."""
    for name in ("owner", "teammate", "admin"):
        user = find_row(User, username=f"cast-{name}")
        make_key(user, f"Of {name}", Rights())
        session_of(user)
    mail = {"recipient": "x@x.example", "locale": "en", "subject": "x", "message_id": "x"}
    db.session.add_all(
        [
            MailMessage(name="x", text="x", html="<p>x", **mail),
            OutboxEvent(name="x", payload={}, failed_at=now()),
            JobSchedule(name="x", schedule="* * * * * UTC", last_tick=now()),
            Registration(first_name="R", last_name="R", email="r@cast.example"),
            Group(name="matrix", label="", description=""),
            CommentBlock(value="x@x.example"),
            MailText(name="blog_digest", locale="pt", subject="x", text="x", html="<p>x"),
            Post(title="x", slug="trashed", body="x", author_id=user.id, deleted_at=now()),
        ]
    )
    # One that waits can be changed, and keeps another from being added.
    db.session.add(Digest(window_start=now() - timedelta(days=1), window_end=now()))
    db.session.commit()


def add_list(client, name: str) -> None:
    """A list with an item, and shared with somebody."""
    made = client.post("/api/v1/todo-lists/", json={"name": f"Of {name}"}).json["id"]
    client.post("/api/v1/todo-items/", json={"list": made, "title": f"Of {name}"})
    with client.application.app_context():
        friend = find_row(User, username="cast-teammate")
        db.session.add(TodoMember(list_id=int(made), user_id=friend.id))
        db.session.commit()
        db.session.remove()


def key_id_of(name: str) -> int:
    user = find_row(User, username=f"cast-{name}")
    statement = sa.text("SELECT id FROM security_api_key WHERE user_id = :user")
    return db.session.scalar(statement, {"user": user.id})


def session_id_of(name: str) -> int:
    user = find_row(User, username=f"cast-{name}")
    return db.session.scalar(sa.select(UserSession.id).where(UserSession.user_id == user.id))


def client_of(app, name: str | None):
    """The browser of one of the cast, or of a visitor."""
    client = app.test_client()
    if name is not None:
        with app.app_context():
            held = session_of(find_row(User, username=f"cast-{name}"))
            db.session.remove()
        with client.session_transaction() as session:
            session.update(held)
    return client


def name_of(caller: str, route) -> str | None:
    """Who of the cast asks; whose role is the wrong one depends on the route."""
    if caller != "wrong role":
        return PEOPLE.get(caller)
    subject = getattr(route.screens, "class_permission_name", "")
    return next(clerk for clerk, held in CLERKS.items() if held != subject)


def observe(app, caller, rows, known):
    """Each route with what this caller was answered, and what the table says; undone each time."""
    with signed_in(app, "owner"):
        asked = [
            (route, route.key, answers_of(route), path_of(route, caller, rows, known))
            for route in routes_of(app)
        ]
    held = {}
    for name in {name_of(caller, route) for route, _key, _answers, _path in asked}:
        client = client_of(app, name)
        with client.session_transaction() as session:
            held[name] = dict(session)
    for route, key, answers, path in asked:
        if path is not None:
            client = app.test_client()
            with client.session_transaction() as session:
                session.update(held[name_of(caller, route)])
            # Nothing has to be undone that no GET does, and not every export can be.
            undone = contextlib.nullcontext() if route.method == "GET" else rolled_back(app)
            with undone:
                yield route, key, answers, path, ask(client, route, path)


@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_answers_everybody_as_declared(matrix_app, rows, known, caller):
    place = CALLERS.index(caller)
    wrong = defaultdict(list)
    count = 0

    for route, key, answers, path, found in observe(matrix_app, caller, rows, known):
        count += 1
        expected = answers[place] if answers else "nothing"
        if found not in expected.split("/"):
            wrong[f"{route.section}: {key}: {found}, not {expected}"].append(path)

    assert count > 200
    assert dict(wrong) == {}


def test_every_route_is_declared(matrix_app):
    assert undeclared(matrix_app) == []


def test_nothing_is_declared_that_does_not_exist(matrix_app):
    assert unused(matrix_app) == []


def test_every_answer_is_declared_for_everybody(matrix_app):
    with signed_in(matrix_app, "owner"):
        for route in routes_of(matrix_app):
            assert len(answers_of(route) or CALLERS) == len(CALLERS), route.key


def test_rows_of_somebody_else_are_really_asked_for(rows):
    ruled = {"DiaryView", "KeeperView", "TodoItemView", "TodoListView", "TodoMemberView"}

    assert {*rows.foreign} >= ruled
    assert len(rows.foreign) >= 10


def test_a_route_that_nobody_declared_is_seen(make_app):
    app = make_app("sqlite")
    before = undeclared(app)

    app.add_url_rule("/planted/", "planted", lambda: "x")
    view = next(v for v in app.appbuilder.baseviews if type(v).__name__ == "UserView")
    app.add_url_rule("/planted/<pk>", f"{view.endpoint}.planted", lambda pk: "x", methods=["POST"])

    assert set(undeclared(app)) - set(before) == {"others: planted GET", "pages: planted POST"}
