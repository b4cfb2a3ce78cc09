"""Makes attached pictures known to the application."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from markupsafe import Markup

from app.content.attachments import jobs
from app.content.attachments.models import Attachable
from app.content.attachments.pages import MAX_BYTES, blueprint
from app.content.attachments.pictures import picture_html, picture_of, with_sources
from app.core.views.panels import add_form_panel

JOBS = (jobs.delete_forgotten_pictures,)


def init_attachments(app: Flask) -> None:
    """Serve pictures, and show those of a record on its form."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(picture_html=picture_html, picture_of=picture_of)
    app.jinja_env.filters["with_sources"] = with_sources
    add_form_panel(app, _panel)


def _panel(view: Any, pk: str | None) -> Markup:
    if not issubclass(view.gate.model, Attachable):
        return Markup("")
    return Markup(  # noqa: S704 (a template of ours)
        render_template("content/_pictures_panel.html", view=view, pk=pk, max_bytes=MAX_BYTES)
    )
