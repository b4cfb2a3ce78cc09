"""The screens of jobs: what waits, runs, was done and has failed, and what runs on a schedule."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _, ngettext

from app.core.jobs.job import known_jobs
from app.core.jobs.models import JobSchedule
from app.core.outbox.deciding import cancel, retry, run_now
from app.core.outbox.models import EventState, OutboxEvent
from app.core.query.rules import hidden
from app.core.views import ModelView, action
from app.core.views.actions import Action
from app.extensions import db

OFFERED = {
    EventState.WAITING: ("cancel", "run_now"),
    EventState.BLOCKED: ("cancel", "run_now"),
    EventState.RUNNING: ("cancel",),
    EventState.FAILED: ("retry", "cancel"),
}
"""What can be done with a job, by how far it is."""


class JobView(ModelView):
    """Jobs and other events, read only; they can be tried again, cancelled, and hurried up."""

    datamodel = SQLAInterface(OutboxEvent)
    list_title = _("Jobs")
    record_title = _("Job")
    plural = "jobs"
    show_template = "jobs/show.html"
    label_columns = {
        "label": _("Job"),
        "name": _("Name"),
        "state": _("State"),
        "progress": _("Progress"),
        "attempts": _("Tries"),
        "created_at": _("Enqueued"),
        "due_at": _("Due"),
        "started_at": _("Started"),
        "delivered_at": _("Done"),
        "failed_at": _("Given up"),
        "cancelled_at": _("Cancelled"),
        "last_error": _("Last error"),
        "result": _("Result"),
        "parts_left": _("Parts that are left"),
        "dedupe_key": _("Key"),
    }
    list_columns = ["label", "state", "progress", "attempts", "due_at", "last_error", "created_at"]
    show_columns = [
        "label",
        "name",
        "state",
        "progress",
        "parts_left",
        "attempts",
        "result",
        "last_error",
        "created_at",
        "due_at",
        "started_at",
        "delivered_at",
        "failed_at",
        "cancelled_at",
        "dedupe_key",
    ]
    search_columns = ["name", "last_error"]
    filter_columns = ["state", "name", "attempts", "created_at", "due_at", "delivered_at"]
    order_columns = ["name", "state", "attempts", "due_at", "created_at"]
    exclude_columns = ["payload", "done", "total", "locked_until", "then_id"]
    base_order = ("created_at", "desc")
    # Arguments may name people and rows that this reader has no right to.
    field_rules = [hidden("payload")]
    charts = ()
    is_readonly = True
    icon = "bolt"

    def offered(self, job: OutboxEvent, actions: Sequence[Action]) -> list[Action]:
        """Those of the actions that change something about this job."""
        return [found for found in actions if found.name in OFFERED.get(job.state, ())]

    @action("retry", _("Try again"), icon="refresh")
    def retry(self, jobs: Sequence[OutboxEvent]) -> str:
        """Take jobs off the dead list."""
        count = retry([job.id for job in jobs])
        db.session.commit()
        return ngettext("%(num)d job is tried again.", "%(num)d jobs are tried again.", count)

    @action(
        "cancel",
        _("Cancel job"),
        confirmation=_("A job that runs stops when it next reports, and what it wrote is undone."),
        icon="close",
    )
    def cancel(self, jobs: Sequence[OutboxEvent]) -> str:
        """Cancel what has not ended; what has stays as it is."""
        count = cancel([job.id for job in jobs])
        db.session.commit()
        return ngettext("%(num)d job is cancelled.", "%(num)d jobs are cancelled.", count)

    @action("run_now", _("Run now"), icon="bolt")
    def run_now(self, jobs: Sequence[OutboxEvent]) -> str:
        """Wait neither for the time nor for the parts of a group."""
        count = run_now([job.id for job in jobs])
        db.session.commit()
        return ngettext("%(num)d job runs now.", "%(num)d jobs run now.", count)


class JobScheduleView(ModelView):
    """Jobs that run on a schedule, which can also be run in between."""

    datamodel = SQLAInterface(JobSchedule)
    list_title = _("Schedules")
    record_title = _("Schedule")
    plural = "schedules"
    label_columns = {
        "label": _("Job"),
        "name": _("Name"),
        "schedule": _("Schedule"),
        "last_tick": _("Last due"),
        "next_tick": _("Next due"),
    }
    list_columns = ["label", "schedule", "last_tick", "next_tick", "name"]
    show_columns = ["label", "name", "schedule", "last_tick", "next_tick"]
    search_columns = ["name"]
    filter_columns = ["name", "schedule", "last_tick"]
    base_order = ("name", "asc")
    charts = ()
    is_readonly = True
    icon = "clock"

    @action("run_now", _("Run now"), icon="bolt")
    def run_now(self, schedules: Sequence[JobSchedule]) -> str:
        """Run the jobs once more, beside their schedule."""
        found = [known_jobs()[row.name] for row in schedules if row.name in known_jobs()]
        for job in found:
            job.enqueue()
        db.session.commit()
        return ngettext("%(num)d job runs now.", "%(num)d jobs run now.", len(found))
