"""Finding, making, renaming and merging tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.content.tags.models import (
    NAME_LENGTH,
    SLUG_LENGTH,
    Tag,
    TagAddress,
    folded,
    taggable_models,
)
from app.core.forms.named import Naming, call_by_name
from app.core.kinds.text import is_storable
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.core.slugs import free_slug, slug_of, stem_of
from app.extensions import db

ATTEMPTS = 5
EMPTY_SLUG = "tag"


def find_named(names: Iterable[str]) -> dict[str, Tag]:
    """The tags there are of these names."""
    return find_tags(folded(name) for name in names)


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, in their order; those that are unknown are made.

    It commits nothing. Two that make the same tag at once get the same one.
    """
    wanted = {folded(name): " ".join(name.split()) for name in reversed([*names]) if name.split()}
    found = find_tags(wanted)
    if wanted.keys() <= found.keys():
        return [found[key] for key in reversed(wanted)]
    is_alone = _write_alone()
    if is_alone:
        found = find_tags(wanted)
    # In one order everywhere, so that two who make the same tags do not wait for each other.
    for key in sorted(wanted.keys() - found.keys()):
        found[key] = _add(wanted[key]) if is_alone else _made(key, wanted[key])
    return [found[key] for key in reversed(wanted)]


def find_tags(keys: Iterable[str]) -> dict[str, Tag]:
    """The tags there are of these folded names; none has one that no database stores."""
    statement = sa.select(Tag).where(Tag.folded.in_([key for key in keys if is_storable(key)]))
    return {tag.folded: tag for tag in db.session.scalars(statement)}


def find_by_slug(slug: str) -> Tag | None:
    """The tag at this address, or at one that it had before: then its slug is another one."""
    tag = db.session.scalar(sa.select(Tag).where(Tag.slug == slug))
    if tag is not None:
        return tag
    before = sa.select(Tag).join(TagAddress).where(TagAddress.slug == slug)
    return db.session.scalar(before)


def prepare_tag(tag: Tag) -> None:
    """Give a tag the slug of its name; the one that it had leads there from now on."""
    with db.session.no_autoflush:
        old = tag.slug
        wanted = slug_of(tag.name or "", SLUG_LENGTH, EMPTY_SLUG)
        if old is not None and (old == wanted or not _has_new_name(tag)):
            return
        tag.slug = _free(wanted, tag.id)
        db.session.execute(
            sa.delete(TagAddress).where(TagAddress.slug == tag.slug),
            execution_options={"synchronize_session": False},
        )
        if old is not None:
            db.session.add(TagAddress(slug=old, tag=tag))


def merge_tags(tag: Tag, into: Tag) -> None:
    """Let everything that has `tag` have `into` instead, delete `tag`, and commit.

    Its addresses lead to `into` from now on.
    """
    merge_all([tag], into)


def merge_all(tags: Sequence[Tag], into: Tag) -> int:
    """The same for several tags, in one transaction; gives how many were merged."""
    others = [tag for tag in tags if tag.id != into.id]
    with committed(gate_of(Tag)):
        _lock(*others, into)
        for tag in others:
            for table in taggable_models().values():
                _move_links(table, tag.id, into.id)
            db.session.execute(
                sa.update(TagAddress).where(TagAddress.tag_id == tag.id).values(tag_id=into.id),
                execution_options={"synchronize_session": False},
            )
            db.session.delete(tag)
            db.session.flush()
            db.session.add(TagAddress(slug=tag.slug, tag_id=into.id))
    return len(others)


def _made(key: str, name: str) -> Tag:
    for _attempt in range(ATTEMPTS):
        try:
            with db.session.begin_nested():
                return _add(name)
        except IntegrityError:
            # Somebody made it, or took its slug, between our look and our write.
            found = find_tags([key])
            if key in found:
                return found[key]
    raise RuntimeError(f"no free address for the tag {name!r}")


def _add(name: str) -> Tag:
    tag = Tag(name=name)
    prepare_tag(tag)
    db.session.add(tag)
    db.session.flush()
    return tag


def _write_alone() -> bool:
    """On SQLite, begin to write now, which nobody else does until this transaction ends."""
    mapper: Any = sa.inspect(Tag)
    if db.session.get_bind(mapper).dialect.name != "sqlite":
        return False
    nothing = sa.update(mapper.local_table).values(id=mapper.local_table.c.id).where(sa.false())
    db.session.execute(nothing, bind_arguments={"mapper": mapper})
    return True


def _has_new_name(tag: Tag) -> bool:
    history: Any = sa.inspect(tag).attrs.name.history
    return bool(history.has_changes())


def _free(wanted: str, key: int | None) -> str:
    """A slug that no other tag has; one that a tag had long ago is taken over by the new one."""
    stem = stem_of(wanted, SLUG_LENGTH)
    others = sa.select(Tag.slug).where(Tag.slug.startswith(stem, autoescape=True), Tag.id != key)
    return free_slug(wanted, set(db.session.scalars(others)), SLUG_LENGTH)


def _lock(*tags: Tag) -> None:
    """Let two who merge the same tags do so one after the other."""
    keys = sorted(tag.id for tag in tags)
    statement = sa.select(Tag.id).where(Tag.id.in_(keys)).order_by(Tag.id).with_for_update()
    db.session.execute(statement)


def _move_links(table: sa.Table, old: int, new: int) -> None:
    owner = next(column for column in table.primary_key if column.key != "tag_id")
    has_new = sa.select(owner).where(table.c.tag_id == new)
    db.session.execute(
        sa.delete(table).where(table.c.tag_id == old, owner.in_(has_new.scalar_subquery()))
    )
    db.session.execute(sa.update(table).where(table.c.tag_id == old).values(tag_id=new))


call_by_name(
    Tag,
    Naming(
        find=find_named,
        make=tags_named,
        draft=lambda name: Tag(name=name),
        fold=folded,
        max_length=NAME_LENGTH,
    ),
)
