"""Readers of the newsletter."""

from __future__ import annotations

from typing import Any

from app.core.clock import now
from app.extensions import db
from app.features.blog.newsletter.models import Subscriber, SubscriberState


def make_reader(email: str = "ana@readers.example", **values: Any) -> Subscriber:
    """Somebody who gets the newsletter, unless the values say otherwise."""
    known = {"locale": "en", "state": SubscriberState.ACTIVE, "confirmed_at": now()}
    reader = Subscriber(email=email, **known | values)
    db.session.add(reader)
    db.session.commit()
    return reader
