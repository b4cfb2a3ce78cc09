"""Parts of record forms that outer rings bring along, such as the pictures of a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

Panel = Callable[[Any, str | None], Markup]
"""Is given the view and the key of the record, which a new one lacks; may give nothing."""

_EXTENSION = "bureau_form_panels"


def add_form_panel(app: Flask, panel: Panel) -> None:
    """Show this part on the forms of records."""
    app.extensions.setdefault(_EXTENSION, []).append(panel)


def form_panels(view: Any, pk: str | None) -> list[Markup]:
    """The parts that the form of this record has beside its fields."""
    panels: list[Panel] = current_app.extensions.get(_EXTENSION, [])
    return [panel(view, pk) for panel in panels]
