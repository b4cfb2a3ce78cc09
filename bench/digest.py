"""`python -m bench.digest`: whether every reader gets one digest, whatever is killed meanwhile.

    python -m bench.digest --readers 1000 --kills 20

The server and a worker are killed with SIGKILL at random moments while they write and send a
digest, and started again. The mail server is a real one that turns every fifth mail away for now. A
mail may come twice: when its sender was killed after the server took it and before that was noted.
It then has the same Message-ID, by which mail programs tell that it is the same.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask
from flask_appbuilder.security.sqla.models import User

from app import create_app
from app.core.clock import now
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from app.features.blog.models import Post
from app.features.blog.newsletter.jobs import send_digest
from app.features.blog.newsletter.models import Digest, Subscriber, SubscriberState
from config import Config
from scripts.commands import command
from tests import services
from tests.fixtures.people import create_cast

ROOT = Path(__file__).resolve().parents[1]
FAILS_ONE_IN = 5
PATIENCE_SECONDS = 600
LEASE_SECONDS, RETRY_SECONDS = 3, 1
MOST_FAILURES = 2
"""How often one reader is turned away: after five tries, some of them ended by a kill, a mail waits
for somebody to send it again, and that is not what is tried here."""
SERVER = ("-m", "scripts.serve")
WORKER = ("-m", "flask", "--app", "run", "worker")


@dataclass
class Postbox:
    """What the mail server was handed."""

    taken: list[tuple[str, str]] = field(default_factory=list)
    """Reader and Message-ID of each mail, in the order they came."""
    asked: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, or not now."""
        reader, self.asked = envelope.rcpt_tos[0], self.asked + 1
        if self.asked % FAILS_ONE_IN == 0 and self.refused[reader] < MOST_FAILURES:
            self.refused[reader] += 1
            return "451 try again later"
        headers = message_from_bytes(envelope.content)
        self.taken.append((reader, str(headers["Message-ID"])))
        return "250 OK"


@dataclass(frozen=True)
class Outcome:
    """What became of a digest."""

    readers: int
    kills: int
    seconds: float
    refusals: int
    taken: tuple[tuple[str, str], ...]
    state: str
    recipients: int

    @property
    def raw(self) -> int:
        """Mails that the server took."""
        return len(self.taken)

    @property
    def different(self) -> int:
        """Mails that a mail program shows."""
        return len(set(self.taken))

    @property
    def reached(self) -> int:
        """Readers who got at least one."""
        return len({reader for reader, _id in self.taken})

    @property
    def is_right(self) -> bool:
        """Whether each reader got the digest once."""
        return self.different == self.reached == self.readers == self.recipients


def measure(settings: Mapping[str, str], readers: int, kills: int, seed: int = 7) -> Outcome:
    """Send a digest on an empty database with a schema, and kill whoever sends it."""
    postbox = Postbox()
    port = services.free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    environ = {**settings, **_mail_settings(port)}
    try:
        app = _prepared(environ, readers)
        with app.app_context():
            send_digest.enqueue()
            db.session.commit()
        begin = time.monotonic()
        _kill_again_and_again(environ, postbox, readers, kills, random.Random(seed))  # noqa: S311
        with _running(environ):
            _await_end(app)
        seconds = time.monotonic() - begin
        with app.app_context():
            state, recipients = db.session.execute(
                sa.select(Digest.state, Digest.recipient_count)
            ).one()
    finally:
        controller.stop()
    refusals = sum(postbox.refused.values())
    return Outcome(readers, kills, seconds, refusals, tuple(postbox.taken), state, recipients)


def _mail_settings(port: int) -> dict[str, str]:
    return {
        "MAIL_URL": f"smtp://127.0.0.1:{port}",
        "BUREAU_URL": "http://bureau.example",
        "BUREAU_OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
        "BUREAU_OUTBOX_RETRY_SECONDS": str(RETRY_SECONDS),
        "BUREAU_LOG_LEVEL": "ERROR",
        "PORT": str(services.free_port()),
    }


def _prepared(environ: Mapping[str, str], readers: int) -> Flask:
    """The site with one new post and its readers."""
    app = create_app(Config.from_environment(dict(environ)))
    with app.app_context():
        author_id = db.session.scalar(sa.select(sa.func.min(User.id)))
        moment = now()
        db.session.add(
            Post(
                title="Twelve bridges before breakfast",
                slug="twelve-bridges-before-breakfast",
                body="<p>A walk along the canal.</p>",
                status="published",
                published_at=moment,
                author_id=author_id,
                locale="en",
            )
        )
        rows = [
            {
                "email": f"reader{number}@readers.example",
                "locale": ("en", "pt")[number % 2],
                "state": SubscriberState.ACTIVE,
                "confirmed_at": moment,
            }
            for number in range(readers)
        ]
        db.session.execute(sa.insert(Subscriber), rows)
        db.session.commit()
    return app


def _kill_again_and_again(
    environ: Mapping[str, str], postbox: Postbox, readers: int, kills: int, dice: random.Random
) -> None:
    """Kill after a random number of mails; together they are about three quarters of all."""
    span = max(1, readers * 3 // 2 // max(1, kills))
    for _number in range(kills):
        with _running(environ):
            enough = len(postbox.taken) + dice.randint(0, span)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(postbox.taken) < min(enough, readers) and time.monotonic() < deadline:
                time.sleep(0.002)
            # Some die while they start, or in the middle of a mail.
            time.sleep(dice.uniform(0, 0.2))


@contextlib.contextmanager
def _running(environ: Mapping[str, str]) -> Iterator[None]:
    """A server and a worker, which are killed at the end of the block."""
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", *words],
            cwd=ROOT,
            env={**given, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for words in (SERVER, WORKER)
    ]
    try:
        yield
    finally:
        for process in started:
            # The server's workers are of its session, which is nobody else's.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_end(app: Flask) -> None:
    """Wait until nothing is left to be delivered."""
    is_open = OutboxEvent.delivered_at.is_(None) & OutboxEvent.failed_at.is_(None)
    open_events = sa.select(sa.func.count()).where(is_open, OutboxEvent.name != "blog.publish_due")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with app.app_context():
            if not db.session.scalar(open_events):
                return
        time.sleep(0.1)


def main() -> int:
    """Try it on a PostgreSQL of its own, and print what became of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.digest", description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, services.postgres() as url:
        settings = {
            "BUREAU_ENV": "testing",
            "BUREAU_INSTANCE": folder,
            "DATABASE_URL": url,
            "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
        }
        app = create_app(Config.from_environment(settings))
        with app.app_context():
            command(app, "db", "upgrade")
            command(app, "fab", "create-permissions")
            create_cast(app)
        found = measure(settings, given.readers, given.kills)
    print(f"readers                 {found.readers}")
    print(f"kills of both           {found.kills}")
    print(f"seconds                 {found.seconds:.0f}")
    print(f"mails turned away (451) {found.refusals}")
    print(f"mails taken             {found.raw}")
    print(f"different Message-IDs   {found.different}")
    print(f"sent again, same ID     {found.raw - found.different}")
    print(f"readers reached         {found.reached}")
    print(f"digest                  {found.state}, {found.recipients} recipients")
    return 0 if found.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
