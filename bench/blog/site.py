"""Makes the site with its large blog, unless it is there."""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.core.startup import is_behind
from app.extensions import db
from app.features.blog.models import Post
from app.security.rights.sync import sync_permissions
from bench.blog.rows import Size, fill
from bench.databases import tidy
from config import Config
from scripts.commands import command


def prepare(app: Flask, size: Size) -> None:
    """Make the tables and the rows, or bring the tables up to date."""
    with app.app_context():
        if is_behind():
            command(app, "db", "upgrade")
        sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
        if db.session.scalar(sa.select(Post.id).limit(1)) is None:
            db.session.remove()
            fill(db.engine, size)
        db.session.remove()
        url = db.engine.url.render_as_string(hide_password=False)
        db.engine.dispose()
    tidy(url)


def main() -> None:
    """Do so for the database of the environment."""
    prepare(create_app(Config.from_environment(os.environ)), Size())


if __name__ == "__main__":
    main()
