"""Python's search for garbage, which finds none in what an application is made of."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused(*, keep: bool = False) -> Iterator[None]:
    """Look for no garbage inside the block: as all that it makes stays, that doubles its time.

    With `keep`, what exists in the end is never looked at again. A request would else wait now and
    then for a look at all objects of the application, and processes that are forked from one could
    not share the memory of them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        if keep:
            gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
