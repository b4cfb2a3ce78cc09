"""What the screens of posts have beside the generated ones: revisions, preview links, checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext, lazy_gettext as _, ngettext

from app.content.markup import TextFormat, plain_text, reading_minutes
from app.core.errors import BadParameter, Invalid, NotFound
from app.core.history.side_by_side import Row, side_by_side
from app.core.kinds.number import Integer
from app.core.query.gate import gate_of
from app.core.views import action
from app.core.views.actions import asked
from app.core.views.base import Screen
from app.core.views.guard import guard
from app.features.blog import queries
from app.features.blog.desk import checks, previews
from app.features.blog.models import Post, PostRevision, PostStatus
from app.features.blog.site.previewing import render_post


@dataclass(frozen=True)
class Desk:
    """What the page of a post says about it to those who work on it."""

    missing: Sequence[str]
    warnings: Sequence[str]
    minutes: int
    preview_url: str | None
    can_compare: bool


@dataclass(frozen=True)
class Compared:
    """One field of two revisions."""

    label: Any
    rows: Sequence[Row]


class RevisionPages(Screen):
    """`revisions/<pk>?old=1&new=3`: two revisions of a post beside each other."""

    revisions_template = "blog/desk/revisions.html"

    @expose("/revisions/<pk>")
    @guard("read")
    def revisions(self, pk: str) -> Any:
        """All revisions, and two of them compared: the last two where none are named."""
        gate_of(PostRevision).require("read")
        post = self.gate.get(pk)
        found = queries.revisions_of(post)
        new = _chosen(found, "new", 0)
        old = _chosen(found, "old", min(found.index(new) + 1, len(found) - 1) if new else 0)
        return self.render_template(
            self.revisions_template,
            view=self,
            post=post,
            pk=pk,
            revisions=found,
            old=old,
            new=new,
            compared=_compared(old, new) if old and new else [],
            can_restore=gate_of(PostRevision).can("restore"),
        )


class PreviewPages(Screen):
    """Links that show a post to somebody without an account."""

    @action(
        "share",
        _("Share a preview"),
        icon="link",
        multiple=False,
        asks=[
            asked(
                "days",
                _("Days"),
                Integer(16),
                is_required=True,
                hint=_("For so many days, whoever has the link sees the post. 90 at most."),
            )
        ],
    )
    def share(self, posts: Sequence[Post], days: int) -> str:
        """Make a link to one post."""
        if not 1 <= days <= previews.MAX_DAYS:
            message = gettext("Write a whole number from 1 to %(limit)d.", limit=previews.MAX_DAYS)
            raise Invalid(errors={"days": [message]})
        url = previews.share_preview(posts[0], days)
        return gettext("This link shows the post: %(url)s", url=url)

    @action("unshare", _("End the preview"), icon="lock")
    def unshare(self, posts: Sequence[Post]) -> str:
        """Take the links back."""
        count = previews.revoke_previews(list(posts))
        return ngettext("%(num)d link was ended.", "%(num)d links were ended.", count)

    def desk(self, post: Post) -> Desk:
        """What the page of a post tells those who may change it; readers see nothing of it."""
        is_mine = bool(self.allows("edit") and self.gate.find([str(post.id)], "edit"))
        is_out = post.status is PostStatus.PUBLISHED
        return Desk(
            missing=checks.missing_parts(post) if is_mine and not is_out else (),
            warnings=checks.warnings_of([post]) if is_mine and not is_out else (),
            minutes=reading_minutes(post.body or post.quote or ""),
            preview_url=previews.preview_url(post) if is_mine else None,
            can_compare=gate_of(PostRevision).can("read"),
        )


class PreviewView(BaseView):
    """`/blog/preview/<token>`: a post as readers will see it, for whoever has the link."""

    route_base = "/blog/preview"
    default_view = "show"

    @expose("/<token>")
    def show(self, token: str) -> Any:
        """The post, which no search engine lists and no cache keeps."""
        post = previews.shared_post(token)
        if post is None:
            raise NotFound
        return render_post(post)


def _chosen(found: Sequence[PostRevision], name: str, default: int) -> PostRevision | None:
    """The revision that the address names by its number."""
    text = request.args.get(name)
    if text is None:
        return found[default] if found else None
    for revision in found:
        if str(revision.number) == text:
            return revision
    raise BadParameter(errors={name: [gettext("There is no revision of this number.")]})


def _compared(old: PostRevision, new: PostRevision) -> list[Compared]:
    """The fields of both, as far as anything in them differs."""
    pairs = [
        (_("Title"), old.title, new.title),
        (_("Summary"), old.summary or "", new.summary or ""),
        (_("Body"), *_bodies(old, new)),
    ]
    return [
        Compared(label, side_by_side(before, after))
        for label, before, after in pairs
        if before != after
    ]


def _bodies(old: PostRevision, new: PostRevision) -> tuple[str, str]:
    """What both say; their sources where that is the same, or where they are written as such."""
    if old.body_format is new.body_format is TextFormat.MARKDOWN:
        return old.body_source or "", new.body_source or ""
    said = plain_text(old.body or ""), plain_text(new.body or "")
    return said if said[0] != said[1] else (old.body or "", new.body or "")
