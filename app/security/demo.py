"""Accounts to try Bureau with; `flask seed` makes them, and production refuses to start on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import User

from app.core.startup import DEMO_MAIL_DOMAIN
from app.core.views import ModelView
from app.extensions import db
from app.security.accounts import add_account, find_roles
from app.security.rights.sync import Pair, add_role, sync_permissions

STAFF, VIEWER = "Staff", "Viewer"
STAFF_VERBS = ("read", "add", "edit", "delete", "export")
OWN_AREA = "administration"

PEOPLE: Mapping[str, tuple[str, str, str]] = {
    "admin": ("Ada", "Admin", "Admin"),
    "editor": ("Edgar", "Editor", "Blog Editor"),
    "author": ("Aurora", "Author", "Blog Author"),
    "moderator": ("Mona", "Moderator", "Blog Moderator"),
    "staff": ("Stan", "Staff", STAFF),
    "viewer": ("Vera", "Viewer", VIEWER),
}
"""User name -> first name, last name, role."""

Passwords = Mapping[str, str] | Callable[[str], str]


def create_demo_accounts(password_for: Passwords) -> list[str]:
    """Make the demo accounts that do not exist yet, and their roles; the names of those made."""
    appbuilder: Any = current_app.appbuilder  # type: ignore[attr-defined]
    sync_permissions(appbuilder)
    add_role(STAFF, _business_rights(appbuilder, STAFF_VERBS))
    add_role(VIEWER, _business_rights(appbuilder, ("read",)))
    known = set(db.session.scalars(sa.select(User.username).where(User.username.in_(PEOPLE))))
    made = [name for name in PEOPLE if name not in known]
    for name in made:
        first_name, last_name, role = PEOPLE[name]
        password = password_for(name) if callable(password_for) else password_for[name]
        email = f"{name}@{DEMO_MAIL_DOMAIN}"
        add_account(name, (first_name, last_name), email, password, _roles(role))
    db.session.commit()
    return made


def seed_demo_accounts() -> None:
    """Make them with the password that the server prints."""
    create_demo_accounts(lambda _name: str(current_app.config["BUREAU_DEMO_PASSWORD"]))


def _roles(name: str) -> list[Any]:
    """The role, or where its feature is switched off the one that may only look."""
    try:
        return find_roles([name])
    except LookupError:
        return find_roles([VIEWER])


def _business_rights(appbuilder: Any, verbs: tuple[str, ...]) -> list[Pair]:
    """These verbs on every model but those of administration."""
    return [
        (f"can_{verb}", view.class_permission_name)
        for view in appbuilder.baseviews
        if isinstance(view, ModelView) and view.area != OWN_AREA
        for verb in verbs
    ]
