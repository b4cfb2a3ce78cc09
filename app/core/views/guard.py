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


def guard(verb: str, *, for_visitors: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Let only those in who hold `verb` on the subject of the view.

    Raises `Unauthorized` for a visitor, who is sent to log in or gets 401, and `Forbidden` for a
    user without the right. What the role of the public holds counts for a visitor only with
    `for_visitors`, or where the view says so too: it opens what REST reads, not our screens.
    FAB's own decorators answer the same question with a flash message and a session cookie on a
    GET.
    """

    def decorate(endpoint: Endpoint) -> Endpoint:
        @functools.wraps(endpoint)
        def guarded(self: Any, *args: Any, **options: Any) -> Any:
            check_verb(self, verb, for_visitors=for_visitors)
            return endpoint(self, *args, **options)

        # FAB collects the permissions of a view from this attribute.
        guarded._permission_name = verb  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def check_verb(view: Any, verb: str, *, for_visitors: bool = False) -> None:
    """Raise unless the user holds `verb` on the subject of `view`, and the view offers it.

    What everybody may do opens our screens to nobody, whether or not they are signed in: a person
    who keeps the calendar need not see the desk of the blog because everybody may read its posts.
    """
    is_open = for_visitors or getattr(view, "for_visitors", False)
    if not is_open and not current_user.is_authenticated:
        raise Unauthorized
    permission, subject = PERMISSION_PREFIX + verb, view.class_permission_name
    security = current_app.appbuilder.sm  # type: ignore[attr-defined]
    if (
        permission in view.base_permissions
        and security.has_access(permission, subject)
        and (is_open or not security.has_only_public_rights(subject))
    ):
        return
    raise Forbidden if current_user.is_authenticated else Unauthorized
