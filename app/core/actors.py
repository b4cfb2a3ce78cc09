"""Who really sits there while somebody acts as another user.

The signed-in user of a request is whoever it acts as. Only a capability that lets somebody act as
another user knows who that is; it registers here, so that the history can keep both.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app, has_request_context

Finder = Callable[[], int | None]

_EXTENSION = "bureau_real_user"


def register_real_user(app: Flask, find: Finder) -> None:
    """Let `find` give the key of the real user; None where nobody acts as somebody else."""
    app.extensions[_EXTENSION] = find


def real_user_id() -> int | None:
    """The key of whoever acts as the signed-in user; None where that is the user themselves."""
    if not has_request_context():
        return None
    find: Finder | None = current_app.extensions.get(_EXTENSION)
    return find() if find is not None else None
