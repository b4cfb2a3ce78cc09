"""Jobs: small named functions that run after the commit, by a worker, at a time or on a schedule.

A job is an event of the outbox whose handler is the function, so it happens if the transaction
that enqueues it commits, survives a crash, and its writes happen exactly once.
"""

from app.core.jobs.groups import each
from app.core.jobs.job import Job, job
from app.core.jobs.progress import Progress

__all__ = ["Job", "Progress", "each", "job"]
