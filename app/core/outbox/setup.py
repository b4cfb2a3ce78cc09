"""Makes the outbox known to the application: its commands."""

from __future__ import annotations

from flask import Flask

from app.core.outbox.command import worker
from app.core.outbox.pruning import prune_outbox_command


def init_outbox(app: Flask) -> None:
    """Add the commands; start no worker."""
    app.cli.add_command(worker)
    app.cli.add_command(prune_outbox_command)
