"""A feature with as many models as one likes, each with a view as a newcomer would declare it."""

import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.feature import Feature
from app.core.models import Model
from app.core.types import Str, choice
from app.core.views import ModelView

NAME = "grown"


class Status(StrEnum):
    OPEN = "open"
    DONE = "done"
    LATE = "late"


class Grown(Model):
    __abstract__ = True

    title: Mapped[str] = mapped_column(Str(80))
    status: Mapped[Status] = mapped_column(choice(Status))
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    count: Mapped[int]
    due_on: Mapped[datetime.date | None]


def grown_feature(count: int) -> Feature:
    """The feature; its tables are `grown_m001` and so on, each pointing at the one before."""
    models: list[type[Any]] = []
    for number in range(1, count + 1):
        models.append(_model(number, models[-1] if models else None))
    return Feature(NAME, "Grown", views=tuple(_view(model) for model in models))


def _model(number: int, before: type[Any] | None) -> type[Any]:
    columns: dict[str, Any] = {}
    if before is not None:
        columns["before_id"] = mapped_column(ForeignKey(before.id), index=True)
        columns["before"] = relationship(before)
    name = f"M{number:03d}"
    about = {"__module__": __name__, "__tablename__": f"{NAME}_{name.lower()}", **columns}
    return type(name, (Grown,), about)


def _view(model: type[Any]) -> type[ModelView]:
    about = {"__module__": __name__, "datamodel": SQLAInterface(model)}
    return type(f"{model.__name__}View", (ModelView,), about)
