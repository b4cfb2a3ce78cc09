"""Tags, the addresses that they had before, and the ability of a model to have them.

::

    class Post(Taggable, Model):
        __tablename__ = "blog_post"

gives `post.tags`, the table `blog_post_tag`, and in the list of tags how many posts each has.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import (
    Mapped,
    column_property,
    declared_attr,
    mapped_column,
    relationship,
    validates as checked,
)

from app.content.subjects import before_use, name_of
from app.core.clock import now
from app.core.labels import humanise, label, plural_of
from app.core.models import Model
from app.core.refusals import refused
from app.core.types import Str, UtcTime

NAME_LENGTH = 80
FOLDED_LENGTH = 4 * NAME_LENGTH
SLUG_LENGTH = 100


def folded(name: str) -> str:
    """What two names have in common that differ only in case, spaces or how they are encoded."""
    return unicodedata.normalize("NFKC", " ".join(name.split()).casefold())


class Tag(Model):
    """A word by which things are found; there is one of a name, whatever the case."""

    __tablename__ = "content_tag"
    __table_args__ = (
        sa.UniqueConstraint(
            "folded", info=refused("name", _("There is a tag of this name already."))
        ),
    )

    name: Mapped[str] = mapped_column(Str(NAME_LENGTH))
    folded: Mapped[str] = mapped_column(Str(FOLDED_LENGTH), info={"readonly": True})
    slug: Mapped[str] = mapped_column(Str(SLUG_LENGTH), unique=True, info={"readonly": True})

    @checked("name")
    def _fold_name(self, _key: str, name: str | None) -> str | None:
        name = None if name is None else " ".join(name.split())
        self.folded = folded(name) if name else ""
        return name


class TagAddress(Model):
    """A slug that a tag had before it was renamed, or a tag that is now part of this one."""

    __tablename__ = "content_tag_address"

    slug: Mapped[str] = mapped_column(Str(SLUG_LENGTH), unique=True)
    tag_id: Mapped[int] = mapped_column(sa.ForeignKey(Tag.id, ondelete="CASCADE"), index=True)

    tag: Mapped[Tag] = relationship()


_links: dict[type, sa.Table] = {}


class Taggable:
    """Lets a model have tags."""

    @declared_attr
    def tags(cls: Any) -> Mapped[list[Tag]]:  # noqa: N805 (SQLAlchemy passes the class)
        """The tags, by name."""
        table = _link_table(cls)
        before_use(lambda: _count_in_tags(cls, table))
        _links[cls] = table
        return relationship(Tag, secondary=table, order_by=Tag.folded, doc="")


def taggable_models() -> dict[type, sa.Table]:
    """The models that have tags, with the table that links them."""
    return dict(_links)


def count_name(model: type) -> str:
    """The attribute of a tag with the number of rows of a model that have it."""
    return f"{name_of(model)}_count"


def used_name(model: type) -> str:
    """The attribute of a tag with the moment when a row of a model was last given it."""
    return f"{name_of(model)}_used_at"


def _link_table(model: Any) -> sa.Table:
    """The table `<tablename>_tag`; its second index also answers when a tag was used last."""
    name, owner = f"{model.__tablename__}_tag", f"{name_of(model)}_id"
    return sa.Table(
        name,
        model.metadata,
        sa.Column(
            owner,
            sa.ForeignKey(f"{model.__tablename__}.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("tag_id", sa.ForeignKey(Tag.id, ondelete="CASCADE"), primary_key=True),
        sa.Column("created_at", UtcTime, default=now, nullable=False),
        sa.Index(f"ix_{name}_tag_id", "tag_id", "created_at"),
    )


def _count_in_tags(model: Any, table: sa.Table) -> None:
    """Let the list of tags say how often each is used, and when it last was."""
    plural = label(plural_of(humanise(model.__name__)))
    uses = sa.select(sa.func.count()).where(table.c.tag_id == Tag.id)
    last = sa.select(sa.func.max(table.c.created_at)).where(table.c.tag_id == Tag.id)
    # They are asked for in the list of tags alone, and are no part of a tag elsewhere.
    for name, statement, text in (
        (count_name(model), uses, plural),
        (used_name(model), last, _("Last used")),
    ):
        value = column_property(statement.scalar_subquery(), deferred=True, info={"label": text})
        setattr(Tag, name, value)
