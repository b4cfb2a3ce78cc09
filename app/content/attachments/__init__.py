"""Pictures that belong to a record: uploaded while one writes, shown wherever the record is."""

from app.content.attachments.models import Attachable, Attachment

__all__ = ["Attachable", "Attachment"]
