"""Finds the view that an address outside of it speaks of, as where a record is written."""

from __future__ import annotations

from flask import current_app

from app.core.errors import NotFound
from app.core.views.model_view import ModelView


def writable_view(plural: str) -> ModelView:
    """The view of this name in addresses; raises `NotFound` for one that is only read."""
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    for view in views:
        if isinstance(view, ModelView) and view.plural == plural and not view.is_readonly:
            return view
    raise NotFound
