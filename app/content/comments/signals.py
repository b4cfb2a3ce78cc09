"""What happens to comments, for whoever shows or counts them.

They are sent in the transaction that changes the comment, before its commit.
"""

from __future__ import annotations

from blinker import Namespace

_namespace = Namespace()

comment_submitted = _namespace.signal("comment-submitted")
"""Sender is the class `Comment`; `comment` was written just now, whatever its state."""

comment_decided = _namespace.signal("comment-decided")
"""Sender is the class `Comment`; the states of `comments` were changed to `state`."""
