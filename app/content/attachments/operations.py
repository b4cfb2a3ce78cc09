"""What happens to attached pictures. Whether one may change their record is asked before."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from app.content.attachments.models import (
    ALT_LENGTH,
    CAPTION_LENGTH,
    Attachable,
    Attachment,
    subject_column,
    subjects,
)
from app.content.subjects import name_of
from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.core.files.receive import FileRefused, receive
from app.core.models import current_user_id
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.core.types import Html, Picture
from app.extensions import db

MAX_PICTURES = 200
"""How many pictures a record has at most, and how many somebody may have that belong to none."""
FORGOTTEN_AFTER = datetime.timedelta(days=2)
"""How long a picture waits for the record that it was uploaded for."""
_SHOWN = re.compile(r"/pictures/([0-9a-f]{32})/")


def add_picture(
    subject: Any, content: bytes, name: str, *, alt: str, caption: str, decorative: bool
) -> Attachment:
    """Attach a picture to a record, after its others; `subject` is None while there is no record.

    Raises `Invalid` with messages by field where the file or its words are refused.
    """
    attachment = Attachment(decorative=decorative, **_words(alt, caption, decorative))
    kind = Attachment.__table__.c.file.type
    assert isinstance(kind, Picture)
    if subject is not None:
        setattr(attachment, name_of(type(subject)), subject)
    with committed(gate_of(Attachment)), db.session.no_autoflush:
        count, last = _siblings(subject)
        if count >= MAX_PICTURES:
            message = _("There are %(count)d pictures already. Delete one first.", count=count)
            raise Conflict(message, code="too_many_pictures")
        try:
            attachment.file = receive(
                content,
                name,
                table=Attachment.__tablename__,
                types=kind.types,
                max_bytes=kind.max_bytes,
                max_pixels=kind.max_pixels,
            )
        except FileRefused as error:
            raise Invalid(errors={"file": [str(error)]}) from error
        attachment.position = last + 1
        db.session.add(attachment)
    return attachment


def change_picture(
    attachment: Attachment,
    *,
    alt: str,
    caption: str,
    decorative: bool,
    focus: tuple[int, int],
) -> None:
    """Change the words of a picture, and the point around which parts of it are cut."""
    words = _words(alt, caption, decorative)
    if not all(0 <= per_cent <= 100 for per_cent in focus):
        raise Invalid(errors={"focal_x": [_("Give numbers from 0 to 100.")]})
    with committed(gate_of(Attachment)):
        attachment.decorative = decorative
        attachment.alt, attachment.caption = words["alt"], words["caption"]
        attachment.focal_x, attachment.focal_y = focus


def delete_picture(attachment: Attachment) -> None:
    """Delete a picture; a text that shows it has a gap there."""
    with committed(gate_of(Attachment)):
        db.session.delete(attachment)


def delete_forgotten(moment: datetime.datetime | None = None) -> int:
    """Delete the pictures whose record was never saved; commits nothing and gives their number."""
    keys = [subject_column(model).is_(None) for model in subjects().values()]
    before = (moment or now()) - FORGOTTEN_AFTER
    statement = sa.delete(Attachment).where(*keys, Attachment.created_at < before)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)


def _words(alt: str, caption: str, decorative: bool) -> dict[str, str | None]:
    """The words of a picture as they are stored; raises `Invalid` where they are missing."""
    found = {"alt": " ".join(alt.split()), "caption": " ".join(caption.split())}
    errors = {
        name: [_("Use at most %(limit)d characters.", limit=limit)]
        for name, limit in (("alt", ALT_LENGTH), ("caption", CAPTION_LENGTH))
        if len(found[name]) > limit
    }
    if not found["alt"] and not decorative:
        errors["alt"] = [_("Say what the picture shows, or mark it as decoration.")]
    if errors:
        raise Invalid(errors=errors)
    return {name: text or None for name, text in found.items()}


def _siblings(subject: Any) -> tuple[int, int]:
    """How many pictures there are beside a new one, and the position of the last of them."""
    statement = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(Attachment.position), 0))
    if subject is None:
        keys = [subject_column(model).is_(None) for model in subjects().values()]
        statement = statement.where(*keys, Attachment.created_by_id == current_user_id())
    else:
        statement = statement.where(subject_column(type(subject)) == subject.id)
    count, last = db.session.execute(statement).one()
    return count, last


# A picture that was uploaded before its record was there


@event.listens_for(Attachable, "after_insert", propagate=True)
@event.listens_for(Attachable, "after_update", propagate=True)
def _take_in(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Let a record have the pictures in its texts that belong to none, and that its writer has."""
    texts = [text for text in _changed_texts(mapper, row) if text]
    shown = {address for text in texts for address in _SHOWN.findall(text)}
    writer = current_user_id()
    if not shown or writer is None:
        return
    table = Attachment.__table__
    keys = {model: table.c[f"{name}_id"] for name, model in subjects().items()}
    connection.execute(
        sa.update(table)
        .where(
            table.c.address.in_(sorted(shown)),
            table.c.created_by_id == writer,
            *(key.is_(None) for key in keys.values()),
        )
        .values({keys[mapper.class_].name: row.id})
    )


def _changed_texts(mapper: Mapper[Any], row: Any) -> Iterable[str | None]:
    state: Any = sa.inspect(row)
    for attribute in mapper.column_attrs:
        if isinstance(attribute.columns[0].type, Html):
            yield from state.attrs[attribute.key].history.added or ()
