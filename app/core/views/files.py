"""Files of records: behind the gate, and only ever to be saved, never to be opened in a page."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from flask import Response, send_file
from flask_appbuilder.baseviews import expose

from app.core.errors import NotFound
from app.core.files import store
from app.core.files.stored import StoredFile
from app.core.kinds.file import File
from app.core.views.base import Screen
from app.core.views.guard import guard

POLICY = "sandbox; default-src 'none'"


class FilePages(Screen):
    """`file/<pk>/<field>`, behind the right to read the record, its row and the field."""

    @expose("/file/<pk>/<field>", methods=["GET"])
    @guard("read", for_visitors=True)
    def file(self, pk: str, field: str) -> Any:
        """The file of one field of a record."""
        found = self.gate.fields().get(field)
        # A field that is masked is one of another kind.
        if found is None or not isinstance(found.kind, File):
            raise NotFound
        row = self.gate.get(pk, columns=[found])
        value = found.value(row)
        if not isinstance(value, StoredFile) or not store.is_there(value.key):
            raise NotFound
        return attachment(value)


def attachment(file: StoredFile) -> Response:
    """The answer that makes a browser save the file, whatever is in it.

    What lies under a key never changes. So whoever has it already gets a 304, and a part of it
    where a download was cut off.
    """
    response = send_file(
        store.path_of(file.key),
        mimetype=file.type,
        as_attachment=True,
        download_name=file.name,
        conditional=True,
        etag=blake2b(file.key.encode(), digest_size=12).hexdigest(),
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
