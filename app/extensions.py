"""Extension objects, still unbound: `create_app()` binds each of them to an application.

This is ring 0: every other ring may import it, and it imports nothing of ours.
"""

from __future__ import annotations

from typing import Any, NoReturn

from flask_appbuilder import Model as FabModel
from flask_appbuilder.models.sqla.base import SQLA
from flask_caching import Cache
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect

UNRECORDED = "This leaves no history: add the rows to the session, or insert() them."

# Every constraint has a predictable name, so that a migration can drop it and a refused save
# can be traced from the constraint back to the field.
FabModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Session(FlaskSession):
    """The session of every database, without the methods that tell nobody what they change."""

    def bulk_save_objects(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError(UNRECORDED)

    def bulk_insert_mappings(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError(UNRECORDED)

    def bulk_update_mappings(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError(UNRECORDED)


# A saved row stays readable after the commit: the answer to the save needs no statement more.
db = SQLA(
    metadata=FabModel.metadata, session_options={"class_": Session, "expire_on_commit": False}
)
migrate = Migrate()
csrf = CSRFProtect()
cache = Cache()
limiter = Limiter(key_func=get_remote_address)
mail = Mail()
