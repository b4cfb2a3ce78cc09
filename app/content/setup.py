"""Makes the abilities known to the application: their screens, in a group of their own."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _

from app.content.attachments.setup import init_attachments
from app.content.comments.moderation import ModerationView
from app.content.comments.pages import CommentsView
from app.content.comments.views import CommentBlockView, CommentView
from app.content.tags.views import TagView
from app.core.feature import add_model_view

AREA = "content"


def init_content(app: Flask) -> None:
    """Register the screens; after the features, whose models take the abilities on."""
    init_attachments(app)
    with app.app_context():
        for view in (CommentView, TagView, CommentBlockView):
            add_model_view(view, AREA, _("Content"), "book")
        appbuilder: Any = app.appbuilder  # type: ignore[attr-defined]
        appbuilder.add_view_no_menu(CommentsView)
        appbuilder.add_view(
            ModerationView,
            ModerationView.__name__,
            label=_("Moderation"),
            icon=ModerationView.icon,
            category=AREA,
        )
