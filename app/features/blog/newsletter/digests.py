"""Digests: which posts are in one, who gets it, and sending it in parts.

A digest ends when it starts: whoever confirms their address after that is in the next one. Each
reader's mail has a key of its own, so that a part which runs twice writes nobody a second mail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.sql import ColumnElement

from app.content.markup import excerpt
from app.core.clock import now
from app.core.errors import Conflict
from app.extensions import db
from app.features.blog.addresses import whole_url_of
from app.features.blog.models import Post
from app.features.blog.newsletter import links, mails
from app.features.blog.newsletter.models import (
    Digest,
    DigestState,
    Frequency,
    Subscriber,
    SubscriberState,
)
from app.features.blog.site.queries import is_public, select_teasers
from app.mail import send
from app.mail.rendering import Rendered, render

PART_SIZE = 50
"""Readers of one part: few enough to be written to long before the lease of a worker is over."""
MAX_POSTS = 20
"""Posts in one mail; of further ones it says how many there are."""
MAX_READ = 200
PREVIEW_LENGTH = 300
AS_IT_IS = {"populate_existing": True}
"""Read anew what this session has read before: others change it as well."""
WEEK, MONTH = timedelta(days=7), timedelta(days=31)

HAS_STARTED = sa.or_(Digest.started_at.is_not(None), Digest.state != DigestState.PLANNED)
WAITS = sa.not_(HAS_STARTED)


@dataclass(frozen=True)
class Teaser:
    """A post, as mails show it."""

    text: int
    """The post that it is a translation of, or its own key."""
    locale: str
    is_original: bool
    shown: Mapping[str, Any]

    @classmethod
    def of(cls, row: Any) -> Teaser:
        """Make it of a row of `select_teasers`."""
        shown = {
            "title": row.title,
            "author": row.author,
            "published_at": row.published_at,
            "preview": row.summary or excerpt(row.body or row.quote or "", PREVIEW_LENGTH),
            "url": whole_url_of("post", slug=row.slug),
        }
        return cls(row.original_id or row.id, row.locale, row.original_id is None, shown)

    def rank(self, locale: str) -> tuple[bool, bool]:
        """How well it suits a reader among the same post in other languages."""
        return self.locale == locale, self.is_original


@dataclass(frozen=True)
class Contents:
    """The posts that appeared in a span of time."""

    since: datetime
    teasers: Sequence[Teaser] = ()

    @property
    def count(self) -> int:
        """How many posts there are; one in several languages is one."""
        return len({teaser.text for teaser in self.teasers})

    def read_in(self, locale: str) -> list[Mapping[str, Any]]:
        """The posts for a reader; of one in several languages theirs, else the original."""
        best: dict[int, Teaser] = {}
        for teaser in self.teasers:
            known = best.setdefault(teaser.text, teaser)
            best[teaser.text] = max(known, teaser, key=lambda each: each.rank(locale))
        return [teaser.shown for teaser in best.values()]


class Outlook(NamedTuple):
    """What becomes of a digest."""

    posts: int
    readers: int


def last_end() -> datetime | None:
    """When the last digest ended; whoever asks next waits until this transaction is over."""
    latest = sa.select(Digest.window_end).where(HAS_STARTED).order_by(Digest.window_end.desc())
    db.session.scalar(latest.limit(1).with_for_update())
    return db.session.scalar(latest.limit(1))


def waiting_digest() -> Digest | None:
    """The one that somebody has prepared, and that has not started."""
    return db.session.scalar(
        sa.select(Digest).where(WAITS).with_for_update(), execution_options=AS_IT_IS
    )


def find(key: int) -> Digest | None:
    """A digest as it is now; None where somebody has deleted it."""
    return db.session.scalar(sa.select(Digest).where(Digest.id == key), execution_options=AS_IT_IS)


def start_next() -> Digest | None:
    """Start the digest that waits, or one without an introduction; the caller commits.

    None where the last one has just ended.
    """
    digest = waiting_digest()
    if digest is None:
        digest = Digest()
        db.session.add(digest)
    with db.session.no_autoflush:
        is_started = close(digest)
    if not is_started:
        db.session.expunge(digest) if digest.id is None else db.session.expire(digest)
        return None
    return digest


def close(digest: Digest) -> bool:
    """End the span of a digest now; it is skipped where there is no post. The caller commits."""
    moment, before = now(), last_end()
    start = before or moment - WEEK
    if start >= moment:
        return False
    digest.window_start, digest.window_end, digest.started_at = start, moment, moment
    digest.month_start = _month_start(moment)
    digest.post_count = contents(start, moment).count
    if not digest.post_count and not _monthly(digest).count:
        digest.state = DigestState.SKIPPED
    db.session.flush()
    return True


def refuse_started(digest: Digest) -> None:
    """Raise where a digest is on its way already."""
    if not digest.is_waiting:
        raise Conflict(_("This digest was sent already."), code="digest_started")


def parts_of(digest: Digest) -> list[dict[str, int]]:
    """The readers of a digest in spans of keys, which are the arguments of its parts."""
    wanted = sa.select(Subscriber.id).where(is_reader(digest)).order_by(Subscriber.id)
    keys = list(db.session.scalars(wanted))
    chunks = [keys[at : at + PART_SIZE] for at in range(0, len(keys), PART_SIZE)]
    return [{"digest": digest.id, "first": chunk[0], "last": chunk[-1]} for chunk in chunks]


def is_reader(digest: Digest) -> ColumnElement[bool]:
    """Who gets this digest: active, not on a break, and confirmed before it ended."""
    moment = now() if digest.is_waiting else digest.window_end
    wanted = [Frequency.WEEKLY]
    if digest.month_start is not None:
        wanted.append(Frequency.MONTHLY)
    return sa.and_(
        Subscriber.state == SubscriberState.ACTIVE,
        Subscriber.confirmed_at <= moment,
        Subscriber.frequency.in_(wanted),
        sa.or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= moment),
    )


def write_part(digest: Digest, first: int, last: int) -> int:
    """Write to the readers with these keys; gives the number of mails. The caller commits."""
    readers = sa.select(Subscriber).where(is_reader(digest), Subscriber.id.between(first, last))
    by_frequency = {
        Frequency.WEEKLY: _weekly(digest),
        Frequency.MONTHLY: _monthly(digest),
    }
    written = 0
    for reader in db.session.scalars(readers, execution_options=AS_IT_IS):
        found = by_frequency[reader.frequency]
        if found.count and _write(digest, found, reader) is not None:
            written += 1
    # In the statement and not in the row, because other parts count as well.
    count = Digest.recipient_count + written
    db.session.execute(
        sa.update(Digest)
        .where(Digest.id == digest.id)
        .values(recipient_count=count, version=Digest.version + 1),
        execution_options={"synchronize_session": False},
    )
    return written


def outlook(digest: Digest) -> Outlook:
    """How many posts a digest has now, and how many people get it."""
    wanted = sa.select(sa.func.count()).select_from(Subscriber).where(is_reader(digest))
    return Outlook(_weekly(digest).count, int(db.session.scalar(wanted) or 0))


def preview(digest: Digest, locale: str) -> Rendered | None:
    """The mail as a reader would get it now, or got it; None where there is no post."""
    found = _weekly(digest)
    return render(mails.DIGEST, _values(digest, found, locale), locale) if found.count else None


def contents(start: datetime, end: datetime) -> Contents:
    """The posts that appeared after `start` and until `end` and are still there, newest first."""
    statement = (
        select_teasers()
        .add_columns(Post.original_id)
        .where(is_public(), Post.published_at > start, Post.published_at <= end)
        .limit(MAX_READ)
    )
    return Contents(start, tuple(Teaser.of(row) for row in db.session.execute(statement)))


def _weekly(digest: Digest) -> Contents:
    """What a digest tells everybody; one that waits has not ended yet."""
    return contents(digest.window_start, now() if digest.is_waiting else digest.window_end)


def _monthly(digest: Digest) -> Contents:
    """What readers are told once a month; nothing in a digest that is not the first of a month."""
    if digest.month_start is None:
        return Contents(digest.window_start)
    return contents(digest.month_start, digest.window_end)


def _month_start(moment: datetime) -> datetime | None:
    """From when on monthly readers are told; None where they had their digest of this month."""
    zone = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    is_monthly = sa.and_(HAS_STARTED, Digest.month_start.is_not(None))
    before = db.session.scalar(sa.select(sa.func.max(Digest.window_end)).where(is_monthly))
    if before is None:
        return moment - MONTH
    then, today = before.astimezone(zone), moment.astimezone(zone)
    return None if (then.year, then.month) == (today.year, today.month) else before


def _write(digest: Digest, found: Contents, reader: Subscriber) -> int | None:
    return send(
        mails.DIGEST,
        to=reader.email,
        locale=reader.locale,
        dedupe_key=f"digest:{digest.id}:{reader.id}",
        unsubscribe=links.leave_url(reader.id),
        **_values(digest, found, reader.locale, reader.id),
    )


def _values(digest: Digest, found: Contents, locale: str, key: int | None = None) -> dict[str, Any]:
    """What the templates of a digest ask for; a preview has nobody's links."""
    ask_url, posts = links.ask_url(), found.read_in(locale)
    return {
        "since": found.since,
        "introduction": [line for line in (digest.introduction or "").splitlines() if line.strip()],
        "posts": posts[:MAX_POSTS],
        "more": max(0, len(posts) - MAX_POSTS),
        "blog_url": whole_url_of("home"),
        "choices_url": ask_url if key is None else links.choices_url(key),
        "leave_url": ask_url if key is None else links.leave_url(key),
    }
