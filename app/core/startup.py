"""What must hold before requests are answered, asked of the database once at start.

`create_app()` never queries, so these are separate: the server calls them before it serves. A
server that only loads the application, as `gunicorn run:app` does, is asked with the first request.
"""

from __future__ import annotations

import logging
import time
from threading import Lock

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, request
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import func, inspect, select

from app.core.errors import Unavailable
from app.extensions import db

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""How soon a server that found something wrong looks again; each look is a few statements."""
ALWAYS_ANSWERED = frozenset({"health.is_alive"})

DEMO_MAIL_DOMAIN = "demo.example"
"""Every demo account has its address here, which is how one is told from a real account."""


class StartupError(RuntimeError):
    """Bureau must not serve like this; the message says everything that is wrong."""


def is_behind() -> bool:
    """Whether the database lacks a migration that this release ships."""
    config = current_app.extensions["migrate"].migrate.get_config()
    wanted = set(ScriptDirectory.from_config(config).get_heads())
    with db.engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    return not wanted <= applied


def has_accounts() -> bool:
    """Whether anybody can sign in yet; nobody can on a first start."""
    return bool(db.session.scalar(select(func.count()).select_from(User)))


def has_demo_accounts() -> bool:
    """Whether an account of the demo is in the database."""
    found = select(User.id).where(User.email.endswith(f"@{DEMO_MAIL_DOMAIN}")).limit(1)
    return db.session.scalar(found) is not None


def check_production(app: Flask) -> None:
    """Refuse to serve with debug on, for any host, behind the migrations, or with demo accounts."""
    problems = []
    if app.debug:
        problems.append("debug is on")
    if app.config["BUREAU_ENV"] == "production" and not app.config["TRUSTED_HOSTS"]:
        problems.append("BUREAU_TRUSTED_HOSTS does not say which host names are ours")
    with app.app_context():
        if is_behind():
            problems.append("the database is behind: run `flask --app run db upgrade`")
        elif inspect(db.engine).has_table(User.__tablename__) and has_demo_accounts():
            problems.append(f"there are demo accounts (@{DEMO_MAIL_DOMAIN}): remove them")
    if problems:
        raise StartupError("; ".join(problems))


class StartupGuard:
    """Answers nobody until `check_production` has found nothing wrong, once in each process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._is_passed = False
        self._tried_at: float | None = None
        self._lock = Lock()

    def __call__(self) -> None:
        """Raise `Unavailable` while something is wrong; the log says what."""
        if self._is_passed or request.endpoint in ALWAYS_ANSWERED:
            return
        with self._lock:
            if not self._is_passed:
                self._check()

    def _check(self) -> None:
        moment = time.monotonic()
        if self._tried_at is None or moment - self._tried_at >= RETRY_SECONDS:
            self._tried_at = moment
            try:
                check_production(self._app)
            except StartupError as error:
                logger.critical("Bureau does not serve: %s", error)
            else:
                self._is_passed = True
                return
        raise Unavailable(_("This site is not ready. Whoever runs it finds the reason in its log."))


def init_startup(app: Flask) -> None:
    """Put the guard in front of everything else, where it is asked for."""
    if app.config["BUREAU_ENV"] == "production":
        app.before_request(StartupGuard(app))
