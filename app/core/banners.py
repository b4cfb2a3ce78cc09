"""What stands above every page for as long as it holds: that somebody acts as another user.

Or that something has to be put right.

Only capabilities know such things; they register here what finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app, has_request_context


@dataclass(frozen=True)
class Banner:
    """A line with a button that ends what it tells of, by a POST, or a link to where one can."""

    label: str
    """What goes on, such as "You act as"."""
    name: str
    """Whom or what it is about; it may be of another direction than the page."""
    note: str
    icon: str
    stop_label: str = ""
    stop_url: str = ""
    stop_value: str = ""
    """What the button sends as `what`."""
    link_label: str = ""
    link_url: str = ""
    """Where it can be put right; such a line is a warning."""


Finder = Callable[[], Sequence[Banner]]

_EXTENSION = "bureau_banners"


def register_banners(app: Flask, find: Finder) -> None:
    """Let `find` give the banners of whoever makes the request."""
    app.extensions.setdefault(_EXTENSION, []).append(find)


def current_banners() -> list[Banner]:
    """All banners of this request."""
    if not has_request_context():
        return []
    finders: list[Finder] = current_app.extensions.get(_EXTENSION, [])
    return [banner for find in finders for banner in find()]
