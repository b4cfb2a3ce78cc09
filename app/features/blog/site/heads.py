"""What a page tells search engines and other sites about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _

from app.core.addresses import page_url, site_url
from app.core.i18n import list_languages
from app.core.markup import excerpt
from app.core.pagecache import LANGUAGE, asked_language
from app.features.blog.addresses import SITE, whole_url_of

IMAGE_WIDTH = 1280
DESCRIPTION_LENGTH = 160
"""What search engines show of a description."""
SEARCHED = ("q", "page")
"""What the address of a search says of it."""
_CONTEXT = "https://schema.org"


@dataclass(frozen=True)
class Head:
    """What stands in the head of a page."""

    title: str
    page: str
    """The endpoint, without the view, and below the values in its address."""
    values: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    kind: str = "website"
    image: str = ""
    is_indexed: bool = True
    translations: Mapping[str, str] = field(default_factory=dict)
    """The slugs of the same post in other languages, by language."""
    trail: Sequence[tuple[str, str, Mapping[str, Any]]] = ()
    """The pages above this one: name, endpoint and values."""
    article: Mapping[str, Any] | None = None
    """What is said of a post: author, moments, tags."""
    feed: Mapping[str, Any] | None = None
    """The values of the feed of a tag, where the page is one."""

    @property
    def asked_language(self) -> str | None:
        """The language in the address, where it has one."""
        return asked_language()

    @property
    def canonical(self) -> str:
        """The one address of this page."""
        return whole_url_of(self.page, **self.values, **_lang(self.asked_language))

    def alternates(self) -> list[tuple[str, str]]:
        """The same page in other languages: language and address."""
        plain = whole_url_of(self.page, **self.values)
        if self.translations:
            others = [
                (code, whole_url_of("post", slug=slug)) for code, slug in self.translations.items()
            ]
        else:
            others = [
                (code, whole_url_of(self.page, **self.values, **_lang(code)))
                for code, _name in list_languages()
            ]
        return [*((code.replace("_", "-"), url) for code, url in others), ("x-default", plain)]

    def data(self) -> list[Mapping[str, Any]]:
        """The page as data, in the words of schema.org."""
        found: list[Mapping[str, Any]] = []
        if self.article is not None:
            found.append({"@context": _CONTEXT, **self.article, "url": self.canonical})
        if self.trail:
            found.append({"@context": _CONTEXT, "@type": "BreadcrumbList", **self._trail()})
        return found

    def _trail(self) -> Mapping[str, Any]:
        places = [(name, whole_url_of(page, **values)) for name, page, values in self.trail]
        places.append((self.title, self.canonical))
        return {
            "itemListElement": [
                {"@type": "ListItem", "position": number, "name": name, "item": url}
                for number, (name, url) in enumerate(places, 1)
            ]
        }


def link(page: str, /, **values: Any) -> str:
    """A link on a page; the language that the reader has asked for goes along."""
    return page_url(f"{SITE}.{page}", **values, **_lang(asked_language()))


def here_in(language: str | None) -> str:
    """The page that is read, in another language; what was searched for stays."""
    endpoint = request.endpoint or f"{SITE}.home"
    # Other pages are kept for all, whatever somebody has written behind their address.
    kept = SEARCHED if endpoint == f"{SITE}.search" else ()
    query = {name: value for name, value in request.args.items() if name in kept}
    values = {**(request.view_args or {}), **query, LANGUAGE: language}
    return page_url(endpoint if endpoint.startswith(SITE) else f"{SITE}.home", **values)


def blog_title() -> str:
    """What the blog is called."""
    config = current_app.config
    return str(config.get("BUREAU_BLOG_TITLE") or _("%(site)s blog", site=config["APP_NAME"]))


def blog_summary() -> str:
    """What it is about."""
    given = current_app.config.get("BUREAU_BLOG_SUMMARY")
    return str(given or _("What we work on, and what we learned on the way."))


def description_of(text: str | None) -> str:
    """The beginning of a text, as long as search engines show it."""
    return excerpt(text, DESCRIPTION_LENGTH) if text else ""


def article_of(
    post: Any, author: str, author_slug: str | None, image: str, tags: Sequence[str]
) -> Mapping[str, Any]:
    """A post in the words of schema.org."""
    person = {"@type": "Person", "name": author}
    if author_slug:
        person["url"] = whole_url_of("author", slug=author_slug)
    found: dict[str, Any] = {
        "@type": "BlogPosting",
        "headline": post.title,
        "datePublished": post.published_at.isoformat(),
        "dateModified": max(post.published_at, post.updated_at).isoformat(),
        "inLanguage": post.locale.replace("_", "-"),
        "author": person,
        "publisher": {"@type": "Organization", "name": current_app.config["APP_NAME"]},
        "mainEntityOfPage": whole_url_of("post", slug=post.slug),
        "keywords": list(tags),
    }
    if image:
        found["image"] = image
    return found


def whole(address: str) -> str:
    """An address on this site, with the host."""
    root = request.script_root
    return f"{site_url()}{address.removeprefix(root)}" if address else ""


def _lang(code: str | None) -> Mapping[str, str]:
    return {LANGUAGE: code} if code else {}
