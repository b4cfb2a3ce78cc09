"""Makes the outbox known to the application: its screen and its command."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from app.core.feature import add_model_view
from app.core.menu import LAST_GROUP
from app.core.outbox.command import worker
from app.core.outbox.pruning import prune_outbox_command
from app.core.outbox.views import OutboxView


def init_outbox(app: Flask) -> None:
    """Add the screen to the last group of the menu, and the command; start no worker."""
    with app.app_context():
        add_model_view(OutboxView, LAST_GROUP, _("Administration"), "shield")
    app.cli.add_command(worker)
    app.cli.add_command(prune_outbox_command)
