"""Keeps a password better than so far, at the one moment when it is known: at log-in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import db
from app.security.models import UserSession
from app.security.passwords import epoch_of, hash_password, is_weak_hash
from app.security.rights.granting import given_by_the_site

_users: Any = User.__table__
_sessions: Any = UserSession.__table__


def renew_hash(user: User, password: str) -> None:
    """Hash the right password of a user anew where it was hashed in a way that is too weak today.

    The sessions begun with this password go on: nobody has changed it. It is no change that
    belongs into a history or a mail either, so it takes no part in what watches the session.
    The caller commits.
    """
    weak, epoch = user.password, epoch_of(user)
    if not weak or not is_weak_hash(weak):
        return
    better = hash_password(password)
    connection = db.session.connection(bind_arguments={"mapper": sa.inspect(User)})
    with given_by_the_site():
        is_ours = _users.c.id == user.id, _users.c.password == weak
        done = connection.execute(sa.update(_users).where(*is_ours).values(password=better))
    if not done.rowcount:
        # Another log-in of the same moment was faster.
        db.session.refresh(user)
        return
    set_committed_value(user, "password", better)
    begun = _sessions.c.user_id == user.id, _sessions.c.epoch == epoch
    connection.execute(sa.update(_sessions).where(*begun).values(epoch=epoch_of(user)))
