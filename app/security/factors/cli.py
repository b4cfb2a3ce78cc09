"""`flask reset-factors`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.extensions import db
from app.security.accounts import find_user
from app.security.factors.changes import reset_factors
from app.security.factors.policy import factors_of


@click.command("reset-factors")
@click.argument("username")
@with_appcontext
def reset_factors_command(username: str) -> None:
    """Take all second factors away from USERNAME, who has lost them."""
    user = find_user(username)
    if user is None:
        raise click.ClickException(f"There is no account {username}.")
    if not factors_of(user.id).has_any:
        raise click.ClickException(f"{user.username} has no second factor.")
    reset_factors(user)
    db.session.commit()
    click.echo(f"Took all second factors away from {user.username}; their sessions have ended.")
