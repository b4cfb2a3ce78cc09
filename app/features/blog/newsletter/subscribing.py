"""Subscribing, confirming, choosing and leaving: what readers do themselves, without an account.

What is typed into the box of a public page says nothing about who subscribes already: the request
writes one event, whatever the address, and all that follows comes by mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.clock import now
from app.core.outbox import emit, handles
from app.core.outbox.handlers import Payload
from app.extensions import db
from app.features.blog.newsletter import links, mails
from app.features.blog.newsletter.models import Frequency, Subscriber, SubscriberState
from app.mail import send
from app.mail.signals import bounced
from app.mail.writing import withdraw

EVENT = "blog.subscription_asked"
AGAIN_AFTER = timedelta(minutes=10)
"""How long a repeated request sends nothing new."""
REMIND_AFTER = timedelta(days=1)
"""How often somebody who subscribes already is told so at most."""


def ask_subscription(email: str, locale: str) -> None:
    """Have a mail sent to this address, whatever is known of it; the caller commits."""
    emit(EVENT, {"email": email, "locale": locale})


@handles(EVENT)
def answer_request(payload: Payload) -> None:
    """Ask whoever reads the address whether it was them, or tell them that they subscribe."""
    subscriber = find_by_email(payload["email"]) or _add(payload["email"], payload["locale"])
    if subscriber.state is SubscriberState.ACTIVE:
        if _is_due(subscriber.asked_at, REMIND_AFTER):
            _tell_subscribed(subscriber)
    elif _is_due(subscriber.asked_at, AGAIN_AFTER):
        subscriber.locale = payload["locale"]
        _ask_confirmation(subscriber)


def find_by_email(email: str) -> Subscriber | None:
    """The subscriber with this address, locked for the rest of the transaction."""
    return _locked(Subscriber.email == email)


def find_by_confirmation(token: str) -> Subscriber | None:
    """Whom a token can still confirm, locked."""
    return _locked(
        Subscriber.token_hash == links.digest_of(token),
        Subscriber.asked_at > now() - links.LIFETIME,
    )


def find_reader(key: int, *, is_locked: bool = False) -> Subscriber | None:
    """The subscriber with this key, who may be gone."""
    return _locked(Subscriber.id == key) if is_locked else db.session.get(Subscriber, key)


def confirm(subscriber: Subscriber) -> None:
    """Begin to write to somebody; the link is used up. The caller commits."""
    subscriber.state = SubscriberState.ACTIVE
    subscriber.confirmed_at = now()
    subscriber.left_at = subscriber.asked_at = subscriber.token_hash = None
    if subscriber.frequency is Frequency.NONE:
        subscriber.frequency = Frequency.WEEKLY


def leave(subscriber: Subscriber) -> None:
    """Write to somebody no more; leaving twice changes nothing. The caller commits."""
    if subscriber.state is not SubscriberState.UNSUBSCRIBED:
        _end(subscriber, SubscriberState.UNSUBSCRIBED)


def choose(subscriber: Subscriber, chosen: Mapping[str, Any]) -> None:
    """Keep how a reader wants to be written to; the caller commits."""
    subscriber.locale = chosen["locale"]
    subscriber.frequency = chosen["frequency"]
    subscriber.paused_until = chosen["paused_until"]
    if subscriber.frequency is Frequency.NONE or subscriber.paused_until is not None:
        withdraw(mails.DIGEST, to=subscriber.email)


@bounced.connect
def note_bounce(_name: str, address: str) -> None:
    """Write no more to an address that nobody reads."""
    subscriber = find_by_email(address)
    if subscriber is not None and subscriber.state in (
        SubscriberState.ACTIVE,
        SubscriberState.PENDING,
    ):
        _end(subscriber, SubscriberState.BOUNCED)


def _add(email: str, locale: str) -> Subscriber:
    """Somebody new; of two who answer the same address at once, the second takes the first's."""
    made = Subscriber(email=email, locale=locale)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        found = find_by_email(email)
        if found is None:
            raise
        return found
    return made


def _locked(*where: sa.ColumnElement[bool]) -> Subscriber | None:
    """A subscriber as they are now, whatever this session has read of them before."""
    wanted = sa.select(Subscriber).where(*where).with_for_update()
    return db.session.scalar(wanted, execution_options={"populate_existing": True})


def _end(subscriber: Subscriber, state: SubscriberState) -> None:
    subscriber.state, subscriber.left_at, subscriber.token_hash = state, now(), None
    # A digest may wait for hours where so many mails a minute may leave and no more.
    withdraw(mails.DIGEST, to=subscriber.email)


def _is_due(last: datetime | None, after: timedelta) -> bool:
    return last is None or last <= now() - after


def _ask_confirmation(subscriber: Subscriber) -> None:
    """Send the link; whoever left is asked like somebody new."""
    moment = now()
    subscriber.state, subscriber.asked_at = SubscriberState.PENDING, moment
    send(
        mails.CONFIRMATION,
        to=subscriber.email,
        locale=subscriber.locale,
        url=links.confirm_url(links.confirmation_token(subscriber)),
        until=moment + links.LIFETIME,
    )


def _tell_subscribed(subscriber: Subscriber) -> None:
    subscriber.asked_at = now()
    send(
        mails.ALREADY_SUBSCRIBED,
        to=subscriber.email,
        locale=subscriber.locale,
        unsubscribe=links.leave_url(subscriber.id),
        url=links.choices_url(subscriber.id),
    )
