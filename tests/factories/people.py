"""People beside the cast: with the roles that a test is about."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User

from app.extensions import db
from app.security.accounts import find_roles
from tests.fixtures.people import PASSWORD_HASH


def make_person(username: str, *roles: str) -> User:
    """An account with these roles."""
    user = User(
        username=username,
        first_name=username.capitalize(),
        last_name="Person",
        email=f"{username}@people.example",
        password=PASSWORD_HASH,
        active=True,
        roles=find_roles(roles),
    )
    db.session.add(user)
    db.session.commit()
    return user
