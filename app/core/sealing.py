"""Texts that stand in the database and that only this installation can read."""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import current_app


class SealBroken(RuntimeError):
    """The text was sealed with another SECRET_KEY or for another purpose, or was changed."""


def seal(text: str, purpose: str) -> str:
    """The text, encrypted and signed; `purpose` keeps one use from reading another's."""
    return _cipher(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """The text that was sealed; raises `SealBroken`."""
    try:
        return _cipher(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("It was sealed with another SECRET_KEY.") from error


def _cipher(purpose: str) -> Fernet:
    material = f"bureau.sealing:{purpose}:{current_app.config['SECRET_KEY']}".encode()
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(material).digest()))


def seal_alike(text: str, purpose: str) -> str:
    """The text, encrypted and signed for an address: the same text gives the same words each time.

    So what lies at such an address can be kept; that two are the same is all that it tells.
    """
    sealed = _alike(purpose).encrypt(text.encode(), [purpose.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal_alike(sealed: str, purpose: str) -> str:
    """The text that `seal_alike` has sealed; raises `SealBroken`."""
    try:
        content = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        return _alike(purpose).decrypt(content, [purpose.encode()]).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken("It was sealed with another SECRET_KEY.") from error


def _alike(purpose: str) -> AESSIV:
    material = f"bureau.sealing-alike:{purpose}:{current_app.config['SECRET_KEY']}".encode()
    return AESSIV(hashlib.sha512(material).digest())
