"""The base class of every model of ours, and the part an adopted model shares with it.

The models of an adopted database stand on a base, and so in a metadata, of their own, which a
migration of ours never touches; its `bind_key` names the database::

    class Base(Titled, DeclarativeBase):
        metadata = MetaData(info={"bind_key": "chinook"})
"""

import datetime
from typing import Any

from flask import g, has_request_context
from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Identity, Integer, Table, event
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column, relationship

from app.core.clock import now
from app.core.fields.titles import title_of
from app.core.types import BigId, UtcTime


def current_user_id() -> int | None:
    """The key of the signed-in user, or None outside a request and for visitors."""
    user = g.get("user") if has_request_context() else None
    return user.id if user is not None and user.is_authenticated else None


class Titled:
    """Gives a row the title that lists, pickers and headings call it by."""

    def __str__(self) -> str:
        return title_of(self)


class Model(Titled, FabModel):
    """A table of ours, with the columns that every one of them has."""

    __abstract__ = True
    # FAB lets a second class redefine a table; a duplicate of ours must raise instead.
    __table_args__: Any = {}

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True, sort_order=-10)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now, sort_order=90)
    updated_at: Mapped[datetime.datetime] = mapped_column(
        UtcTime, default=now, onupdate=now, sort_order=91
    )
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"),
        default=current_user_id,
        index=True,
        sort_order=92,
    )
    updated_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"),
        default=current_user_id,
        onupdate=current_user_id,
        index=True,
        sort_order=93,
    )
    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=94)

    @declared_attr
    def created_by(cls: Any) -> Mapped[User | None]:  # noqa: N805 (SQLAlchemy passes the class)
        """Who added the row."""
        return relationship(User, foreign_keys=[cls.created_by_id], viewonly=True)

    @declared_attr
    def updated_by(cls: Any) -> Mapped[User | None]:  # noqa: N805
        """Who changed the row last."""
        return relationship(User, foreign_keys=[cls.updated_by_id], viewonly=True)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.version} if hasattr(cls, "__table__") else {}


@event.listens_for(Model, "instrument_class", propagate=True)
def _never_reuse_keys(mapper: Mapper[Any], _class: type) -> None:
    """SQLite would give the key of a deleted row to the next one, and with it its history."""
    if isinstance(mapper.local_table, Table):
        mapper.local_table.dialect_options["sqlite"]["autoincrement"] = True
