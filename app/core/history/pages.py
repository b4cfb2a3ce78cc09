"""Puts the log and the undoing of changes into the application."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from app.core.api.history import UndoApi
from app.core.feature import add_model_view
from app.core.history.views import ChangeView, UndoView
from app.core.menu import LAST_GROUP


def init_history_pages(app: Flask) -> None:
    """Register the log under Administration, and the addresses that undo."""
    with app.app_context():
        appbuilder = app.appbuilder  # type: ignore[attr-defined]
        add_model_view(ChangeView, LAST_GROUP, _("Administration"), "shield")
        appbuilder.add_view_no_menu(UndoView)
        appbuilder.add_api(UndoApi)
