"""A device with passkeys, in software: what a browser would send for one, or something wrong."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One key on one device; `count` grows with every signature."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0
    handle: str = field(default_factory=lambda: bytes_to_base64url(secrets.token_bytes(32)))

    @property
    def name(self) -> str:
        """The id of its key, as text."""
        return bytes_to_base64url(self.credential_id)

    @property
    def public_key(self) -> bytes:
        """The public half, as COSE writes it."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}))

    def make(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        """The answer to the options of a registration."""
        self.handle = options["user"]["id"]
        size = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + size + self.credential_id + self.public_key
        data = self._data(options["rp"]["id"], PRESENT | VERIFIED | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client("webauthn.create", options["challenge"], origin)
        return self._answer(client, attestationObject=bytes_to_base64url(attestation))

    def sign(
        self,
        options: dict[str, Any],
        origin: str = ORIGIN,
        *,
        is_verified: bool = True,
        **changes: Any,
    ) -> str:
        """The answer to the options of a sign-in."""
        self.count += 1
        data = self._data(options["rpId"], PRESENT | (VERIFIED if is_verified else 0))
        client = _client("webauthn.get", options["challenge"], origin)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        parts = {
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
            "userHandle": self.handle,
        }
        return self._answer(client, **(parts | changes))

    def _data(self, party: str, flags: int) -> bytes:
        host = hashlib.sha256(party.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, client: bytes, **parts: Any) -> str:
        response = {"clientDataJSON": bytes_to_base64url(client), **parts}
        answer = {"id": self.name, "rawId": self.name, "type": "public-key", "response": response}
        return json.dumps(answer)


def _client(kind: str, challenge: str, origin: str) -> bytes:
    assert base64url_to_bytes(challenge)
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()
