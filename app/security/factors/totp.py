"""Codes from an app (RFC 6238): six figures, new every thirty seconds, each good for once."""

from __future__ import annotations

import datetime
import logging
from typing import Any

import pyotp
import segno
import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from pyotp.utils import strings_equal

from app.core.clock import now
from app.core.sealing import SealBroken, seal, unseal
from app.extensions import db
from app.security.factors.models import TotpSecret

WINDOW = 1
"""How many steps of thirty seconds the clock of a phone may be off, in each direction."""
PROPOSED_FOR = datetime.timedelta(hours=1)
SECRET_LENGTH = 32
"""Characters of base32: 160 bits, as many as RFC 4226 recommends."""

_log = logging.getLogger(__name__)


def propose(user_id: int) -> None:
    """Draw a secret that counts once its first code was given; committing is the caller's."""
    row = _find(user_id) or TotpSecret(user_id=user_id)
    row.proposed = seal(pyotp.random_base32(SECRET_LENGTH), _purpose(user_id))
    row.proposed_at = now()
    db.session.add(row)


def find_proposal(user_id: int) -> str | None:
    """The secret that waits for its first code."""
    row = _find(user_id)
    if row is None or row.proposed is None or row.proposed_at is None:
        return None
    return _open(row.proposed, user_id) if now() - row.proposed_at < PROPOSED_FOR else None


def confirm_proposal(user_id: int, code: str) -> bool:
    """Let the proposed secret count if this is a code of it; committing is the caller's."""
    secret = find_proposal(user_id)
    counter = _counter_of(secret, code) if secret is not None else None
    row = _find(user_id)
    if counter is None or row is None:
        return False
    row.secret, row.confirmed_at, row.last_counter = row.proposed, now(), counter
    row.proposed = row.proposed_at = None
    return True


def use_code(user_id: int, code: str) -> bool:
    """Whether this is a code of the user's app not used yet; committing is the caller's."""
    row = _find(user_id)
    secret = _open(row.secret, user_id) if row is not None and row.secret is not None else None
    counter = _counter_of(secret, code) if secret is not None else None
    if row is None or counter is None:
        return False
    # Of two requests with one code, only the first changes the row.
    table = TotpSecret.__table__
    is_new = sa.or_(table.c.last_counter.is_(None), table.c.last_counter < counter)
    statement = sa.update(TotpSecret).where(table.c.id == row.id, is_new)
    options = {"synchronize_session": False}
    done: Any = db.session.execute(
        statement.values(last_counter=counter), execution_options=options
    )
    return bool(done.rowcount)


def remove_totp(user_id: int) -> None:
    """Forget the secret, and the one proposed; committing is the caller's."""
    db.session.execute(sa.delete(TotpSecret).where(TotpSecret.user_id == user_id))


def setup_uri(user: User, secret: str) -> str:
    """What an app reads from the QR code: the secret, and what to call it."""
    issuer = str(current_app.config["APP_NAME"])
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=issuer)


def qr_code(text: str) -> str:
    """A QR code as the address of an image that stands in the page itself.

    It is dark on white in both themes: not every app reads an inverted one.
    """
    code = segno.make(text, error="m", micro=False)
    return code.svg_data_uri(scale=4, border=4, dark="#000", light="#fff", xmldecl=False)


def grouped(secret: str) -> str:
    """The secret in groups of four, as people copy it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _counter_of(secret: str, code: str) -> int | None:
    """The step of time that a code belongs to; all are compared, whichever it is."""
    figures = "".join(code.split())
    generator = pyotp.TOTP(secret)
    if len(figures) != generator.digits or not (figures.isascii() and figures.isdigit()):
        return None
    current = int(now().timestamp()) // generator.interval
    found = None
    for counter in range(current - WINDOW, current + WINDOW + 1):
        if strings_equal(generator.generate_otp(counter), figures):
            found = counter
    return found


def _find(user_id: int) -> TotpSecret | None:
    return db.session.scalar(sa.select(TotpSecret).where(TotpSecret.user_id == user_id))


def _open(sealed: str, user_id: int) -> str | None:
    try:
        return unseal(sealed, _purpose(user_id))
    except SealBroken:
        # The user still has recovery codes and passkeys; an administrator can take the rest away.
        _log.warning("The secret of user %s was sealed with another SECRET_KEY", user_id)
        return None


def _purpose(user_id: int) -> str:
    """A secret copied to the row of another user opens nothing there."""
    return f"totp:{user_id}"
