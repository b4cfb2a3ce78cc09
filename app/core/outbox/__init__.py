"""Events written in the transaction that causes them, and delivered after its commit.

`emit()` writes one, `@handles()` says what it leads to, a worker delivers it: also after a crash.
"""

from app.core.outbox.emit import emit
from app.core.outbox.handlers import handles

__all__ = ["emit", "handles"]
