"""What `create_app()` calls to set security up."""

from __future__ import annotations

from flask import Flask

from app.core.preferences import register_preferences
from app.security.advance import watch_rights
from app.security.attempts import init_attempts
from app.security.cli import check_access, create_user
from app.security.demo import seed_demo_accounts
from app.security.preferences import find_choices, save_choices


def init_security(app: Flask) -> None:
    """Watch changes of rights, count attempts to sign in, add preferences, commands, accounts."""
    watch_rights()
    init_attempts(app)
    register_preferences(app, find_choices, save_choices)
    app.extensions.setdefault("bureau_seeds", []).append(seed_demo_accounts)
    app.cli.add_command(create_user)
    app.cli.add_command(check_access)
