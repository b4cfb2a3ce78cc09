"""What every export format has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from app.core.fields import Batch, Field

CHUNK_BYTES = 64 * 1024

Convert = Callable[[Iterable[Any]], Iterable[Any]]
"""Makes of the values of a column what a format writes."""


@dataclass(frozen=True)
class Table:
    """What is exported: rows of one model, read one after the other and only once."""

    title: str
    fields: tuple[Field, ...]
    batches: Iterator[Batch]

    @property
    def heads(self) -> list[str]:
        """The labels of the columns, in the reader's language."""
        return [str(field.label) for field in self.fields]

    def rows(self, converter_of: Callable[[Field], Convert]) -> Iterator[tuple[Any, ...]]:
        """The rows, with their values converted by what `converter_of` gives for each field.

        Whole columns are converted, so that nothing is decided, nor even called, for each value.
        """
        converters = [converter_of(field) for field in self.fields]
        for batch in self.batches:
            pairs = zip(converters, batch.columns, strict=True)
            yield from zip(*(convert(column) for convert, column in pairs), strict=True)


class Exporter(ABC):
    """One file format. A new one is a class like this and a line in `app.core.export`."""

    name: ClassVar[str]
    """Its name in the address, and the ending of its files."""
    mimetype: ClassVar[str]

    @abstractmethod
    def write(self, table: Table) -> Iterator[bytes]:
        """The file, in pieces of a handy size."""
