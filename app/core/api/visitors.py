"""What visitors read is the same for all of them, so they and what lies between may keep it.

They may read what the role of the public holds; nothing else in REST is for them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response
from flask_login import current_user

Endpoint = TypeVar("Endpoint", bound=Callable[..., Response])

KEPT_SECONDS = 30
"""How long a visitor may go on reading what has changed meanwhile."""
DEPENDS_ON = ("Accept-Language", "Authorization", "Cookie")


def kept_by_visitors(endpoint: Endpoint) -> Endpoint:
    """Let the answer to a visitor be kept for some seconds; whoever signs in gets another one."""

    @functools.wraps(endpoint)
    def answer(*args: Any, **options: Any) -> Response:
        response = endpoint(*args, **options)
        if not current_user.is_authenticated:
            response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
            response.vary.update(DEPENDS_ON)
        return response

    return answer  # type: ignore[return-value]
