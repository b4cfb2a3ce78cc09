"""Finds where page n of a list begins, so that a page deep in it costs what the first one does.

A mark is what the rows are ordered by, in the row before a page: an index leads from there to the
page at once. It is found by walking, through the index alone where there is one, from a mark that
is at most `STEP` rows further up, and that one from the first row. Both are kept until a table of
the list changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.bounded import TookTooLong, at_most
from app.core.cache import cached
from app.core.errors import BadParameter
from app.core.query.binds import binding_of
from app.core.query.fingerprint import Fingerprint, fingerprint_of
from app.core.query.keyset import Term, behind

NEAR = 500
"""So few rows are skipped sooner than a mark is looked up."""
STEP = 25_000
"""How many rows lie between two marks that other marks are found from."""
SECONDS = 3
"""How long one walk may take."""
KEPT_SECONDS = 3_600

Mark = tuple[Any, ...]


def jump_to(
    session: Session, statement: sa.Select[Any], terms: Sequence[Term], offset: int
) -> sa.Select[Any]:
    """The statement without its first `offset` rows, in the order of these terms.

    The statement must have the joins that its order needs. Raises `BadParameter` where the rows
    are too many to walk past in this order.
    """
    if offset < NEAR:
        return statement.offset(offset)
    session.flush()
    columns = [term.column for term in terms]
    ordered = statement.with_only_columns(*columns, maintain_column_froms=True)
    ordered = ordered.order_by(*(term.order() for term in terms))
    binding = binding_of(statement)
    found = fingerprint_of(ordered, session.get_bind(**binding).dialect, statement)
    if found is None:
        return statement.offset(offset)
    mark = _Walk(session, binding, ordered, terms, found).mark(offset)
    # Without a mark there are fewer rows, and the page is an empty one.
    return statement.where(sa.false() if mark is None else behind(terms, mark))


@dataclass(frozen=True)
class _Walk:
    """The way through the rows of one list."""

    session: Session
    binding: dict[str, Any]
    ordered: sa.Select[Any]
    terms: Sequence[Term]
    fingerprint: Fingerprint

    def mark(self, number: int) -> Mark | None:
        """What row `number`, counted from one, is ordered by; None where there are fewer rows."""
        key = f"mark:{self.fingerprint.key}:{number}"
        return cached(
            key,
            self.fingerprint.tags,
            lambda: self._find(number),
            self.fingerprint.seconds(KEPT_SECONDS),
        )

    def _find(self, number: int) -> Mark | None:
        begin = number % STEP and number - number % STEP
        if not begin:
            return self._row(self.ordered, number)
        near = self.mark(begin)
        if near is None:
            return None
        return self._row(self.ordered.where(behind(self.terms, near)), number - begin)

    def _row(self, ordered: sa.Select[Any], number: int) -> Mark | None:
        connection = self.session.connection(bind_arguments=self.binding)
        try:
            with at_most(connection, SECONDS):
                row = connection.execute(ordered.offset(number - 1).limit(1)).first()
        except TookTooLong as error:
            message = _("It takes too long to count so far. Filter the list or sort it otherwise.")
            raise BadParameter(errors={"page": [message]}) from error
        return None if row is None else tuple(row)
