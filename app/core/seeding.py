"""`flask seed`: demo rows for one feature or for all."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.feature import registered_features

SIZES = ("small", "medium", "large")


@click.command("seed")
@click.argument("name", required=False)
@click.option("--size", type=click.Choice(SIZES), default="small", show_default=True)
@with_appcontext
def seed(name: str | None, size: str) -> None:
    """Write the demo rows of feature NAME, or of all features. A second time changes nothing."""
    if current_app.config["BUREAU_ENV"] == "production":
        raise click.ClickException("Demo rows are never written in production.")
    features = registered_features()
    chosen = [feature for feature in features if name in (None, feature.name)]
    if not chosen:
        known = ", ".join(feature.name for feature in features)
        raise click.ClickException(f"There is no feature {name!r}. There are: {known}.")
    for prepare in current_app.extensions.get("bureau_seeds", ()):
        prepare()
    for feature in chosen:
        if feature.seed is not None:
            feature.seed(size)
            click.echo(f"Seeded {feature.name} ({size}).")
