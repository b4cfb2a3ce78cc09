"""A column of users that the list of users shows: whether they have a second factor."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import column_property

from app.security.factors.policy import has_factor

HAS_FACTOR = "has_factor"

_user: Any = sa.inspect(User)
# It is computed where a screen asks for it, and not with every request.
_key: Any = User.id
_user.add_property(HAS_FACTOR, column_property(has_factor(_key).label(HAS_FACTOR), deferred=True))
