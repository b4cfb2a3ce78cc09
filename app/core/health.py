"""`/healthz` says that the process is alive, `/readyz` whether it can do its work."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Flask, Response, jsonify, make_response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.core.cache import cache_is_ready
from app.core.startup import is_behind
from app.extensions import db

logger = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)


def init_health(app: Flask) -> None:
    """Serve both addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def is_alive() -> Response:
    """Answer without asking anything else, so that a slow database restarts nothing."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def is_ready() -> Response:
    """Ask everything this needs, and name what does not answer."""
    checks: dict[str, Callable[[], bool]] = {
        "database": _database_answers,
        "cache": cache_is_ready,
        "migrations": _is_up_to_date,
    }
    found = {name: "ok" if check() else "not ready" for name, check in checks.items()}
    is_all_well = set(found.values()) == {"ok"}
    body = jsonify(status="ok" if is_all_well else "not ready", checks=found)
    return make_response(body, 200 if is_all_well else 503)


def _database_answers() -> bool:
    try:
        with db.engine.connect() as connection:
            connection.execute(select(1))
    except SQLAlchemyError as error:
        logger.error("Not ready, the database does not answer: %s", error)
        return False
    return True


def _is_up_to_date() -> bool:
    try:
        return not is_behind()
    except SQLAlchemyError as error:
        logger.error("Not ready, the migrations cannot be read: %s", error)
        return False
