"""Where a security event comes from: who, from which session and address, with which request."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click
from flask import current_app, has_request_context, request
from flask_appbuilder.security.sqla.models import User

from app.core.telemetry import request_id
from app.security.audit.cleaning import HIDDEN, is_secret, short

_EXTENSION = "bureau_audit_actor"


@dataclass(frozen=True)
class Actor:
    """Whoever is signed in, and who really sits there when that is somebody else."""

    user: User
    real_user: User | None = None
    session_key: str | None = None


def set_actor_finder(app: Any, find: Callable[[], Actor | None]) -> None:
    """Say how to find out who makes a request.

    Accounts and sessions record events themselves, so this package must not import them.
    """
    app.extensions[_EXTENSION] = find


def origin(user: User | None = None) -> dict[str, Any]:
    """The columns that tell where an event comes from; `user` goes before who is signed in."""
    found = {**dict.fromkeys(_NAMES), **_actor(user)}
    if has_request_context():
        found |= {
            "address": short(request.remote_addr, 64),
            "agent": short(request.user_agent.string or None, 200),
            "request_id": short(request_id(), 64),
            "method": short(request.method, 10),
            "path": short(path_without_secrets(), 255),
        }
        return found
    command = click.get_current_context(silent=True)
    return found | {
        "method": "COMMAND" if command else None,
        "path": short(command.command_path, 255) if command else None,
        "agent": short(_system_user(), 200),
    }


_NAMES = (
    "user_id",
    "username",
    "real_user_id",
    "real_username",
    "session_key",
    "address",
    "agent",
    "request_id",
    "method",
    "path",
)


def path_without_secrets() -> str:
    """The path of the request, without its query, and without the tokens that stand in some."""
    path = request.path
    for name, value in (request.view_args or {}).items():
        if is_secret(name) and str(value):
            path = path.replace(str(value), HIDDEN)
    return path


def _actor(user: User | None) -> dict[str, Any]:
    find = current_app.extensions.get(_EXTENSION)
    actor: Actor | None = find() if find is not None and has_request_context() else None
    known: dict[str, Any] = {}
    if actor is not None:
        known["session_key"] = actor.session_key
        if user is None and actor.real_user is not None and actor.real_user is not actor.user:
            known["real_user_id"] = actor.real_user.id
            known["real_username"] = short(actor.real_user.username, 256)
    who = user or (actor.user if actor is not None else None)
    if who is not None:
        known["user_id"], known["username"] = who.id, short(who.username, 256)
    return known


def _system_user() -> str | None:
    """The user of the machine who runs a command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return None
