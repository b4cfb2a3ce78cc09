"""Extension objects, still unbound: `create_app()` binds each of them to an application.

This is ring 0: every other ring may import it, and it imports nothing of ours.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any, NoReturn
from weakref import WeakSet

from flask import Flask, current_app, g, request, session
from flask_appbuilder import Model as FabModel
from flask_appbuilder.models.sqla.base import SQLA
from flask_caching import Cache
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import DBAPIError

CSRF_SECRET_BYTES = 20
"""How long Flask-WTF makes the secret of a session."""
_CSRF_SECRET = "csrf_token"
_CSRF_TOKEN = "bureau_csrf_token"
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

    def close(self) -> None:
        """Give the connections back; one that broke meanwhile has nothing left to undo."""
        try:
            super().close()
        except DBAPIError as error:
            # The answer is made by now, and it is as right as it was.
            if not error.connection_invalidated:
                raise
            super().invalidate()

    def bulk_save_objects(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError(UNRECORDED)

    def bulk_insert_mappings(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError(UNRECORDED)

    def bulk_update_mappings(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError(UNRECORDED)


class MaskedCsrf(CSRFProtect):
    """Flask-WTF's check of forms, with tokens that are other ones in every response.

    Flask-WTF writes the session's secret itself into each token. A compressed page that also shows
    what somebody else has put into its address would tell them the secret bit by bit, by its size
    (BREACH). So what stands on a page is a random mask, and the secret under this mask.
    """

    def init_app(self, app: Flask) -> None:
        """Bind it, and let templates write masked tokens."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = masked_csrf_token
        app.context_processor(lambda: {"csrf_token": masked_csrf_token})

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a change whose token is wrong; nothing else is looked at."""
        if request.method in current_app.config["WTF_CSRF_METHODS"]:
            super().protect(apply_exemptions)

    def _get_csrf_token(self) -> str | None:
        sent: str | None = super()._get_csrf_token()
        # What Flask-WTF expects, where the secret is the right one.
        return generate_csrf() if sent is not None and _unmasks_secret(sent) else sent


def masked_csrf_token() -> str:
    """The token for the forms of this response."""
    found: str | None = g.get(_CSRF_TOKEN)
    if found is None:
        if _CSRF_SECRET not in session:
            # Where the session was emptied meanwhile, Flask-WTF still remembers the former secret.
            g.pop(_CSRF_SECRET, None)
            generate_csrf()
        mask = secrets.token_bytes(CSRF_SECRET_BYTES)
        masked = _xor(mask, bytes.fromhex(session[_CSRF_SECRET]))
        found = urlsafe_b64encode(mask + masked).decode().rstrip("=")
        setattr(g, _CSRF_TOKEN, found)
    return found


def has_csrf_token() -> bool:
    """Whether a token was written into this response."""
    return _CSRF_TOKEN in g


def _unmasks_secret(sent: str) -> bool:
    try:
        pair = urlsafe_b64decode(f"{sent}==")
    except ValueError:
        return False
    mask, masked = pair[:CSRF_SECRET_BYTES], pair[CSRF_SECRET_BYTES:]
    if len(masked) != CSRF_SECRET_BYTES:
        return False
    return secrets.compare_digest(_xor(mask, masked).hex(), str(session.get(_CSRF_SECRET, "")))


def _xor(first: bytes, second: bytes) -> bytes:
    mixed = int.from_bytes(first, "big") ^ int.from_bytes(second, "big")
    return mixed.to_bytes(CSRF_SECRET_BYTES, "big")


class LimiterOnDemand(Limiter):
    """Flask-Limiter, which looks at requests from the first limit on that any view asks for.

    Until then each request would pay for it, and none of our own views has a limit of this kind.
    """

    def __init__(self, key_func: Callable[[], str]) -> None:
        super().__init__(key_func=key_func)
        self._is_used = False
        self._waiting: WeakSet[Flask] = WeakSet()

    def init_app(self, app: Flask) -> None:
        """Bind it as soon as there is a limit."""
        if self._is_used:
            super().init_app(app)
        else:
            self._waiting.add(app)

    def limit(self, *args: Any, **options: Any) -> Any:
        """Flask-Limiter's decorator."""
        self._begin()
        return super().limit(*args, **options)

    def shared_limit(self, *args: Any, **options: Any) -> Any:
        """Flask-Limiter's decorator of limits that several views share."""
        self._begin()
        return super().shared_limit(*args, **options)

    def _begin(self) -> None:
        self._is_used = True
        while self._waiting:
            super().init_app(self._waiting.pop())


# A saved row stays readable after the commit: the answer to the save needs no statement more.
db = SQLA(
    metadata=FabModel.metadata, session_options={"class_": Session, "expire_on_commit": False}
)
migrate = Migrate()
csrf = MaskedCsrf()
limiter = LimiterOnDemand(key_func=get_remote_address)
mail = Mail()
cache = Cache()
