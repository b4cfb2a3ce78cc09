"""Lists, the people they are shared with, and their items."""

import datetime
from enum import StrEnum

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.core.models import Model, current_user_id
from app.core.refusals import refused
from app.core.types import Str, UtcTime, choice


class Colour(StrEnum):
    GREY = "grey"
    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    BLUE = "blue"
    VIOLET = "violet"


class TodoList(Model):
    __tablename__ = "todo_list"

    owner_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), default=current_user_id
    )
    name: Mapped[str] = mapped_column(Str(80))
    colour: Mapped[Colour] = mapped_column(choice(Colour), default=Colour.GREY)
    position: Mapped[int] = mapped_column(Integer, default=0)

    owner: Mapped[User] = relationship(foreign_keys=owner_id, info={"readonly": True})
    items: Mapped[list["TodoItem"]] = relationship(back_populates="list", passive_deletes="all")
    members: Mapped[list["TodoMember"]] = relationship(viewonly=True)


class TodoMember(Model):
    """A person that a list is shared with; the owner of the list is never one."""

    __tablename__ = "todo_member"
    __table_args__ = (UniqueConstraint("list_id", "user_id"),)

    list_id: Mapped[int] = mapped_column(ForeignKey(TodoList.id, ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    can_write: Mapped[bool] = mapped_column(default=False)

    list: Mapped[TodoList] = relationship(info={"readonly": True})
    user: Mapped[User] = relationship(foreign_keys=user_id, info={"readonly": True})

    def __str__(self) -> str:
        return str(self.user)


class TodoItem(Model):
    __tablename__ = "todo_item"
    __table_args__ = (
        CheckConstraint(
            "remind_at IS NULL OR due_on IS NOT NULL",
            name="reminder_needs_due_date",
            info=refused("due_on", _("A reminder needs a due date.")),
        ),
        # Not the other way round: when the person who ticked it is deleted, the item stays done.
        CheckConstraint("done_by_id IS NULL OR done_at IS NOT NULL", name="done_by_needs_done_at"),
        Index("ix_todo_item_list_id_done_at_position", "list_id", "done_at", "position"),
    )

    list_id: Mapped[int] = mapped_column(ForeignKey(TodoList.id, ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Str(200))
    note: Mapped[str | None] = mapped_column(Str(2000))
    due_on: Mapped[datetime.date | None]
    remind_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    done_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime, info={"readonly": True})
    done_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), index=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)

    done: Mapped[bool] = column_property(done_at.is_not(None))
    list: Mapped[TodoList] = relationship(back_populates="items")
    done_by: Mapped[User | None] = relationship(foreign_keys=done_by_id, info={"readonly": True})


IS_OPEN = TodoItem.done_at.is_(None)

Index(
    "uq_todo_list_owner_id_name",
    TodoList.owner_id,
    func.lower(TodoList.name),
    unique=True,
    info=refused("name", _("There is a list of this name already."), code="name_taken"),
)
Index(
    "uq_todo_item_list_id_title",
    TodoItem.list_id,
    TodoItem.title,
    unique=True,
    postgresql_where=IS_OPEN,
    sqlite_where=IS_OPEN,
    info=refused("title", _("The list has an open item of this title."), code="name_taken"),
)
Index("ix_todo_item_remind_at", TodoItem.remind_at, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)

# What a list shows of its items; loaded only where it is shown.
_OF_THE_LIST = TodoItem.list_id == TodoList.id
_COUNT = select(func.count(TodoItem.id)).where(_OF_THE_LIST).correlate_except(TodoItem)
_NEXT = select(func.min(TodoItem.due_on)).where(_OF_THE_LIST, IS_OPEN).correlate_except(TodoItem)
for _name, _select in {
    "open_count": _COUNT.where(IS_OPEN),
    "done_count": _COUNT.where(~IS_OPEN),
    "next_due_on": _NEXT,
}.items():
    TodoList.__mapper__.add_property(
        _name, column_property(_select.scalar_subquery(), deferred=True)
    )
