"""What `create_app()` needs of factors: names of events, ways to confirm, a command."""

from __future__ import annotations

from flask import Flask

from app.security.audit.kinds import add_kinds
from app.security.factors.changes import LABELS
from app.security.factors.cli import reset_factors_command
from app.security.factors.confirming import add_factor_ways
from app.security.factors.site import relying_party


def init_factors(app: Flask) -> None:
    """Make them known; nothing is asked yet."""
    add_kinds(LABELS)
    add_factor_ways(app)
    app.cli.add_command(reset_factors_command)
    app.add_template_global(relying_party)
