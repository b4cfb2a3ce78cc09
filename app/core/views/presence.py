"""`POST /presence/<plural>/<key>`: an open edit page says so, and learns who else has it open."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask_login import current_user

from app.core.presence import name_of, note_presence, others_present
from app.core.views.baseline import changes_since, is_stale, latest_changes
from app.core.views.guard import check_verb
from app.core.views.writable import writable_view

blueprint = Blueprint("presence", __name__)


def init_presence(app: Flask) -> None:
    """Serve the heartbeats of edit pages."""
    app.register_blueprint(blueprint)


@blueprint.post("/presence/<plural>/<key>")
def heartbeat(plural: str, key: str) -> Any:
    """Note who has the record open; answer with the notices that its form shows."""
    view = writable_view(plural)
    check_verb(view, "edit")
    fields = [field for field in view.form_fields("edit") if not field.is_readonly]
    row = view.gate.get(key, "edit", columns=fields)
    token = request.form.get("start", "")
    change = None
    has_changed = bool(token) and is_stale(row, fields, token)
    if has_changed:
        change = next(iter(changes_since(row, token) or latest_changes(row, 1)), None)
    shown = {
        "has_changed": has_changed,
        "who": name_of(change.operation.user) if change and change.operation.user else "",
        "at": change.operation.at if change else getattr(row, "updated_at", None),
        "address": view.url("edit", key),
    }
    user_id = int(current_user.get_id())
    note_presence(view.gate.model, key, user_id)
    others = others_present(view.gate.model, key, user_id)
    return render_template("core/_presence.html", others=others, **shown)
