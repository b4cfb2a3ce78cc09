"""The links in a reader's mails: signed, so that nobody can make one up or alter one.

Whoever has got a mail holds its links, and nobody else does: they stand for the reader, so that no
account and no password is needed. One kind stays good for as long as there is the reader; the other
confirms an address, once and for two days.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode

from app.core.addresses import public_url
from app.core.signing import link_serializer
from app.features.blog.newsletter.models import Subscriber

LIFETIME = timedelta(hours=48)
"""How long an address can be confirmed."""
NONCE_BYTES = 16
_READER, _CONFIRM = "blog.reader", "blog.confirm"


def confirmation_token(subscriber: Subscriber) -> str:
    """A new token to confirm the address with; the one before it is good for nothing any more."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    token = str(link_serializer(_CONFIRM).dumps([subscriber.id, nonce]))
    subscriber.token_hash = digest_of(token)
    return token


def confirmed_key(token: str) -> int | None:
    """The key of whom a token was made for, be it used up or too old by now."""
    found = _read(_CONFIRM, token)
    return found[0] if found is not None else None


def reader_token(key: int) -> str:
    """What stands for a reader in all of their mails."""
    return str(link_serializer(_READER).dumps(key))


def reader_key(token: str) -> int | None:
    """The key of the reader whom a token stands for; None where this site has not made it."""
    found = _read(_READER, token)
    return found if isinstance(found, int) else None


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def ask_url() -> str:
    """Where anybody can ask for the newsletter."""
    return public_url("NewsletterView.subscribe")


def confirm_url(token: str) -> str:
    """Where an address is confirmed."""
    return public_url("NewsletterView.confirm", token=token)


def choices_url(key: int) -> str:
    """Where a reader chooses how often they are written to."""
    return public_url("NewsletterView.choose", token=reader_token(key))


def leave_url(key: int) -> str:
    """Where a reader leaves; mail programs send a POST there (RFC 8058)."""
    return public_url("NewsletterView.leave", token=reader_token(key))


def _read(purpose: str, token: str) -> Any:
    try:
        found = link_serializer(purpose).loads(token)
        signature = token.rpartition(".")[2]
        # The last letter says more than the signature holds, so others would do in its place.
        is_exact = base64_encode(base64_decode(signature)).decode() == signature
    except BadData:
        return None
    return found if is_exact else None
