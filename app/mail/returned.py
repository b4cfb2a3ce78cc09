"""Taking in what servers write back: `flask --app run mail-bounce` and `mail-bounces FOLDER`."""

from __future__ import annotations

import logging
import sys
from email.errors import MessageError
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from flask_babel import ngettext
from sqlalchemy.exc import SQLAlchemyError

from app.core.history.models import Source
from app.core.history.scope import operation
from app.extensions import db
from app.mail.bouncing import mark_bounced
from app.mail.models import MailMessage, MailState
from app.mail.reports import MAX_BYTES, Report, read_reports

TRY_LATER = 75
"""What tells a mail server to deliver its report once more later (EX_TEMPFAIL of sysexits.h)."""
_UNSENT = (MailState.KEPT, MailState.BOUNCED)

_log = logging.getLogger(__name__)


def take_in(raw: bytes) -> int:
    """Mark the mails that a message reports as undeliverable, and commit; gives their number.

    A message that is no such report, or is about no mail of ours, changes nothing.
    """
    try:
        reports = read_reports(raw)
    except (MessageError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        # Whoever sends garbage to the address of our reports must not stop it.
        _log.info("a message to the address of the reports could not be read", exc_info=True)
        return 0
    count = 0
    with operation("mail-bounce", Source.COMMAND):
        for report in reports:
            row = _mail_of(report)
            if row is not None:
                mark_bounced(row, report.reason)
                count += 1
        db.session.commit()
    return count


def _mail_of(report: Report) -> MailMessage | None:
    """The mail that a report is about; None where it names none of ours.

    Anybody may write a report and knows the addresses of readers, but not the names of their mails:
    a report that only names a reader could be meant to keep them from being written to.
    """
    if report.message_id is None:
        return None
    mails = sa.select(MailMessage).where(
        MailMessage.state.not_in(_UNSENT), MailMessage.message_id == report.message_id
    )
    return db.session.scalars(mails.with_for_update().limit(1)).first()


@click.command("mail-bounce")
@with_appcontext
def mail_bounce() -> None:
    """Read one message from the standard input, as a mail server pipes it."""
    raw = sys.stdin.buffer.read(MAX_BYTES)
    try:
        _tell(take_in(raw))
    except SQLAlchemyError:
        db.session.rollback()
        _log.exception("a report could not be taken in")
        sys.exit(TRY_LATER)


@click.command("mail-bounces")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def mail_bounces(folder: Path) -> None:
    """Read the new messages of a maildir; each is then marked as seen."""
    if not all((folder / part).is_dir() for part in ("new", "cur", "tmp")):
        raise click.BadParameter("it is no maildir: new, cur and tmp are not there")
    count = 0
    for path in sorted((folder / "new").iterdir()):
        with path.open("rb") as file:
            count += take_in(file.read(MAX_BYTES))
        path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,S")
    _tell(count)


def _tell(count: int) -> None:
    click.echo(ngettext("%(num)d mail came back.", "%(num)d mails came back.", count))
