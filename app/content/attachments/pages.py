"""Uploading pictures, their words, and the pictures themselves."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file
from flask_babel import gettext as _

from app.content.attachments import operations
from app.content.attachments.finding import find_picture
from app.content.attachments.models import (
    Attachable,
    Attachment,
    subject_column,
    subject_name_of,
    subjects,
)
from app.content.attachments.pictures import TEXT_WIDTH, attached_picture
from app.core.error_handlers import wants_json
from app.core.errors import FieldErrors, Invalid, NotFound, Unauthorized
from app.core.fields import title_of
from app.core.files.renditions import height_of, path_of_rendition, rendition_named, widths_of
from app.core.models import current_user_id
from app.core.query.gate import current_actor, gate_of
from app.core.redirects import came_from
from app.core.views.guard import check_verb
from app.core.views.model_view import ModelView
from app.core.views.writable import writable_view
from app.extensions import db

MAX_BYTES = Attachment.__table__.c.file.type.max_bytes
FOR_EVER = "public, max-age=31536000, immutable"
PERSONAL = "private, no-cache"
POLICY = "sandbox; default-src 'none'"

blueprint = Blueprint("attachments", __name__)


@blueprint.get("/pictures/<address>/<name>")
def picture(address: str, name: str) -> Any:
    """A picture, for whoever may read the record that it belongs to.

    What lies at an address never changes. What everybody may see is kept by everybody; of what
    only some may see, a browser asks each time whether it still may.
    """
    file, focus = find_picture(address)
    rendition = rendition_named(name, file, focus)
    if rendition is None:
        raise NotFound
    try:
        path = path_of_rendition(file, rendition)
    except FileNotFoundError as error:
        raise NotFound from error
    response = send_file(
        path,
        mimetype=rendition.media_type,
        conditional=True,
        etag=f"{file.digest[:24]}-{rendition.name.replace('.', '-')}",
    )
    is_public = current_actor() is None
    response.headers["Cache-Control"] = FOR_EVER if is_public else PERSONAL
    response.headers["Content-Security-Policy"] = POLICY
    if is_public:
        # Readers of feeds show it on pages of their own.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/attachments/of/<plural>/<key>")
def pictures(plural: str, key: str) -> Any:
    """The pictures of a record, as a page, or as the part of its form that shows them."""
    view, row = _subject(plural, key)
    return _page(view, row, key)


@blueprint.post("/attachments/of/<plural>")
def upload_for_new(plural: str) -> Any:
    """Take a picture for a record that is not saved yet."""
    view = _view(plural)
    check_verb(view, "add")
    return _done(_received(None), _("The picture was added."), HTTPStatus.CREATED)


@blueprint.post("/attachments/of/<plural>/<key>")
def upload(plural: str, key: str) -> Any:
    """Take a picture for a record."""
    view, row = _subject(plural, key)
    try:
        attachment = _received(row)
    except Invalid as refused:
        if wants_json():
            raise
        return _page(view, row, key, errors=refused.errors), refused.status
    return _done(attachment, _("The picture was added."), HTTPStatus.CREATED)


@blueprint.post("/attachments/<int:pk>")
def change(pk: int) -> Any:
    """Change the words and the focal point of a picture."""
    attachment = _attachment(pk)
    operations.change_picture(
        attachment,
        alt=request.form.get("alt", ""),
        caption=request.form.get("caption", ""),
        decorative=bool(request.form.get("decorative")),
        focus=(_per_cent("focal_x"), _per_cent("focal_y")),
    )
    return _done(attachment, _("The picture was saved."))


@blueprint.post("/attachments/<int:pk>/delete")
def delete(pk: int) -> Any:
    """Delete a picture."""
    operations.delete_picture(_attachment(pk))
    if wants_json():
        return "", HTTPStatus.NO_CONTENT
    flash(_("The picture was deleted."), "success")
    return redirect(came_from())


def _page(view: ModelView, row: Any, key: str, errors: FieldErrors | None = None) -> str:
    statement = (
        sa.select(Attachment)
        .where(subject_column(view.gate.model) == row.id)
        .order_by(Attachment.position, Attachment.id)
    )
    template = "content/_pictures.html" if request.args.get("part") else "content/pictures.html"
    return render_template(
        template,
        attachments=db.session.scalars(statement).all(),
        shown=attached_picture,
        view=view,
        pk=key,
        title=title_of(row),
        errors=errors or {},
        sent=request.form,
    )


def _received(subject: Any) -> Attachment:
    """Attach the picture that was sent."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(errors={"file": [_("Choose a picture.")]})
    return operations.add_picture(
        subject,
        sent.read(MAX_BYTES + 1),
        sent.filename,
        alt=request.form.get("alt", ""),
        caption=request.form.get("caption", ""),
        decorative=bool(request.form.get("decorative")),
    )


def _done(attachment: Attachment, message: str, status: int = HTTPStatus.OK) -> Any:
    """Answer a script with what it shows now, and anybody else with the page they came from."""
    if not wants_json():
        flash(message, "success")
        return redirect(came_from())
    shown = attached_picture(attachment)
    width = min(TEXT_WIDTH, widths_of(attachment.file)[-1])
    body = {
        "id": attachment.id,
        "src": shown.url(width),
        "width": width,
        "height": height_of(attachment.file, width),
        "alt": shown.alt,
        "caption": shown.caption,
        "row": render_template(
            "content/_picture.html", attachment=attachment, shown=attached_picture
        ),
    }
    return jsonify(body), status


def _view(plural: str) -> ModelView:
    """The view whose records have pictures; raises `NotFound` for any other."""
    view = writable_view(plural)
    if not issubclass(view.gate.model, Attachable):
        raise NotFound
    return view


def _subject(plural: str, key: str) -> tuple[ModelView, Any]:
    """The view and the record, for whoever may edit it."""
    view = _view(plural)
    check_verb(view, "edit")
    return view, view.gate.get(key, "edit")


def _attachment(pk: int) -> Attachment:
    """The attachment, for whoever may edit its record; one without a record is its uploader's."""
    user_id = current_user_id()
    if user_id is None:
        raise Unauthorized
    found = db.session.get(Attachment, pk)
    if found is None:
        raise NotFound
    name = subject_name_of(found)
    if name is None:
        if found.created_by_id != user_id:
            raise NotFound
        return found
    gate = gate_of(subjects()[name])
    gate.require("edit")
    gate.get(str(getattr(found, f"{name}_id")), "edit")
    return found


def _per_cent(name: str) -> int:
    try:
        return int(request.form.get(name, "50"))
    except ValueError as error:
        raise Invalid(errors={name: [_("Give numbers from 0 to 100.")]}) from error
