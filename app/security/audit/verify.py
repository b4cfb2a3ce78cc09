"""Walks the chain of security events and says where it is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from flask_appbuilder.security.sqla.models import User

from app.extensions import db
from app.security.audit.chain import audit_keys, hash_of, seal_of
from app.security.audit.models import FIRST_HASH, THE_HEAD, EventHead, SecurityEvent

BATCH = 1_000
_EVENTS: Any = SecurityEvent.__table__
_HEAD: Any = EventHead.__table__


class Broken(Exception):
    """The chain does not hold; the message says where and what is wrong."""


@dataclass(frozen=True)
class Chain:
    """A chain that holds: the number of its events and the hash of the last one."""

    count: int
    last_hash: str


def verify_chain(expected: tuple[int, str] | None = None) -> Chain:
    """Check every event, the order of all, and that none is missing; raises `Broken`.

    `expected` is a number of an event and its hash as they were kept elsewhere: whoever could put
    back an older copy of the whole database cannot change what stands there. What is written in
    the meantime is left for the next time.
    """
    try:
        head = _read_head()
        walk = _Walk(audit_keys())
        for row in _rows(head["count"]):
            walk.check(row)
            _compare(expected, walk.count, walk.last_hash)
        _check_end(head, walk)
        if expected is not None and expected[0] > walk.count:
            raise Broken(f"Event {expected[0]} is missing: the chain ends at {walk.count}.")
        return Chain(walk.count, walk.last_hash)
    finally:
        db.session.rollback()


class _Walk:
    """Checks one event after the other; a newer key is never followed by an older one."""

    def __init__(self, keys: list[bytes]) -> None:
        self.count = 0
        self.last_hash = FIRST_HASH
        self.keys = keys

    def check(self, row: Mapping[str, Any]) -> None:
        self.count += 1
        if row["id"] != self.count:
            raise Broken(f"Event {self.count} is missing; the next one is {row['id']}.")
        if row["previous_hash"] != self.last_hash:
            raise Broken(f"Event {self.count} does not follow the one before it.")
        while not compare_digest(row["hash"], hash_of(row, self.keys[0])):
            if len(self.keys) == 1:
                raise Broken(
                    f"Event {self.count} is not as it was written: its hash does not match."
                )
            self.keys = self.keys[1:]
        self.last_hash = row["hash"]


@click.command("verify-audit")
@click.option("--expect", metavar="NUMBER:HASH", help="What this command has said before.")
@with_appcontext
def verify_audit(expect: str | None) -> None:
    """Say whether any security event was changed, removed or put elsewhere."""
    try:
        found = verify_chain(_read_expected(expect))
    except Broken as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{found.count} events are as they were written.")
    click.echo(f"To compare with later: --expect {found.count}:{found.last_hash}")


def _rows(end: int) -> Iterator[Mapping[str, Any]]:
    """The events up to a number, in their order, a batch at a time, each statement on its own."""
    last = None
    while True:
        statement = sa.select(_EVENTS).where(_EVENTS.c.id <= end).order_by(_EVENTS.c.id)
        if last is not None:
            statement = statement.where(_EVENTS.c.id > last)
        batch = db.session.execute(statement.limit(BATCH)).mappings().all()
        yield from (dict(row) for row in batch)
        if len(batch) < BATCH:
            return
        last = batch[-1]["id"]


def _read_head() -> Mapping[str, Any]:
    """The head, and the greatest number of an event at the same moment."""
    greatest = sa.select(sa.func.max(_EVENTS.c.id)).scalar_subquery().label("greatest")
    statement = sa.select(_HEAD, greatest).where(_HEAD.c.id == THE_HEAD)
    found = db.session.execute(statement).mappings().one_or_none()
    if found is None:
        raise Broken("The head of the chain is missing.")
    return dict(found)


def _check_end(head: Mapping[str, Any], walk: _Walk) -> None:
    """Check that the chain ends where its head says."""
    if walk.count < head["count"]:
        raise Broken(f"The chain ends at event {walk.count}; its head counts {head['count']}.")
    if (head["greatest"] or 0) > head["count"]:
        raise Broken(f"Event {head['greatest']} stands behind the end of the chain.")
    if head["hash"] != walk.last_hash:
        raise Broken("The head of the chain is not that of the last event.")
    if not walk.count:
        _refuse_nothing()
        return
    seals = (seal_of(walk.count, walk.last_hash, key) for key in walk.keys)
    if not any(compare_digest(head["seal"], seal) for seal in seals):
        raise Broken("The head of the chain is not as it was written: its seal does not match.")


def _refuse_nothing() -> None:
    """A record that was emptied is as sound as one that was never begun."""
    if db.session.scalar(sa.select(sa.func.count()).select_from(User)):
        raise Broken(
            "There is not one event, although there are accounts. After an upgrade that is so "
            "until somebody logs in."
        )


def _compare(expected: tuple[int, str] | None, count: int, last_hash: str) -> None:
    if expected is not None and expected[0] == count and expected[1] != last_hash:
        raise Broken(f"Event {count} is another one than what was noted of it.")


def _read_expected(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _colon, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != len(FIRST_HASH):
        raise click.BadParameter("Write a number, a colon and a hash.", param_hint="--expect")
    return int(number), digest
