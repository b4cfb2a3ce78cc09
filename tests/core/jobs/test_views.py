"""The screens of jobs: read only, without their arguments, with what can be done about them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.jobs import each
from app.core.jobs.models import JobSchedule
from app.core.jobs.scheduler import Scheduler
from app.core.outbox import emit
from app.core.outbox.models import EventState, OutboxEvent
from app.extensions import db
from tests.core.jobs.conftest import events
from tests.core.outbox.conftest import only_event

JOBS = "/administration/jobs"
SCHEDULES = "/administration/schedules"


@pytest.fixture
def dead(db_session):
    """The key of a job that is on the dead list."""
    emit("test.dead", {"secret": "swordfish"})
    db.session.execute(sa.update(OutboxEvent).values(failed_at=now(), attempts=5, last_error="Oh"))
    db.session.commit()
    return only_event().id


@pytest.fixture
def put(db_session, client, cast, login):
    """`put(…)` writes a job with these values and gives its key; an administrator is signed in."""
    login(client, cast.admin)

    def make(**values):
        key = emit("test.put", {})
        if values:
            db.session.execute(sa.update(OutboxEvent).where(OutboxEvent.id == key).values(**values))
        db.session.commit()
        return key

    return make


@pytest.fixture
def daily(db_session, declare, client, cast, login):
    """The key of a schedule."""
    declare("test.daily", lambda: None, schedule="0 10 * * *", label="Water the plants")
    Scheduler().enqueue_due()
    login(client, cast.admin)
    return db.session.scalar(sa.select(JobSchedule.id).filter_by(name="test.daily"))


def act(client, area, name, *keys):
    data = {"key": [str(key) for key in keys]}
    return client.post(f"{area}/bulk/{name}", data=data, follow_redirects=True).text


def test_it_shows_what_has_failed_and_not_what_it_held(client, cast, login, dead):
    login(client, cast.admin)

    pages = [
        client.get(address).text
        for address in (
            f"{JOBS}/list/",
            f"{JOBS}/show/{dead}",
            f"{JOBS}/export/csv",
            f"/api/v1/jobs/{dead}",
            "/api/v1/jobs/",
        )
    ]

    for page in pages:
        assert "test.dead" in page
        assert "swordfish" not in page
    assert "Failed" in pages[0]


def test_a_dead_job_is_tried_again(client, cast, login, dead):
    login(client, cast.admin)

    page = act(client, JOBS, "retry", dead)

    assert "1 job is tried again." in page
    assert only_event().state is EventState.WAITING


def test_a_waiting_job_is_cancelled_and_one_that_is_done_is_not(client, put):
    waiting, done = put(), put(delivered_at=now())

    page = act(client, JOBS, "cancel", waiting, done)

    assert "1 job is cancelled." in page
    assert [job.state for job in events("test.put")] == [
        EventState.CANCELLED,
        EventState.DELIVERED,
    ]


def test_a_job_that_waits_for_its_time_runs_now(client, put, clock):
    from_next_year = put(due_at=now().replace(year=2027))

    page = act(client, JOBS, "run_now", from_next_year)

    assert "1 job runs now." in page
    assert only_event().due_at == now()


@pytest.mark.parametrize(("person", "status"), [("stranger", 403), (None, 302)])
@pytest.mark.parametrize("action", ["retry", "cancel", "run_now"])
def test_others_stay_outside(client, cast, login, dead, person, status, action):
    if person:
        login(client, getattr(cast, person))

    answers = [
        client.get(f"{JOBS}/list/"),
        client.post(f"{JOBS}/bulk/{action}", data={"key": str(dead)}),
    ]

    assert [answer.status_code for answer in answers] == [status, status]
    assert only_event().state is EventState.FAILED


@pytest.mark.parametrize("path", ["add", "edit/{}", "delete/{}"])
def test_nobody_changes_a_job_by_hand(client, cast, login, dead, path):
    login(client, cast.admin)

    assert client.post(f"{JOBS}/{path.format(dead)}").status_code in (403, 404)
    assert only_event().name == "test.dead"


def test_the_list_can_be_filtered_by_state(client, cast, login, dead):
    login(client, cast.admin)

    assert "test.dead" in client.get(f"{JOBS}/list/?filter=state:any:failed").text
    assert "test.dead" not in client.get(f"{JOBS}/list/?filter=state:any:delivered").text


def test_the_list_shows_a_bar_for_how_far_a_job_is(client, put):
    put(done=3, total=12)

    page = client.get(f"{JOBS}/list/").text

    assert '<progress max="12" value="3" aria-label="3 of 12">' in page


def test_the_export_says_how_far_a_job_is_in_words(client, put):
    put(done=3, total=12)

    assert "3 of 12" in client.get(f"{JOBS}/export/csv").text


@pytest.mark.parametrize(
    ("values", "offered"),
    [
        ({}, {"cancel", "run_now"}),
        ({"failed_at": now()}, {"retry", "cancel"}),
        ({"delivered_at": now()}, set()),
        ({"locked_until": now()}, {"cancel"}),
    ],
)
def test_the_page_of_a_job_offers_what_can_be_done(client, put, values, offered):
    page = client.get(f"{JOBS}/show/{put(**values)}").text

    assert {name for name in ("retry", "cancel", "run_now") if f"bulk/{name}" in page} == offered


def test_the_page_of_a_job_that_has_not_ended_looks_again(client, put):
    waiting, done = put(), put(delivered_at=now())

    pages = [client.get(f"{JOBS}/show/{key}").text for key in (waiting, done)]

    assert ['hx-trigger="every 2s"' in page for page in pages] == [True, False]


def test_the_last_step_of_a_group_says_why_it_waits(client, put, declare):
    job = declare("test.part", lambda: None)
    last = each(job, [{}, {}], then=job)
    db.session.execute(
        sa.update(OutboxEvent).filter_by(id=last).values(last_error="test.part 1: ValueError")
    )
    db.session.commit()

    page = client.get(f"{JOBS}/show/{last}").text

    assert "Blocked" in page
    assert "0 of 2" in page
    assert "test.part 1: ValueError" in page
    assert "until that part is tried again or cancelled" in page


def test_a_schedule_is_shown_with_its_next_tick(client, daily, clock):
    page = client.get(f"{SCHEDULES}/list/").text

    assert "Water the plants" in page
    assert "0 10 * * * UTC" in page
    assert "10:00" in page


def test_a_scheduled_job_runs_once_more_when_somebody_wants_it(client, daily):
    page = act(client, SCHEDULES, "run_now", daily)

    (event,) = events("test.daily")
    assert "1 job runs now." in page
    assert (event.state, event.dedupe_key) == (EventState.WAITING, None)


def test_a_schedule_whose_job_is_gone_runs_nothing(client, put):
    db.session.add(JobSchedule(name="test.gone", schedule="* * * * * UTC", last_tick=now()))
    db.session.commit()
    key = db.session.scalar(sa.select(JobSchedule.id).filter_by(name="test.gone"))

    page = act(client, SCHEDULES, "run_now", key)

    assert "0 jobs run now." in page
    assert "test.gone" in page
