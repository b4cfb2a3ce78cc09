"""What programs read: feeds, the map of the site, and what robots may visit."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any
from urllib.parse import urlsplit

from flask import Response, render_template
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _
from markupsafe import Markup

from app.content.attachments.pictures import picture_of
from app.core.addresses import site_url
from app.core.clock import now
from app.core.errors import NotFound
from app.core.markup import video_box
from app.core.pagecache import Plan, public_page
from app.features.blog.addresses import FEEDS, whole_url_of
from app.features.blog.models import Post
from app.features.blog.site import heads, plans, queries

FEED_POSTS = 20
MAP_SECONDS = 3600
MAP_SIZE = 50_000
"""How many addresses one map may have, as the protocol says."""
FEED_TYPE = "application/atom+xml; charset=utf-8"
MAP_TYPE = "application/xml; charset=utf-8"
# What no document of XML may hold, escaped or not.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class BlogFeeds(BaseView):
    """Feeds and maps; they are the same for everybody."""

    route_base = ""
    default_view = "feed"

    @expose("/blog/feed.xml")
    @public_page(plans.HOME_SECONDS, plans.plan_of_list, is_personal=False)
    def feed(self) -> Any:
        """The newest posts."""
        return _feed("feed", {}, "home", {}, heads.blog_title(), [])

    @expose("/blog/tag/<slug>/feed.xml")
    @public_page(plans.HOME_SECONDS, plans.plan_of_list, is_personal=False)
    def tag_feed(self, slug: str) -> Any:
        """The newest posts with a tag."""
        tag = queries.find_tag(slug)
        if tag is None:
            raise NotFound
        title = _("%(blog)s: %(tag)s", blog=heads.blog_title(), tag=tag.name)
        values = {"slug": slug}
        return _feed("tag_feed", values, "tag", values, title, [queries.of_tag(tag.id)])

    @expose("/blog/sitemap.xml")
    @public_page(MAP_SECONDS, plans.plan_of_list, is_personal=False)
    def sitemap(self) -> Any:
        """All addresses; where they are too many for one map, the list of the maps."""
        parts = math.ceil(queries.count_posts() / MAP_SIZE) + 1
        if parts > 2:
            maps = [whole_url_of_feed("sitemap_part", number=number) for number in range(parts)]
            return _xml("blog/sitemap_index.xml", MAP_TYPE, maps=maps)
        return _map([*_other_addresses(), *_post_addresses(1)])

    @expose("/blog/sitemap-<int:number>.xml")
    @public_page(MAP_SECONDS, plans.plan_of_list, is_personal=False)
    def sitemap_part(self, number: int) -> Any:
        """One map: the lists, or some of the posts."""
        if number > math.ceil(queries.count_posts() / MAP_SIZE):
            raise NotFound
        return _map(_post_addresses(number) if number else _other_addresses())

    @expose("/robots.txt")
    @public_page(MAP_SECONDS, lambda: Plan(()), is_personal=False)
    def robots(self) -> Any:
        """What robots may visit, and where the map is."""
        lines = (
            "User-agent: *",
            "Disallow: /home/",
            "Disallow: /login/",
            "Disallow: /blog/search",
            "Disallow: /blog/preview/",
            f"Sitemap: {whole_url_of_feed('sitemap')}",
        )
        return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def whole_url_of_feed(page: str, **values: Any) -> str:
    """The address of a feed or a map, with the host."""
    return whole_url_of(page, view=FEEDS, **values)


def _feed(
    own: str,
    own_values: dict[str, Any],
    page: str,
    values: dict[str, Any],
    title: str,
    where: list[Any],
) -> Response:
    posts, _has_more = queries.read_page(where, 1, FEED_POSTS)
    tags = queries.read_tags(post.id for post in posts) if posts else {}
    # A feed without entries has changed when it was asked for, as far as anybody can tell.
    updated = max((_changed(post) for post in posts), default=now())
    return _xml(
        "blog/feed.xml",
        FEED_TYPE,
        title=title,
        subtitle=heads.blog_summary(),
        own=whole_url_of_feed(own, **own_values),
        page=whole_url_of(page, **values),
        updated=updated,
        posts=posts,
        tags=tags,
        changed=_changed,
        identifier=_identifier,
        post_url=lambda post: whole_url_of("post", slug=post.slug),
        tag_url=lambda tag: whole_url_of("tag", slug=tag.slug),
        content=_content,
    )


def _changed(post: Any) -> datetime.datetime:
    """When a post was changed last; one written before it was published appears as new."""
    latest: datetime.datetime = max(post.updated_at, post.published_at)
    return latest


def _identifier(post: Any) -> str:
    """What stays the same of a post whatever becomes of its title and address (RFC 4151)."""
    return f"tag:{urlsplit(site_url()).hostname},{post.published_at:%Y-%m-%d}:blog/{post.id}"


def _content(post: Any) -> str:
    """All of a post as HTML; what was written was cleaned when it was saved."""
    picture = picture_of(post, "image", Post)
    parts: list[str] = []
    if picture is not None:
        address = heads.whole(picture.plain_url(heads.IMAGE_WIDTH))
        parts.append(Markup('<p><img src="{}" alt="{}"></p>').format(address, picture.alt))
    if post.quote:
        parts.append(Markup("<blockquote>{}</blockquote>").format(post.quote))
    if post.quote_source:
        parts.append(Markup("<p>— {}</p>").format(post.quote_source))
    if post.youtube_id:
        parts.append(video_box(post.youtube_id))
    return "".join((*parts, post.body or ""))


def _post_addresses(number: int) -> list[tuple[str, datetime.datetime | None]]:
    rows = queries.read_addresses((number - 1) * MAP_SIZE, MAP_SIZE)
    return [(whole_url_of("post", slug=row.slug), row.updated_at) for row in rows]


def _other_addresses() -> list[tuple[str, datetime.datetime | None]]:
    tags, authors = queries.read_other_addresses()
    pages = [whole_url_of("home"), whole_url_of("archive")]
    pages += [whole_url_of("tag", slug=slug) for slug in tags]
    pages += [whole_url_of("author", slug=slug) for slug in authors]
    return [(address, None) for address in pages]


def _map(addresses: list[tuple[str, datetime.datetime | None]]) -> Response:
    return _xml("blog/sitemap.xml", MAP_TYPE, addresses=addresses)


def _xml(template: str, content_type: str, **values: Any) -> Response:
    text = _FORBIDDEN.sub("", render_template(template, **values))
    return Response(text, content_type=content_type)
