"""`POST /markdown/<plural>`: what Markdown will look like, for whoever writes it into a form."""

from __future__ import annotations

from flask import Blueprint, Flask, request

from app.core.errors import TooLarge
from app.core.markup import MAX_MARKDOWN, render_markdown
from app.core.views.guard import check_verb
from app.core.views.writable import writable_view

blueprint = Blueprint("markdown", __name__)


def init_markdown(app: Flask) -> None:
    """Serve previews."""
    app.register_blueprint(blueprint)


@blueprint.post("/markdown/<plural>")
def preview(plural: str) -> str:
    """The safe HTML that saving the Markdown would make; nothing is saved."""
    view = writable_view(plural)
    check_verb(view, "edit" if view.allows("edit") else "add")
    source = request.form.get("source", "")
    if len(source) > MAX_MARKDOWN:
        raise TooLarge
    return render_markdown(source)
