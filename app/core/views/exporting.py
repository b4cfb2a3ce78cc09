"""The list as a file: the rows that its filters match, in its order, with the columns chosen."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from typing import Any

from flask import Response, copy_current_request_context, stream_with_context
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import BadParameter, NotFound
from app.core.export import EXPORTERS, Table
from app.core.export.places import begin_export
from app.core.fields import Batch, Field, common_columns
from app.core.formats import in_timezone
from app.core.query.state import ListState
from app.core.signals import announce
from app.core.stopping import must_cut
from app.core.views.guard import guard
from app.core.views.listing import ListPages
from app.extensions import db

logger = logging.getLogger(__name__)

EXPORTED_COLUMNS = frozenset({"id", "created_at", "updated_at"})
"""Those of the common columns that mean something outside Bureau; others only when asked for."""


class ExportError(RuntimeError):
    """An export stopped before its end; what the caller has is not the whole file."""


class ExportPages(ListPages):
    """`export/<format>`, behind its own permission."""

    def __init__(self) -> None:
        super().__init__()
        unknown = [name for name in self.export_formats if name not in EXPORTERS]
        if unknown:
            raise TypeError(f"{type(self).__name__}: export_formats does not know {unknown}")

    @expose("/export/<file_format>")
    @guard("export")
    def export(self, file_format: str) -> Any:
        """All rows of the list, as they are read."""
        if file_format not in self.export_formats:
            raise NotFound
        exporter = EXPORTERS[file_format]
        state = self.read_state()
        fields = self._export_fields(state)
        taken = Taken(self.plural, self.gate.model, file_format, state.url().removeprefix("?"))
        batches = taken.counting(self.gate.stream(state, fields))
        pieces = _begin(exporter.write(Table(str(self.list_title), fields, batches)), taken)
        response = Response(stream_with_context(pieces), content_type=exporter.mimetype)
        filename = f"{self.plural}-{in_timezone(now()):%Y-%m-%d}.{exporter.name}"
        response.headers.set("Content-Disposition", "attachment", filename=filename)
        response.cache_control.no_store = True
        return response

    def _export_fields(self, state: ListState) -> tuple[Field, ...]:
        """The columns that were asked for, else all that are not too long for a list."""
        visible = self.gate.fields()
        if "columns" in state.given:
            return tuple(visible[name] for name in state.columns)
        found = tuple(
            field
            for name, field in visible.items()
            if name not in common_columns(self.gate.model) - EXPORTED_COLUMNS
            and name not in self.exclude_columns
            and not field.kind.is_long
            and _is_bounded(field)
        )
        if not found:
            raise BadParameter(errors={"columns": [_("There is nothing to export.")]})
        return found


def _is_bounded(field: Field) -> bool:
    """A row has a few tags, but a customer may have a million orders."""
    return not (field.is_many and field.is_readonly)


class Taken:
    """How much of an export somebody got, for the log and for the record of security events."""

    def __init__(self, plural: str, model: type, file_format: str, query: str) -> None:
        self.name = f"{plural}.{file_format}"
        self.model = model.__name__
        self.file_format = file_format
        self.query = query
        self.rows = 0

    def counting(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The same rows, counted."""
        for batch in batches:
            self.rows += batch.size
            yield batch

    def announce(self, outcome: str) -> None:
        """Tell that it has ended, however it did: what was sent is out."""
        details = {"file_format": self.file_format, "rows": self.rows, "query": self.query or None}
        target = (self.model, None, self.model)
        announce("export", outcome=outcome, target=target, details=details, stands_alone=True)


def _begin(pieces: Iterator[bytes], taken: Taken) -> Iterator[bytes]:
    """Make the first piece now, and leave the session open for the others.

    What goes wrong up to here can still be answered with a page that says so. Flask closes the
    session at the end of the request, which is before the second piece, unless it is taken away.
    """
    guarded = _guarded(pieces, taken, db.session())
    first = next(guarded)
    db.session.registry.clear()
    return itertools.chain([first], guarded)


def _guarded(pieces: Iterator[bytes], taken: Taken, session: Session) -> Iterator[bytes]:
    """Say in the log who took what, and why one got less: a started answer cannot become an error.

    The exception goes on to the server, which cuts the connection, so that nobody takes the part
    for the whole. The statement that failed stays in the log.
    """
    name, user = taken.name, current_user.get_id()
    give_back = begin_export()
    # Whoever goes away early may end this where the request is not known any more.
    tell = copy_current_request_context(taken.announce)
    logger.info("export of %s by user %s began", name, user)
    size, outcome = 0, "failure"
    try:
        for piece in pieces:
            if must_cut():
                raise ExportError(f"{name}: this server stops")
            size += len(piece)
            yield piece
            # The request may have ended meanwhile, and its session been forgotten.
            db.session.registry.set(session)
        outcome = "success"
    except SQLAlchemyError:
        if not size:
            raise
        logger.exception("export of %s by user %s stopped after %d bytes", name, user, size)
        raise ExportError(name) from None
    finally:
        session.close()
        give_back()
        tell(outcome)
    logger.info("export of %s by user %s ended after %d bytes", name, user, size)
