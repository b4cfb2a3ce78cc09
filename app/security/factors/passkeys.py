"""Passkeys (WebAuthn): what a browser is asked to sign, and whether what it sends is right."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.core.clock import now
from app.extensions import db
from app.security.factors.challenges import Purpose, draw_challenge, spend, take_challenge
from app.security.factors.models import MAX_CREDENTIAL, Passkey
from app.security.factors.site import RelyingParty

MAX_ANSWER = 16_384
HANDLE_BYTES = 32
TIMEOUT_MS = 300_000
MAX_PASSKEYS = 20

Answer = dict[str, Any]
Verified = TypeVar("Verified")

_log = logging.getLogger(__name__)


class WrongPasskey(Exception):
    """What the browser has sent proves nothing."""


def passkeys_of(user_id: int) -> Sequence[Passkey]:
    """The passkeys of a user, in the order they were made."""
    statement = sa.select(Passkey).where(Passkey.user_id == user_id)
    return db.session.scalars(statement.order_by(Passkey.created_at, Passkey.id)).all()


def registration_options(party: RelyingParty, user: User) -> str:
    """What the browser needs to make a key for this user."""
    held = passkeys_of(user.id)
    # The same handle for all keys of a user: a device replaces the key it has, and adds none.
    handle = held[0].handle if held else bytes_to_base64url(secrets.token_bytes(HANDLE_BYTES))
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=base64url_to_bytes(handle),
        user_name=user.username,
        user_display_name=user.get_full_name().strip() or user.username,
        challenge=draw_challenge(Purpose.REGISTER, handle),
        timeout=TIMEOUT_MS,
        exclude_credentials=_descriptors(held),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options)


def register_passkey(party: RelyingParty, user_id: int, name: str, sent: str) -> Passkey:
    """Keep the key that the browser has made; committing is the caller's.

    Raises `Stale` for an old challenge, and `WrongPasskey` for anything else that is wrong.
    """
    challenge, handle = take_challenge(Purpose.REGISTER)
    answer = _read(sent)
    made = _checked(
        lambda: verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    )
    credential_id = bytes_to_base64url(made.credential_id)
    if len(credential_id) > MAX_CREDENTIAL or _find(credential_id) is not None:
        raise WrongPasskey("the key is known already")
    spend(challenge)
    passkey = Passkey(
        user_id=user_id,
        name=name,
        credential_id=credential_id,
        handle=handle,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=" ".join(_transports(answer)),
        created_at=now(),
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def authentication_options(
    party: RelyingParty, purpose: Purpose, user_id: int | None = None
) -> str:
    """What the browser needs to sign with a key: one of a user's, or whichever it has.

    Where the key is all that is asked for, the device must ask who uses it: by a finger, a face
    or a number. So it stands for two factors.
    """
    held = passkeys_of(user_id) if user_id is not None else ()
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=draw_challenge(purpose),
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(held),
        user_verification=UserVerificationRequirement.PREFERRED
        if user_id is not None
        else UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def use_passkey(
    party: RelyingParty, purpose: Purpose, sent: str, user_id: int | None = None
) -> Passkey:
    """The key that has signed the challenge; committing is the caller's.

    With `user_id` only a key of that user will do. Without, the device must have made sure who
    uses it. Raises `Stale` and `WrongPasskey` as `register_passkey` does.
    """
    challenge, _handle = take_challenge(purpose)
    answer = _read(sent)
    passkey = _find(str(answer.get("id")))
    if passkey is None or (user_id is not None and passkey.user_id != user_id):
        raise WrongPasskey("no such key")
    if user_id is None and _handle_in(answer) != passkey.handle:
        raise WrongPasskey("the key is that of another user")
    found = _checked(
        lambda: verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=user_id is None,
        )
    )
    spend(challenge)
    passkey.sign_count, passkey.last_used_at = found.new_sign_count, now()
    return passkey


def remove_passkeys(user_id: int) -> None:
    """Forget all passkeys of a user; committing is the caller's."""
    db.session.execute(sa.delete(Passkey).where(Passkey.user_id == user_id))


def _find(credential_id: str) -> Passkey | None:
    if "\0" in credential_id:
        return None
    return db.session.scalar(sa.select(Passkey).where(Passkey.credential_id == credential_id))


def _descriptors(held: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(passkey.credential_id),
            transports=[AuthenticatorTransport(name) for name in passkey.transports.split()]
            or None,
        )
        for passkey in held
    ]


def _read(sent: str) -> Answer:
    """What a browser has sent, as JSON; raises `WrongPasskey`."""
    try:
        answer = json.loads(sent) if len(sent) <= MAX_ANSWER else None
    except (ValueError, RecursionError) as error:
        raise WrongPasskey("no JSON") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        raise WrongPasskey("no credential")
    return answer


def _transports(answer: Answer) -> list[str]:
    """How the key can be reached; a later sign-in tells the browser, which then asks less."""
    named = answer["response"].get("transports")
    known = {transport.value for transport in AuthenticatorTransport}
    return [name for name in named if name in known] if isinstance(named, list) else []


def _handle_in(answer: Answer) -> str:
    return str(answer["response"].get("userHandle") or "").rstrip("=")


def _checked(verify: Callable[[], Verified]) -> Verified:
    try:
        return verify()
    except Exception as error:
        # The library parses CBOR, keys and certificates that anybody may have written, and each
        # of its parsers has errors of its own. Whatever they are, nothing was proved.
        _log.info("A passkey was refused: %s", error)
        raise WrongPasskey(str(error)) from error
