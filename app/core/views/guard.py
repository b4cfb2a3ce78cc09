"""The check in front of every screen and every REST operation."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_login import current_user

from app.core.errors import Forbidden, Unauthorized

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def guard(verb: str) -> Callable[[Endpoint], Endpoint]:
    """Let only those in who hold `verb` on the subject of the view.

    Raises `Unauthorized` for a visitor, who is sent to log in or gets 401, and `Forbidden` for a
    user without the right. FAB's own decorators answer the same question with a flash message
    and a session cookie on a GET.
    """

    def decorate(endpoint: Endpoint) -> Endpoint:
        @functools.wraps(endpoint)
        def guarded(self: Any, *args: Any, **options: Any) -> Any:
            check_verb(self, verb)
            return endpoint(self, *args, **options)

        # FAB collects the permissions of a view from this attribute.
        guarded._permission_name = verb  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def check_verb(view: Any, verb: str) -> None:
    """Raise unless the user holds `verb` on the subject of `view`, and the view offers it."""
    permission = PERMISSION_PREFIX + verb
    security = current_app.appbuilder.sm  # type: ignore[attr-defined]
    if permission in view.base_permissions and security.has_access(
        permission, view.class_permission_name
    ):
        return
    raise Forbidden if current_user.is_authenticated else Unauthorized
