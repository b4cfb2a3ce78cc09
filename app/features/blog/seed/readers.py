"""The readers of the demo newsletter, its last digest, and what the authors want to remember."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, insert, select

from app.extensions import db
from app.features.blog.models import Post
from app.features.blog.newsletter.models import (
    Digest,
    DigestState,
    Reminder,
    Subscriber,
    SubscriberState,
)
from app.features.blog.seed.moments import AGE_DAYS, REFERENCE, in_days

SUBSCRIBERS = 100
READERS = (
    "ana.ribeiro m.okonkwo jo.van.dijk yuki.sato p.lefevre ingrid.h tomas.benes leila.karimi"
    " d.osullivan rosa.fuentes nils.aberg kemal.ozkan w.krawczyk amina.diallo g.ferraro chen.li"
    " s.papadakis r.tavares eva.lindholm omar.nasser"
).split()
LOCALES = ("en", "pt", "de", "es", "fr", "ja", "ar")


def add_subscribers(factor: int) -> None:
    """Add the subscribers."""
    rows = [_subscriber(number) for number in range(SUBSCRIBERS * factor)]
    db.session.execute(insert(Subscriber), rows)


def add_digest(posts: Sequence[dict[str, Any]]) -> None:
    """Add the digest of one week."""
    end = datetime(2026, 11, 7, 10, 0, tzinfo=UTC)
    start = end - timedelta(days=7)
    count = sum(1 for post in posts if post["published_at"] and start < post["published_at"] <= end)
    is_active = Subscriber.state == SubscriberState.ACTIVE
    readers = db.session.scalar(select(func.count()).where(is_active)) or 0
    state = DigestState.SENT if count else DigestState.SKIPPED
    db.session.add(
        Digest(
            window_start=start,
            window_end=end,
            state=state,
            post_count=count,
            recipient_count=readers if count else 0,
        )
    )


def add_reminders(authors: Sequence[User]) -> None:
    """One for each author, about the newest post of theirs."""
    for number, author in enumerate(authors):
        newest = select(Post).where(Post.author_id == author.id).order_by(Post.created_at.desc())
        db.session.add(
            Reminder(
                owner=author,
                post=db.session.scalar(newest.limit(1)),
                email=author.email,
                text="Ask the archive for permission to use the photograph.",
                due_at=in_days(number * 3 + 2, hours=number),
            )
        )


def _subscriber(number: int) -> dict[str, Any]:
    """Eight of ten are active, one waits for the confirmation, one has left."""
    states = {4: SubscriberState.PENDING, 7: SubscriberState.UNSUBSCRIBED}
    state = states.get(number % 10, SubscriberState.ACTIVE)
    joined = REFERENCE - timedelta(days=(number * 37) % AGE_DAYS, hours=number % 24)
    again, which = divmod(number, len(READERS))
    email = f"{READERS[which]}{again + 1 if again else ''}@readers.example"
    is_pending = state is SubscriberState.PENDING
    return {
        "email": email,
        "locale": LOCALES[number % len(LOCALES)],
        "state": state,
        "token_hash": sha256(email.encode()).hexdigest() if is_pending else None,
        "confirmed_at": None if is_pending else joined + timedelta(hours=1),
        "left_at": joined + timedelta(days=40) if state is SubscriberState.UNSUBSCRIBED else None,
        "created_at": joined,
    }
