"""What a job is: a function with a name, perhaps with a schedule."""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Callable, Mapping
from functools import update_wrapper
from types import MappingProxyType
from typing import Any

from app.core.jobs.progress import Progress
from app.core.jobs.schedules import Schedule
from app.core.outbox.emit import emit
from app.core.outbox.handlers import FailureHandler, forget_handler, handles

PROGRESS = "progress"
_jobs: dict[str, Job] = {}


class Job:
    """A function that can be enqueued; called like a function it runs right here."""

    def __init__(self, function: Callable[..., Any], name: str, label: Any, schedule: str) -> None:
        self.function = function
        self.name = name
        self.label = label or name
        self.schedule = Schedule(schedule) if schedule else None
        self._takes = inspect.signature(function)
        update_wrapper(self, function)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.function(*arguments, **named)

    def enqueue(
        self,
        *,
        dedupe_key: str | None = None,
        due_at: datetime.datetime | None = None,
        **arguments: Any,
    ) -> int | None:
        """Let it run after the commit of this transaction, or from `due_at` on.

        `arguments` are JSON: keys of rows rather than rows. Of jobs with the same `dedupe_key`
        there is only the first; for the others this gives None instead of the key of the row.
        """
        payload = self.payload(arguments)
        return emit(self.name, payload, dedupe_key=dedupe_key, due_at=due_at)

    def payload(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments, looked at before they are written: a mistake shows where it was made."""
        self._takes.bind(**self._extra(), **arguments)
        return dict(arguments)

    def run(self, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Be the handler of the event."""
        found: Mapping[str, Any] | None = self.function(**self._extra(), **payload)
        return found

    def _extra(self) -> dict[str, Progress]:
        return {PROGRESS: Progress()} if PROGRESS in self._takes.parameters else {}


def job(
    name: str,
    *,
    schedule: str = "",
    label: Any = None,
    on_failure: FailureHandler | None = None,
) -> Callable[[Callable[..., Any]], Job]:
    """Make a function a job called `name`, which is `<feature>.<verb>`.

    It writes through `db.session` and commits nothing; what it returns is the result that the
    screen of jobs keeps, a mapping of JSON or None. `schedule` has the five fields of cron, in the
    time zone of the site. A parameter called `progress` is given a `Progress`.
    """

    def declare(function: Callable[..., Any]) -> Job:
        made = Job(function, name, label, schedule)
        if _jobs.setdefault(name, made) is not made:
            raise ValueError(f"two jobs are called {name!r}")
        handles(name, label=label, on_failure=on_failure)(made.run)
        return made

    return declare


def known_jobs() -> Mapping[str, Job]:
    """Every job of this process, by name."""
    return MappingProxyType(_jobs)


def forget_job(name: str) -> None:
    """Undo `job`, as tests do."""
    _jobs.pop(name, None)
    forget_handler(name)
