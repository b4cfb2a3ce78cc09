"""`flask worker`: the worker as a process of its own."""

from __future__ import annotations

import signal
from typing import Any, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.outbox.deliver import deliver_due
from app.core.outbox.worker import BATCH, Worker


@click.command("worker")
@click.option("--once", is_flag=True, help="Deliver what is due now, then stop.")
@with_appcontext
def worker(once: bool) -> None:
    """Deliver events, beside the server or instead of its own worker, until told to stop."""
    if once:
        count = 0
        while found := deliver_due(BATCH):
            count += found
        click.echo(f"Delivered or tried: {count}.")
        return
    made = Worker(cast("Flask", current_app._get_current_object()))  # type: ignore[attr-defined]

    def stop(_signal: int, _frame: Any) -> None:
        made.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    click.echo("The worker is running (Ctrl-C stops it).")
    made.run()
