"""Addresses of the public blog: the words that no post may take, and links to its pages."""

from __future__ import annotations

from typing import Any

from app.core.addresses import page_url, public_url

RESERVED_SLUGS = frozenset(
    {
        "archive",
        "author",
        "author-profiles",
        "authors",
        "calendar",
        "comments",
        "confirm",
        "desk",
        "digests",
        "feed",
        "page",
        "post-redirects",
        "post-revisions",
        "posts",
        "preferences",
        "preview",
        "reminders",
        "search",
        "sitemap",
        "subscribe",
        "subscribers",
        "subscription",
        "tag",
        "tags",
        "unsubscribe",
    }
)
"""What stands under /blog/ beside the posts: a post of this slug could not be reached."""

SITE, FEEDS = "BlogSite", "BlogFeeds"
"""The views of the public pages and of what programs read; their endpoints begin so."""


def site_url_of(page: str, /, **values: Any) -> str:
    """The address of a public page, for a link on a page of this site."""
    return page_url(f"{SITE}.{page}", **values)


def whole_url_of(page: str, /, view: str = SITE, **values: Any) -> str:
    """The address of a public page with the host, for mails, feeds and search engines."""
    return public_url(f"{view}.{page}", **values)


def post_url(slug: str) -> str:
    """Where a post is read."""
    return site_url_of("post", slug=slug)
