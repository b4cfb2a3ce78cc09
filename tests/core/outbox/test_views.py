"""The screen of the outbox: read only, without the contents of the events, with a second try."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.outbox import emit
from app.core.outbox.models import EventState, OutboxEvent
from app.extensions import db
from tests.core.outbox.conftest import only_event

LIST = "/administration/outbox/list/"


@pytest.fixture
def dead(db_session):
    """The key of an event that is on the dead list."""
    emit("test.dead", {"secret": "swordfish"})
    db.session.execute(sa.update(OutboxEvent).values(failed_at=now(), attempts=5, last_error="Oh"))
    db.session.commit()
    return only_event().id


def test_it_shows_what_has_failed_and_not_what_it_held(client, cast, login, dead):
    login(client, cast.admin)

    pages = [
        client.get(address).text
        for address in (
            LIST,
            f"/administration/outbox/show/{dead}",
            "/administration/outbox/export/csv",
            f"/api/v1/outbox/{dead}",
            "/api/v1/outbox/",
        )
    ]

    for page in pages:
        assert "test.dead" in page
        assert "swordfish" not in page
    assert "Failed" in pages[0]


def test_an_event_is_tried_again(client, cast, login, dead):
    login(client, cast.admin)

    page = client.post(
        "/administration/outbox/bulk/retry", data={"key": [str(dead)]}, follow_redirects=True
    )

    assert "1 event is tried again." in page.text
    assert only_event().state is EventState.WAITING


@pytest.mark.parametrize(("person", "status"), [("stranger", 403), (None, 302)])
def test_others_stay_outside(client, cast, login, dead, person, status):
    if person:
        login(client, getattr(cast, person))

    answers = [
        client.get(LIST),
        client.post("/administration/outbox/bulk/retry", data={"key": str(dead)}),
    ]

    assert [answer.status_code for answer in answers] == [status, status]
    assert only_event().state is EventState.FAILED


@pytest.mark.parametrize("path", ["add", "edit/{}", "delete/{}"])
def test_nobody_changes_an_event_by_hand(client, cast, login, dead, path):
    login(client, cast.admin)

    assert client.post(f"/administration/outbox/{path.format(dead)}").status_code in (403, 404)
    assert only_event().name == "test.dead"


def test_the_list_can_be_filtered_by_state(client, cast, login, dead):
    login(client, cast.admin)

    assert "test.dead" in client.get(f"{LIST}?filter=state:any:failed").text
    assert "test.dead" not in client.get(f"{LIST}?filter=state:any:delivered").text
