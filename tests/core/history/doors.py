"""What the tests of the history's pages do past all pages."""

from __future__ import annotations

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import PermissionView, Role

from app.core.history.models import Operation
from app.extensions import db
from tests.fixtures.people import TEAM_ROLE


def last_operation():
    """The key of the newest operation."""
    return db.session.scalars(sa.select(Operation.id).order_by(Operation.at.desc())).first()


def withdraw(*rights):
    """Take rights from the role that owner and teammate hold."""
    team = db.session.scalars(sa.select(Role).where(Role.name == TEAM_ROLE)).one()
    named = [
        pair
        for pair in db.session.scalars(sa.select(PermissionView))
        if f"{pair.permission.name.removeprefix('can_')} {pair.view_menu.name}" in rights
    ]
    team.permissions = [pair for pair in team.permissions if pair not in named]
    db.session.commit()


def grant(*rights):
    """Give rights to that role."""
    team = db.session.scalars(sa.select(Role).where(Role.name == TEAM_ROLE)).one()
    for pair in db.session.scalars(sa.select(PermissionView)):
        if f"{pair.permission.name.removeprefix('can_')} {pair.view_menu.name}" in rights:
            team.permissions.append(pair)
    db.session.commit()
