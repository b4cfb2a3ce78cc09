"""What is looked at before a post is published: what it lacks, and what its readers would miss."""

import re
from collections.abc import Iterable, Sequence
from html import unescape
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import gettext as _, ngettext
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.content.markup import reading_minutes
from app.core.addresses import site_url
from app.extensions import db
from app.features.blog.addresses import SITE
from app.features.blog.models import MAIN_FIELDS, Post, PostAddress, PostKind
from app.features.blog.queries import is_published

LONG_TITLE = 70
"""What search engines and feed readers show of a title."""
LONG_READ = 25
MAX_LOOKED_AT = 20
"""Of how many posts the warnings are listed when many are published at once."""
_POST = f"{SITE}.post"
_IMAGE = re.compile(r"<img\b[^>]*>")
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
_HAS_WORDS = re.compile(r'\balt="\s*[^"\s]')


def missing_parts(post: Post) -> list[str]:
    """What a post of its kind cannot be published without."""
    messages = {
        PostKind.TEXT: _("Write the text of the post."),
        PostKind.IMAGE: _("Say what the picture shows."),
        PostKind.VIDEO: _("Paste the address of the video."),
        PostKind.QUOTE: _("Write the words that you quote."),
    }
    found = []
    if not (getattr(post, MAIN_FIELDS[post.kind]) or "").strip():
        found.append(messages[post.kind])
    if post.kind is PostKind.IMAGE and post.image is None:
        found.append(_("Choose the picture."))
    return found


def warnings_of(posts: Sequence[Post]) -> list[str]:
    """What speaks against publishing these posts now, with their titles where there are several."""
    looked_at = posts[:MAX_LOOKED_AT]
    links = {post.id: _internal_paths(post) for post in looked_at}
    broken = _broken(path for paths in links.values() for path in paths)
    found = []
    for post in looked_at:
        dead = [path for path in links[post.id] if path in broken]
        found += [
            f"{post.title}: {warning}" if len(posts) > 1 else warning
            for warning in _warnings(post, dead)
        ]
    return found


def _warnings(post: Post, dead: Sequence[str]) -> Iterable[str]:
    body = post.body or ""
    if not post.summary:
        yield _("There is no summary: lists and feeds begin with the text itself.")
    if len(post.title) > LONG_TITLE:
        yield _(
            "The title has %(count)d characters; much of it will be cut.", count=len(post.title)
        )
    if not post.tags:
        yield _("It has no tags, so nobody finds it by its subject.")
    silent = sum(1 for image in _IMAGE.findall(body) if not _HAS_WORDS.search(image))
    if silent:
        yield ngettext(
            "%(num)d picture in the text says nothing to whoever cannot see it.",
            "%(num)d pictures in the text say nothing to whoever cannot see them.",
            silent,
        )
    if post.image is not None and not post.image_alt:
        yield _("The picture of the post says nothing to whoever cannot see it.")
    for path in dead:
        yield _("The link to %(path)s leads nowhere.", path=path)
    minutes = reading_minutes(body) if body else 0
    if minutes > LONG_READ:
        yield _("Reading it takes %(minutes)d minutes.", minutes=minutes)


def _internal_paths(post: Post) -> list[str]:
    """Where the links of the text lead on this site."""
    found = (unescape(link) for link in _LINK.findall(post.body or ""))
    base = site_url()
    paths = [link.removeprefix(base) for link in found if link.startswith(("/", base))]
    own = [unquote(urlsplit(path).path) for path in paths if not path.startswith("//")]
    return list(dict.fromkeys(path for path in own if path))


def _broken(paths: Iterable[str]) -> set[str]:
    """Those of the paths that no page has, or only a post that nobody may read."""
    adapter = current_app.url_map.bind("")
    broken, slugs = set(), {}
    for path in dict.fromkeys(paths):
        try:
            endpoint, values = adapter.match(path, "GET")
        except RequestRedirect:
            continue
        except HTTPException:
            broken.add(path)
            continue
        if endpoint == _POST:
            slugs[path] = values["slug"]
    if slugs:
        known = _readable_slugs(set(slugs.values()))
        broken |= {path for path, slug in slugs.items() if slug not in known}
    return broken


def _readable_slugs(slugs: set[str]) -> set[str]:
    posts = select(Post.slug).where(is_published(), Post.deleted_at.is_(None), Post.slug.in_(slugs))
    former = select(PostAddress.slug).where(PostAddress.slug.in_(slugs))
    return {*db.session.scalars(posts), *db.session.scalars(former)}
