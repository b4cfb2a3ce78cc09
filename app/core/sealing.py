"""Texts that stand in the database and that only this installation can read."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
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
