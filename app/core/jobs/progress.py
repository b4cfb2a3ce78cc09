"""How far a job has come, told while it runs."""

from __future__ import annotations

import math
import time

from app.core.outbox import board
from app.core.outbox.running import current_claim
from app.core.outbox.steps import Steps

REPORT_SECONDS = 0.5
"""How much time passes between two reports that are written down."""


class Progress:
    """Given to a job that has a parameter called `progress`."""

    def __init__(self) -> None:
        # Where the job is called like a function, there is nothing to note it with.
        self._claim = current_claim()
        self._noted_at = -math.inf

    def report(self, done: int, total: int) -> None:
        """Say how much of the whole is done, as often as one likes.

        A job that was cancelled ends here, and so does one that another worker has taken over.
        """
        moment = time.monotonic()
        if self._claim is None or (done < total and moment - self._noted_at < REPORT_SECONDS):
            return
        self._noted_at = moment
        board.note(self._claim, Steps(done, total))
