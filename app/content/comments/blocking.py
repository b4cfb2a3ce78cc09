"""What is kept out: mail addresses, network addresses and words."""

from __future__ import annotations

import ipaddress

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement

from app.content.comments.models import BlockKind, CommentBlock
from app.core.clock import now
from app.extensions import db


def is_blocked(*, name: str, email: str, text: str, address: str | None) -> bool:
    """Whether the block list has something against a comment, asked in one statement."""
    email = email.strip().lower()
    domain = f"@{email.rpartition('@')[2]}"
    words = f"{name}\n{email}\n{text}".casefold()
    block = CommentBlock
    against: list[ColumnElement[bool]] = [
        sa.and_(block.kind == BlockKind.EMAIL, block.value.in_([email, domain])),
        # Not LIKE: in a word that is blocked, % and _ stand for themselves.
        sa.and_(block.kind == BlockKind.WORD, sa.func.replace(words, block.value, "") != words),
    ]
    if networks := _networks_of(address):
        against.append(sa.and_(block.kind == BlockKind.ADDRESS, block.value.in_(networks)))
    is_in_force = sa.or_(block.until.is_(None), block.until > now())
    return bool(db.session.scalar(sa.select(sa.exists().where(is_in_force, sa.or_(*against)))))


def network_of(address: str) -> str:
    """An address or network as the block list has it; raises `ValueError`."""
    return str(ipaddress.ip_network(address, strict=False))


def _networks_of(address: str | None) -> list[str]:
    """Every network that an address is in, so that the database need not reckon."""
    try:
        host = ipaddress.ip_address(address or "")
    except ValueError:
        return []
    # Where one socket takes both kinds, ::ffff:192.0.2.7 is 192.0.2.7.
    own = ipaddress.ip_network(getattr(host, "ipv4_mapped", None) or host)
    return [str(own.supernet(new_prefix=length)) for length in range(own.max_prefixlen + 1)]
