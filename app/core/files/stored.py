"""What a column keeps of a file; the file itself lies in the instance folder."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class StoredFile:
    """A file as a row knows it. `key` is where it lies, and is shown to nobody."""

    key: str
    type: str
    """The media type that its content has."""
    size: int
    digest: str
    """SHA-256, in hexadecimal."""
    name: str
    width: int | None = None
    height: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """What stands in the database."""
        values = dataclasses.asdict(self)
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StoredFile:
        """Read what stands in the database; raises `ValueError` for anything else."""
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError("not a stored file") from error

    def to_text(self) -> str:
        """The same as text, which `from_text` reads."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> StoredFile:
        """Read what `to_text`, or the database, has written; raises `ValueError`."""
        values = json.loads(text)
        if not isinstance(values, Mapping):
            raise ValueError("not a stored file")
        return cls.from_dict(values)
