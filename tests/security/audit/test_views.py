"""The screen of the security events: to read, to search and to export, and nothing else."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.extensions import db
from app.security.audit import record_event
from app.security.audit.models import SecurityEvent
from tests.security.conftest import user_named

pytestmark = pytest.mark.both_databases
LIST = "/administration/security-events/"


@pytest.fixture
def admin(app, client, login, cast):
    """The administrator's browser, in an application with some events."""
    record_event(
        "export", target=("User", None, "User"), user=cast.owner, file_format="csv", rows=9
    )
    record_event("log-in", outcome="failure", target=cast.teammate)
    record_event("rights-given", target=cast.stranger, user=cast.admin, roles=["Team", "Writers"])
    db.session.commit()
    return login(client, cast.admin)


def last(kind):
    statement = sa.select(SecurityEvent).where(SecurityEvent.kind == kind)
    return db.session.scalars(statement.order_by(SecurityEvent.id.desc())).first()


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("filter=kind:any:export", "cast-owner", "Teammate Cast"),
        ("filter=outcome:any:failure", "Teammate Cast", "Stranger Cast"),
        ("filter=username:eq:cast-owner", "Export", "Teammate Cast"),
        ("q=Stranger", "Rights given", "Teammate Cast"),
    ],
)
def test_events_are_found(admin, query, seen, unseen):
    page = admin.get(f"{LIST}list/?{query}").text.partition("<tbody>")[2]

    assert seen in page
    assert unseen not in page


def test_events_are_found_by_time_and_address(admin):
    tomorrow = (now() + datetime.timedelta(days=1)).date().isoformat()

    assert "Export" in admin.get(f"{LIST}list/?filter=at:lt:{tomorrow}T00:00").text
    assert "<tbody>" not in admin.get(f"{LIST}list/?filter=at:gt:{tomorrow}T00:00").text
    assert "Export" in admin.get(f"{LIST}list/?filter=address:eq:127.0.0.1").text
    assert "<tbody>" not in admin.get(f"{LIST}list/?filter=address:eq:192.0.2.7").text


def test_page_tells_the_story_with_links(admin, cast):
    page = admin.get(f"{LIST}show/{last('rights-given').id}").text

    assert "Rights given" in page
    assert f'href="/administration/users/show/{cast.stranger.id}"' in page
    assert f'href="/administration/users/show/{cast.admin.id}"' in page
    for word in ("Team", "Writers", last("rights-given").hash):
        assert word in page


def test_nobody_changes_an_event(admin):
    key = last("export").id

    for path in ("add", f"edit/{key}", f"delete/{key}"):
        assert admin.post(f"{LIST}{path}").status_code in (403, 404, 405), path
    for method in ("PUT", "PATCH", "DELETE"):
        answer = admin.open(f"/api/v1/security-events/{key}", method=method, json={"kind": "x"})
        assert answer.status_code in (403, 404, 405), method
    assert admin.post("/api/v1/security-events/", json={"kind": "x"}).status_code in (403, 404, 405)
    assert last("export") is not None


def test_who_has_no_right_sees_nothing(app, login, cast):
    stranger = login(app.test_client(), cast.stranger)

    for path in ("list/", "show/1", "export/csv", "chart/"):
        assert stranger.get(f"{LIST}{path}").status_code == 403, path
    assert stranger.get("/api/v1/security-events/").status_code == 403


def test_export_of_events_is_an_event(admin, events, app):
    admin.get(f"{LIST}export/csv").close()

    assert events(app, "export")[-1].subject == "SecurityEvent"


def test_screens_keep_their_budgets(admin, statements):
    key = last("export").id
    for path, budget in ((f"{LIST}list/", 6), (f"{LIST}show/{key}", 8)):
        admin.get(path)
        with statements() as seen:
            assert admin.get(path).status_code == 200
        assert len(seen) <= budget, path


def test_kinds_are_translated(admin):
    page = admin.get(f"{LIST}show/{last('export').id}", headers={"Accept-Language": "pt"}).text

    assert user_named("cast-owner").username in page
