"""What is done about pictures while nobody looks."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from app.content.attachments.operations import delete_forgotten
from app.core.jobs import job


@job(
    "content.delete_forgotten_pictures",
    schedule="40 3 * * *",
    label=_("Delete forgotten pictures"),
)
def delete_forgotten_pictures() -> Mapping[str, int]:
    """Delete the pictures that were uploaded for a record which was never saved."""
    return {"deleted": delete_forgotten()}
