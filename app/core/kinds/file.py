"""Files: shown by name and size, and read behind a door of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _

from app.core.files.receive import words
from app.core.files.sniff import TYPES
from app.core.files.stored import StoredFile
from app.core.formats import format_decimal, format_size
from app.core.kinds.base import BadValue, Kind, Widget


@dataclass(frozen=True)
class File(Kind):
    """A file that people upload and download again."""

    types: tuple[str, ...] = ()
    max_bytes: int = 0
    max_pixels: int = 0

    name: ClassVar[str] = "file"
    widget: ClassVar[Widget] = Widget.FILE

    def parse(self, raw: str) -> StoredFile:
        """Read what Bureau itself has written: the history, or a signed form.

        What people send never comes here: `FileInput` takes files, and no text for one.
        """
        try:
            return StoredFile.from_text(raw)
        except ValueError as error:
            raise BadValue(self.expectation()) from error

    def to_input(self, value: StoredFile) -> str:
        return value.to_text()

    def to_hint(self, value: StoredFile) -> str:
        return value.name

    def format(self, value: StoredFile) -> str:
        return _("%(name)s (%(size)s)", name=value.name, size=format_size(value.size))

    def to_json(self, value: StoredFile) -> dict[str, Any]:
        return {"name": value.name, "type": value.type, "size": value.size}

    def from_json(self, raw: Any) -> Any:
        raise BadValue(self.expectation())

    def expectation(self) -> str:
        """The limits in words, as the form says them too."""
        sentence = _(
            "%(types)s; at most %(size)s.",
            types=words(self.types),
            size=format_size(self.max_bytes),
        )
        if not any(TYPES[name].is_picture for name in self.types):
            return sentence
        count = format_decimal(self.max_pixels, 0)
        of_pictures = _("A picture has at most %(count)s pixels.", count=count)
        return f"{sentence} {of_pictures}"

    def accepted(self) -> str:
        """What a browser offers to choose: it helps people, and checks nothing."""
        return ",".join(f".{end}" for name in self.types for end in TYPES[name].extensions)

    def schema(self) -> dict[str, Any]:
        texts = {name: {"type": "string"} for name in ("name", "type", "url")}
        return {"type": "object", "properties": {**texts, "size": {"type": "integer"}}}

    def written_schema(self) -> dict[str, Any]:
        content = {"type": "string", "format": "byte", "description": "The file in Base64."}
        return {
            "type": "object",
            "description": self.expectation(),
            "properties": {"name": {"type": "string"}, "content": content},
            "required": ["name", "content"],
        }
