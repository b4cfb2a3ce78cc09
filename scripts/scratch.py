"""An environment that touches nothing of the installation it runs in."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def scratch_environment() -> Iterator[dict[str, str]]:
    """Settings for an application whose instance folder goes away with the block."""
    with tempfile.TemporaryDirectory(prefix="bureau-") as folder:
        yield {
            "BUREAU_ENV": "testing",
            "BUREAU_INSTANCE": folder,
            "BUREAU_LOG_LEVEL": "WARNING",
        }
