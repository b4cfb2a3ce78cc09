"""Jobs that belong together: one for each of many things, and a last step after all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.core.jobs.job import Job
from app.core.outbox.emit import emit_group


def each(
    part: Job, arguments: Iterable[Mapping[str, Any]], *, then: Job, **then_arguments: Any
) -> int:
    """Enqueue `part` once for each of the arguments, and `then` after the last of them.

    All of it happens if the caller's transaction commits. The parts may run at the same time. The
    last step runs once; while a part is on the dead list it waits, and says so on the screen of
    jobs, until somebody tries that part again or cancels it. Gives the key of the last step.
    """
    payloads = [part.payload(given) for given in arguments]
    return emit_group(part.name, payloads, then.name, then.payload(then_arguments))
