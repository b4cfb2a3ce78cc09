"""Recovery codes: ten words on paper for whoever has lost the phone; each lets in once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.extensions import db
from app.security.factors.models import RecoveryCode

COUNT = 10
LENGTH = 12
GROUP = 4
FEW = 3
"""With as many codes left, or fewer, people are told to draw new ones."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is read wrong: i, l and o, 0 and 1. Twelve of these are 59 bits."""
SALT_BYTES = 16


def draw_codes(user_id: int) -> list[str]:
    """Replace the codes of a user and give the new ones, this once; committing is the caller's."""
    forget_codes(user_id)
    codes = [_draw() for _number in range(COUNT)]
    salt = secrets.token_hex(SALT_BYTES)
    db.session.add_all(
        RecoveryCode(user_id=user_id, salt=salt, digest=_digest(code, salt)) for code in codes
    )
    return [_in_groups(code) for code in codes]


def use_recovery_code(user_id: int, text: str) -> bool:
    """Whether this is a code that was not used yet; it is used now. Committing is the caller's."""
    code = "".join(character for character in text.lower() if character in ALPHABET)
    unused = sa.and_(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    rows = db.session.scalars(sa.select(RecoveryCode).where(unused)).all()
    if len(code) != LENGTH or not rows:
        return False
    digest = _digest(code, rows[0].salt)
    matching = [row.id for row in rows if hmac.compare_digest(row.digest, digest)]
    if not matching:
        return False
    # Of two requests with one code, only the first changes the row.
    statement = sa.update(RecoveryCode).where(RecoveryCode.id == matching[0], unused)
    options = {"synchronize_session": False}
    done: Any = db.session.execute(statement.values(used_at=now()), execution_options=options)
    return bool(done.rowcount)


def forget_codes(user_id: int) -> None:
    """Delete the codes of a user; committing is the caller's."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _draw() -> str:
    return "".join(secrets.choice(ALPHABET) for _number in range(LENGTH))


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _digest(code: str, salt: str) -> str:
    """The code as it is kept. It is shorter than a key, so guessing it is made expensive."""
    made = hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32)
    return made.hex()
