"""What the models are called that have an ability, and what the abilities learn from them."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Mapper

from app.core.fields import fields_of
from app.core.trash import scope_condition

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def name_of(model: type) -> str:
    """The name of a model in columns and relations: `Post` is `post`."""
    return _BOUNDARY.sub("_", model.__name__).lower()


def before_use(step: Callable[[], None]) -> None:
    """Do something when mappers are put together next, which is before any of them is used.

    A model that takes an ability on adds attributes to another one, which may be in use already:
    SQLAlchemy would complete all models at once then, and some are not even imported.
    """
    _steps.append(step)


_steps: list[Callable[[], None]] = []


@event.listens_for(Mapper, "before_configured")
def _take_steps() -> None:
    while _steps:
        _steps.pop(0)()
        # What was derived of a model, before it had these attributes, holds no longer.
        fields_of.cache_clear()
        scope_condition.cache_clear()
