"""The control of a file: takes a new one, keeps or removes the old one, and loses none."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from flask import g, has_request_context, request
from flask_babel import gettext as _

from app.core.files.pending import read_token, token_of
from app.core.files.receive import FileRefused, receive
from app.core.files.stored import StoredFile
from app.core.forms.inputs import Input
from app.core.kinds import BadValue
from app.core.kinds.file import File

_RECEIVED = "bureau_received_files"


class FileInput(Input):
    """Chooses a file. One that was sent with a refused form is kept by a token, and not lost."""

    data: StoredFile | None

    @property
    def kind(self) -> File:
        assert isinstance(self.field.kind, File)
        return self.field.kind

    @property
    def text(self) -> str:
        return ""

    @property
    def token_name(self) -> str:
        """The name of the hidden field that stands for a file already sent."""
        return f"_file.{self.name}"

    @property
    def drop_name(self) -> str:
        """The name of the box that removes the file."""
        return f"_drop.{self.name}"

    @property
    def is_pending(self) -> bool:
        """Whether the file was sent, but is not saved yet."""
        return isinstance(self.data, StoredFile) and self.data != self.object_data

    @property
    def token(self) -> str:
        """What the form sends instead of a file that is pending."""
        assert not self.is_pending or self.data is not None
        return token_of(self.data, self._place()) if self.data and self.is_pending else ""

    @property
    def is_dropped(self) -> bool:
        """Whether the box that removes the file was ticked."""
        return self.data is None and self.object_data is not None

    @property
    def has_focus(self) -> bool:
        """Whether columns beside it say what matters in the picture."""
        return all(hasattr(self.field.model, f"{self.name}_focus_{axis}") for axis in "xy")

    def address(self, view: Any) -> str:
        """Where the file that is saved lies; empty where there is none."""
        pk = (request.view_args or {}).get("pk")
        has_file = isinstance(self.object_data, StoredFile) and pk is not None
        return str(view.url("file", pk, field=self.name)) if has_file else ""

    @property
    def shown(self) -> str:
        """The file that is there, or that waits, in words."""
        file = self.data or self.object_data
        return self.kind.format(file) if isinstance(file, StoredFile) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the file that was sent; else what the form says of the one that is there."""
        self.is_missing = True
        if not has_request_context() or request.method != "POST":
            return
        sent = request.files.get(self.name)
        waiting = request.form.get(self.token_name, "")
        kept = read_token(waiting, self._place()) if waiting else None
        if kept is not None:
            self.data, self.is_missing = kept, False
        if sent is not None and sent.filename:
            name = sent.filename
            self.data = self._once(lambda: self._receive(sent.read(self.kind.max_bytes + 1), name))
            self.is_missing = False
        elif request.form.get(self.drop_name):
            self.data, self.is_missing = None, False
        elif waiting and kept is None:
            raise BadValue(_("The file you sent is no longer kept. Choose it again."))

    def _from_json(self, value: Any) -> Any:
        """A file as `{"name", "content"}`; what the API gave for the present one keeps that."""
        if not isinstance(value, dict):
            raise BadValue(self._how())
        name, content = value.get("name"), value.get("content")
        present = self.object_data
        if content is None and isinstance(present, StoredFile):
            said = {key: value.get(key) for key in ("name", "type", "size")}
            if said == self.kind.to_json(present):
                return present
        if not isinstance(name, str) or not isinstance(content, str):
            raise BadValue(self._how())
        # Four letters stand for three bytes, so what is far too long is not even decoded.
        if len(content) > self.kind.max_bytes * 2:
            content = content[: self.kind.max_bytes * 2 // 4 * 4]
        try:
            found = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadValue(self._how()) from error
        return self._receive(found, name)

    def _receive(self, content: bytes, name: str) -> StoredFile:
        kind = self.kind
        table = "" if self.field.column is None else self.field.column.table.name
        try:
            return receive(
                content,
                name,
                table=table,
                types=kind.types,
                max_bytes=kind.max_bytes,
                max_pixels=kind.max_pixels,
            )
        except FileRefused as error:
            raise BadValue(str(error)) from error

    def _once(self, take: Callable[[], StoredFile]) -> StoredFile:
        """A request may make its form twice, but what was sent can be read only once."""
        received: dict[str, StoredFile | BadValue] = g.setdefault(_RECEIVED, {})
        place = self._place()
        if place not in received:
            try:
                received[place] = take()
            except BadValue as error:
                received[place] = error
        found = received[place]
        if isinstance(found, BadValue):
            raise found
        return found

    def _place(self) -> str:
        return f"{self.field.model.__name__}.{self.name}"

    def _how(self) -> str:
        return _("Send an object with the name of the file and its content in Base64.")
