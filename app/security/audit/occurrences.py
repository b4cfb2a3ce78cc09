"""Hears of what ring 1 has to tell: exports, refusals, and what is taken out of the history."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from threading import Lock
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, request
from flask_login import current_user

from app.core.clock import now
from app.core.signals import Occurrence, noticed
from app.extensions import db
from app.security.audit.models import Outcome
from app.security.audit.record import note

PAUSE = datetime.timedelta(minutes=1)
KEPT_KEYS = 5_000
_EXTENSION = "bureau_repeated_events"


class Repetitions:
    """Lets one event of a kind through each minute, and counts those that it held back.

    Each process counts for itself: a loop of refused requests writes a row a minute in each, which
    is few enough.
    """

    def __init__(self, size: int = KEPT_KEYS) -> None:
        self._size = size
        self._seen: OrderedDict[tuple[Any, ...], tuple[datetime.datetime, int]] = OrderedDict()
        self._lock = Lock()

    def forget(self) -> None:
        """Begin anew, as a process does that has just been started."""
        with self._lock:
            self._seen.clear()

    def pass_on(self, *key: Any) -> int | None:
        """How many were held back before this one; None where it is to be held back itself."""
        moment = now()
        with self._lock:
            last, held_back = self._seen.get(key, (None, 0))
            if last is not None and moment - last < PAUSE:
                self._seen[key] = (last, held_back + 1)
                return None
            self._seen[key] = (moment, 0)
            self._seen.move_to_end(key)
            while len(self._seen) > self._size:
                self._seen.popitem(last=False)
            return held_back


def listen_to_the_platform(app: Flask) -> None:
    """Begin to listen; a second application changes nothing."""
    app.extensions[_EXTENSION] = Repetitions()
    noticed.connect(record_occurrence)


def pass_on(*key: Any) -> int | None:
    """Whether an event that a stranger can cause at will is to be recorded, see `Repetitions`."""
    found: Repetitions = current_app.extensions[_EXTENSION]
    return found.pass_on(*key)


def record_occurrence(_sender: Any, occurrence: Occurrence) -> None:
    """Record what ring 1 announces; that visitors are refused everything is no news."""
    if _EXTENSION not in current_app.extensions:
        return
    details = dict(occurrence.details)
    if occurrence.outcome == Outcome.REFUSED:
        if not current_user.is_authenticated:
            return
        # After a rollback the row would have to be read again to tell its key; its identity is
        # still known.
        user = sa.inspect(current_user._get_current_object()).identity
        held_back = pass_on(user, request.endpoint, occurrence.kind)
        if held_back is None:
            return
        details["repeated"] = held_back or None
    outcome = Outcome(occurrence.outcome)
    survives = occurrence.stands_alone or outcome is not Outcome.SUCCESS
    note(
        db.session(),
        occurrence.kind,
        outcome=outcome,
        target=occurrence.target,
        survives=survives,
        **details,
    )
