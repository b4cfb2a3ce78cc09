"""What `create_app()` calls to set security up."""

from __future__ import annotations

from flask import Flask

from app.core.preferences import register_preferences
from app.security.attempts import init_attempts
from app.security.audit.setup import init_audit
from app.security.cli import check_access, create_user
from app.security.demo import seed_demo_accounts
from app.security.factors.setup import init_factors
from app.security.keys.setup import init_keys
from app.security.links.setup import init_links
from app.security.preferences import find_choices, save_choices
from app.security.providers.arrival import other_log_ins
from app.security.providers.registry import init_providers
from app.security.rights.advance import watch_rights
from app.security.rights.granting import watch_grants
from app.security.sessions.acting import init_acting
from app.security.sessions.confirmation import init_confirmation
from app.security.tokens.limits import init_api_limits
from app.security.why.views import why_url


def init_security(app: Flask) -> None:
    """Watch changes of rights, count attempts to sign in, add preferences, commands, accounts."""
    watch_rights()
    watch_grants()
    init_attempts(app)
    init_providers(app)
    app.add_template_global(other_log_ins)
    app.add_template_global(why_url)
    init_api_limits(app)
    init_audit(app)
    init_links()
    init_keys()
    init_acting(app)
    init_confirmation(app)
    init_factors(app)
    register_preferences(app, find_choices, save_choices)
    app.extensions.setdefault("bureau_seeds", []).append(seed_demo_accounts)
    app.cli.add_command(create_user)
    app.cli.add_command(check_access)
