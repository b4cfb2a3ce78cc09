"""Makes the site, and its database with so many contacts in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.core.feature import load_features, register_features
from app.core.startup import is_behind
from app.extensions import db
from app.security.accounts import add_account, find_roles
from app.security.rights.sync import sync_permissions
from bench.crm import data
from bench.crm.data import PASSWORD, USER
from bench.crm.models import Contact
from config import Config
from scripts.commands import command


def create_site(environ: Mapping[str, str]) -> Flask:
    """The application with the contacts beside the features of the project."""
    app = create_app(Config.from_environment(environ))
    of_project = app.extensions["bureau_features"]
    register_features(app, load_features("bench", ["crm"]))
    app.extensions["bureau_features"] = (*of_project, *app.extensions["bureau_features"])
    return app


def prepare(app: Flask, contacts: int) -> None:
    """Make the tables, the rows and an administrator, unless they are there."""
    with app.app_context():
        if sa.inspect(db.engine).has_table(Contact.__tablename__):
            return
        command(app, "db", "upgrade")
        tables = [t for t in db.metadata.sorted_tables if t.name.startswith("crm_")]
        db.metadata.create_all(db.engine, tables=tables)
        sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
        add_account(USER, ("Ada", "Admin"), "admin@bench.example", PASSWORD, find_roles(["Admin"]))
        db.session.commit()
        with db.engine.begin() as connection:
            data.load(connection, contacts)
        with db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            is_postgresql = connection.dialect.name == "postgresql"
            connection.exec_driver_sql("VACUUM ANALYZE" if is_postgresql else "ANALYZE")


def main(contacts: int) -> None:
    """Make the site of the environment, or bring it up to date."""
    app = create_site(os.environ)
    prepare(app, contacts)
    with app.app_context():
        if is_behind():
            command(app, "db", "upgrade")
            sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
    command(app, "index")


if __name__ == "__main__":
    main(int(sys.argv[1]))
