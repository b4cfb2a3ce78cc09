"""Puts the security events into the application: what writes them, what shows and checks them."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from app.core.feature import add_model_view
from app.core.menu import LAST_GROUP
from app.security.accounts import current_account
from app.security.audit.accounts import watch_accounts
from app.security.audit.occurrences import listen_to_the_platform
from app.security.audit.origin import Actor, set_actor_finder
from app.security.audit.record import watch_events
from app.security.audit.verify import verify_audit
from app.security.audit.views import SecurityEventView


def init_audit(app: Flask) -> None:
    """Watch what matters; this comes after the version of all rights, see `write_events`."""
    watch_accounts()
    watch_events(app)
    listen_to_the_platform(app)
    set_actor_finder(app, find_actor)
    app.cli.add_command(verify_audit)
    with app.app_context():
        add_model_view(SecurityEventView, LAST_GROUP, _("Administration"), "shield")


def find_actor() -> Actor | None:
    """Whoever makes this request."""
    account = current_account()
    if account is None:
        return None
    key = str(account.session.id) if account.session is not None else None
    return Actor(account.user, account.real_user, key)
