"""The demo posts: seven of ten are texts, the others pictures, films and quotations."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from app.features.blog.desk.slugs import slug_of
from app.features.blog.models import Post, PostKind, PostStatus
from app.features.blog.seed.articles import ARTICLES
from app.features.blog.seed.moments import AGE_DAYS, REFERENCE, in_days
from app.features.blog.seed.people import WRITERS
from app.features.blog.seed.pictures import MOTIFS, Pictures
from app.features.blog.seed.texts import HEADINGS, LISTS, PARAGRAPHS, QUOTES, SAYINGS, VIDEOS
from app.features.blog.seed.writing import add_rows

POSTS, DRAFTS, SCHEDULED = 60, 6, 2
LANGUAGES = ("en", "de", "el")
KINDS = {3: PostKind.IMAGE, 6: PostKind.VIDEO, 9: PostKind.QUOTE}
"""Of each ten posts, those that are no text."""


def add_posts(factor: int, authors: Sequence[int], random: Random) -> list[dict[str, Any]]:
    """Add the posts; gives their values, with their keys."""
    pictures = Pictures()
    rows = [_post(number, authors, pictures, random) for number in range(POSTS * factor)]
    add_rows(Post, rows)
    return rows


def _post(
    number: int, authors: Sequence[int], pictures: Pictures, random: Random
) -> dict[str, Any]:
    """The last of each sixty wait, the ones before are drafts."""
    locale = LANGUAGES[number % len(LANGUAGES)]
    articles = ARTICLES[locale].splitlines()
    again, which = divmod(number // len(LANGUAGES), len(articles))
    title, summary = articles[which].split("|")
    title = f"{title} ({again + 1})" if again else title
    place = number % POSTS
    age = AGE_DAYS * max(0, 1 - place / (POSTS - SCHEDULED - DRAFTS))
    written = REFERENCE - timedelta(days=age + 2, minutes=random.randint(0, 600))
    status = _status(place)
    is_out = status in (PostStatus.PUBLISHED, PostStatus.ARCHIVED)
    is_waiting = status is PostStatus.SCHEDULED
    return {
        "title": title,
        "slug": slug_of(title),
        "summary": summary if number % 4 else None,
        "locale": locale,
        "status": status,
        "publish_at": in_days(number % 7 + 1, hours=3) if is_waiting else None,
        "published_at": written + timedelta(days=1) if is_out else None,
        "comments_open": number % 9 != 0,
        "author_id": authors[random.choice(WRITERS[locale])],
        "created_at": written,
        **_content(number, locale, pictures, random),
    }


def _status(place: int) -> PostStatus:
    if place >= POSTS - SCHEDULED:
        return PostStatus.SCHEDULED
    if place >= POSTS - SCHEDULED - DRAFTS:
        return PostStatus.DRAFT
    return PostStatus.ARCHIVED if place % 18 == 7 else PostStatus.PUBLISHED


def _content(number: int, locale: str, pictures: Pictures, random: Random) -> dict[str, Any]:
    kind = KINDS.get(number % 10, PostKind.TEXT)
    turn = number // 10
    quote, source = QUOTES[turn % len(QUOTES)] if kind is PostKind.QUOTE else (None, None)
    is_image = kind is PostKind.IMAGE
    return {
        "kind": kind,
        "body": _body(number, locale, random) if kind is not PostKind.QUOTE else None,
        "image": pictures.draw(turn) if is_image else None,
        "image_alt": MOTIFS[turn % len(MOTIFS)].words if is_image else None,
        "youtube_id": VIDEOS[turn % len(VIDEOS)] if kind is PostKind.VIDEO else None,
        "quote": quote,
        "quote_source": source,
    }


def _body(number: int, locale: str, random: Random) -> str:
    texts = random.sample(PARAGRAPHS[locale].splitlines(), random.randint(3, 5))
    first, *others = [f"<p>{text}</p>" for text in texts]
    if number % 4 == 1:
        others.insert(1, "<ul>" + "".join(f"<li>{item}</li>" for item in LISTS[locale]) + "</ul>")
    if number % 5 == 2:
        others.insert(1, f"<blockquote><p>{SAYINGS[locale]}</p></blockquote>")
    return "\n".join([first, *others[:-1], f"<h2>{HEADINGS[locale]}</h2>", others[-1]])
