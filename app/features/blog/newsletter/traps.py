"""What robots fall for and people never see; they get the answer that everybody gets.

There is a field that no person can see, and the moment at which the form was made, which is signed:
nobody reads a page and types an address within a second. The box on cached pages has no moment.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app
from itsdangerous import BadData, TimestampSigner

FIELD, STAMP = "website", "made"
QUICKEST_SECONDS = 1
_PURPOSE = "blog.subscribe"


def stamp() -> str:
    """The moment of now, for a form."""
    return _signer().sign(FIELD).decode()


def is_robot(sent: Mapping[str, str]) -> bool:
    """Whether a form was filled in by something that does not look at it."""
    made = sent.get(STAMP)
    return bool(sent.get(FIELD)) or (made is not None and not _is_slow_enough(made))


def _is_slow_enough(made: str) -> bool:
    signer = _signer()
    try:
        _value, moment = signer.unsign(made, return_timestamp=True)
    except BadData:
        return False
    return signer.get_timestamp() - int(moment.timestamp()) >= QUICKEST_SECONDS


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt=_PURPOSE)
