"""Finds the picture at an address, if whoever asks may see the record that it belongs to."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from app.content.attachments.models import Attachment, subject_name_of, subjects
from app.content.attachments.pictures import is_picture, parts_of
from app.core.errors import NotFound
from app.core.files.renditions import MIDDLE
from app.core.files.stored import StoredFile
from app.core.models import current_user_id
from app.core.query.gate import Gate, gates
from app.extensions import db

ATTACHED = re.compile(r"[0-9a-f]{32}")


def find_picture(address: str) -> tuple[StoredFile, tuple[int, int]]:
    """The picture and its focal point; raises `NotFound` for whoever may not see it."""
    return _attached(address) if ATTACHED.fullmatch(address) else _in_column(address)


def _attached(address: str) -> tuple[StoredFile, tuple[int, int]]:
    attachment = db.session.scalar(sa.select(Attachment).where(Attachment.address == address))
    if attachment is None:
        raise NotFound
    name = subject_name_of(attachment)
    if name is None:
        if attachment.created_by_id is None or attachment.created_by_id != current_user_id():
            raise NotFound
    else:
        _readable(subjects()[name]).line(str(getattr(attachment, f"{name}_id")), ())
    return attachment.file, (attachment.focal_x, attachment.focal_y)


def _in_column(address: str) -> tuple[StoredFile, tuple[int, int]]:
    parts = parts_of(address)
    if parts is None:
        raise NotFound
    table, key, name, digest = parts
    model = next((found for found in gates() if _table_of(found) == table), None)
    if model is None:
        raise NotFound
    gate = _readable(model)
    fields = gate.fields()
    if name not in fields or fields[name].is_masked:
        raise NotFound
    # Where a picture is cut is to be seen in it, so that it is no secret of the record's.
    focus = [gate.all_fields[f"{name}_focus_{axis}"] for axis in "xy" if _has(gate, name, axis)]
    values = gate.line(key, (fields[name], *focus)).values
    file = values[0]
    if not isinstance(file, StoredFile) or not is_picture(file, digest):
        raise NotFound
    return file, (values[1], values[2]) if len(values) == 3 else MIDDLE


def _readable(model: type) -> Gate:
    """The gate of a model that may be read; a picture is never more open than its record."""
    gate = gates().get(model)
    if gate is None or not gate.can("read"):
        raise NotFound
    return gate


def _has(gate: Gate, name: str, axis: str) -> bool:
    return f"{name}_focus_{axis}" in gate.all_fields


def _table_of(model: Any) -> str:
    return str(getattr(model, "__tablename__", ""))
