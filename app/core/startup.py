"""What must hold before requests are answered, asked of the database once at start.

`create_app()` never queries, so these are separate: the server calls them, and so can a probe.
"""

from __future__ import annotations

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, inspect, select

from app.extensions import db

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
    """Refuse to serve with debug on, a database behind its migrations, or demo accounts in it."""
    problems = []
    if app.debug:
        problems.append("debug is on")
    with app.app_context():
        if is_behind():
            problems.append("the database is behind: run `flask --app run db upgrade`")
        elif inspect(db.engine).has_table(User.__tablename__) and has_demo_accounts():
            problems.append(f"there are demo accounts (@{DEMO_MAIL_DOMAIN}): remove them")
    if problems:
        raise StartupError("; ".join(problems))
