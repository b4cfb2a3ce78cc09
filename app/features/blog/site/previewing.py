"""A post as its page will show it, before everybody may read it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import make_response, render_template
from werkzeug.wrappers import Response

from app.content.attachments.pictures import picture_html, picture_of, with_sources
from app.core.i18n import list_languages
from app.core.markup import reading_minutes, video_box
from app.core.web import public_policy
from app.features.blog.models import Post
from app.features.blog.site import heads
from app.features.blog.site.heads import Head
from app.features.blog.site.pages import PLAYERS


class Writer(NamedTuple):
    """Who has written the post; a preview leads nowhere else."""

    author: str
    author_slug: str | None = None


class Around(NamedTuple):
    """What stands around the post."""

    tags: tuple[Any, ...]
    translations: tuple[Any, ...] = ()


def render_post(post: Post) -> Response:
    """The page of a post that is no page of the site yet: neither listed nor kept."""
    title = heads.description_of(post.summary or post.body or post.quote) or post.title
    page = render_template(
        "blog/desk/preview.html",
        head=Head(post.title, "post", {"slug": post.slug}, title, is_indexed=False),
        blog_title=heads.blog_title(),
        blog_summary=heads.blog_summary(),
        link=heads.link,
        # The preview itself is in one language, and its token stands in no other address.
        here_in=lambda _language: heads.link("home"),
        languages=list_languages,
        newer=None,
        older=None,
        post=post,
        author=Writer(_byline(post)),
        around=Around(tuple(post.tags)),
        picture=picture_of(post),
        picture_html=picture_html,
        body=with_sources(post.body or ""),
        minutes=reading_minutes(post.body or post.quote or ""),
        edit_url=None,
        video_box=video_box,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = public_policy(PLAYERS)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _byline(post: Post) -> str:
    """The name that readers will know the author by."""
    if post.byline is not None:
        return post.byline.display_name
    return f"{post.author.first_name} {post.author.last_name}".strip()
