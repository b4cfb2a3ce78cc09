"""What signs the links that people are sent."""

from __future__ import annotations

from hashlib import sha256

from flask import current_app
from itsdangerous import URLSafeSerializer


def link_serializer(purpose: str) -> URLSafeSerializer:
    """Signs with the key of the site for one purpose; what an older key signed still counts."""
    config = current_app.config
    keys = [*reversed(config.get("SECRET_KEY_FALLBACKS") or ()), config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=purpose, signer_kwargs={"digest_method": sha256})
