"""What every export format has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from app.core.fields import Field

CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Table:
    """What is exported: rows of one model, read one after the other and only once."""

    title: str
    fields: tuple[Field, ...]
    rows: Iterator[Any]

    @property
    def heads(self) -> list[str]:
        """The labels of the columns, in the reader's language."""
        return [str(field.label) for field in self.fields]


class Exporter(ABC):
    """One file format. A new one is a class like this and a line in `app.core.export`."""

    name: ClassVar[str]
    """Its name in the address, and the ending of its files."""
    mimetype: ClassVar[str]

    @abstractmethod
    def write(self, table: Table) -> Iterator[bytes]:
        """The file, in pieces of a handy size."""
