"""The signals of mail; outer rings listen to them, and mail never knows who does."""

from __future__ import annotations

from blinker import Namespace

_namespace = Namespace()

bounced = _namespace.signal("mail-bounced")
"""Sent when a server has said that there is no reader at an address: sender is the name of the
mail, `address` the address, in lower case.

It is sent in the transaction that marks the mail, once for each mail: what a receiver writes
through `db.session` is committed with the mark, and a receiver that raises undoes both.
"""
