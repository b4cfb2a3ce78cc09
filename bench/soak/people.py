"""The accounts of those who work on the site, and the roles they have."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role, User

from app.extensions import db
from app.security.accounts import add_account
from app.security.models import Preference
from app.security.passwords import hash_password

PASSWORD = "a soak has no secrets"
EDITOR, READER = "Soak editor", "Soak reader"
SUBJECTS = ("Contact", "Company", "Label", "Task")
READING = ("can_read", "can_pick", "can_export")
LANGUAGES = ("en", "pt")
ZONES = ("Europe/Lisbon", "America/Sao_Paulo", "Asia/Kolkata")


def name_of(number: int) -> str:
    """The name that somebody logs in with."""
    return f"soak{number}"


def family_name_of(number: int) -> str:
    """What stands on every page of theirs, and on nobody else's."""
    return f"Person-{number}-"


def language_of(number: int) -> str:
    """The language they have chosen."""
    return LANGUAGES[number % len(LANGUAGES)]


def is_reader(number: int) -> bool:
    """Whether they may only look; a fifth of all."""
    return number % 5 == 4


def add_people(app: Flask, count: int) -> None:
    """Make the roles and so many accounts, unless they are there."""
    with app.app_context():
        roles = {True: _role(READER, READING), False: _role(EDITOR, ())}
        known = set(db.session.scalars(sa.select(User.username)))
        hashed = hash_password(PASSWORD)
        for number in range(count):
            if name_of(number) in known:
                continue
            user = add_account(
                name_of(number),
                ("Soak", family_name_of(number)),
                f"{name_of(number)}@bench.example",
                None,
                [roles[is_reader(number)]],
            )
            user.password = hashed
            db.session.flush()
            zone = ZONES[number % len(ZONES)]
            chosen = Preference(user_id=user.id, locale=language_of(number), timezone=zone)
            db.session.add(chosen)
        db.session.commit()
        db.session.remove()


def _role(name: str, only: tuple[str, ...]) -> Role:
    """The role with the permissions on the contacts; of `only` these, if given."""
    found = db.session.scalar(sa.select(Role).where(Role.name == name))
    if found is None:
        found = Role(name=name)
        rights = db.session.scalars(sa.select(PermissionView)).all()
        found.permissions = [
            right
            for right in rights
            if right.view_menu.name in SUBJECTS and (not only or right.permission.name in only)
        ]
        db.session.add(found)
    return found
