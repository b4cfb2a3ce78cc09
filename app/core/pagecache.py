"""Public pages, made once and then given to every visitor from the cache.

A view says how long its page may be kept and what it is made from::

    @expose("/blog/<slug>")
    @public_page(600, plan_of_post)
    def post(self, slug): ...

`plan_of_post(slug)` gives a `Plan`: the tags that drop the page, and what else it shows. Only
visitors get a page from here, and none of them gets a cookie: it must hold nothing that is one
reader's own, no token and no nonce. Its scripts are files of this site. An answer that is no page,
or says itself who may keep it, is not kept here.
"""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Response, current_app, make_response, request, session
from flask_babel import get_locale
from flask_login import current_user

from app.core.cache import Tag, cached
from app.core.clock import now
from app.core.i18n import as_reader, default_locale, select_locale
from app.core.preferences import current_preferences
from app.core.sessions import MESSAGES
from app.core.templating import build_digest
from app.core.web import was_made_for_one_reader

LANGUAGE = "lang"
"""The parameter that asks for a page in another language than the reader's own."""
COMPRESSION_LEVEL = 6
_ENCODING = "gzip"

Page = Callable[..., Any]


@dataclass(frozen=True)
class Plan:
    """What a page is made from."""

    tags: Iterable[Tag]
    """A change to one of these drops the page."""
    stamp: object = None
    """What stands beside it, found already: another one makes another page."""
    until: datetime | None = None
    """When it becomes another one without any change, as where a post expires."""


Planner = Callable[..., Plan | None]
"""Gives the plan of a page from the values in its address; None where it is not to be kept."""


class KeptPage(NamedTuple):
    """A page as it lies in the cache."""

    body: bytes
    """Compressed: nearly every reader takes it so, and it is a fifth of the size."""
    etag: str
    content_type: str
    policy: str
    language: str


@dataclass(frozen=True)
class _Kind:
    """What the pages of one view have in common."""

    name: str
    seconds: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    is_personal: bool = True

    def knows_query(self) -> bool:
        """Whether what the query says is something that pages are kept for."""
        given = ((pattern, request.args.get(name)) for name, pattern in self.parameters.items())
        return all(value is None or re.fullmatch(pattern, value) for pattern, value in given)


class _NotKept(Exception):
    """Brings an answer out that is not for the cache."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def public_page(
    seconds: int,
    plan: Planner,
    *,
    parameters: Mapping[str, str] | None = None,
    is_personal: bool = True,
) -> Callable[[Page], Page]:
    """Keep what a view answers to visitors for so long, under its address and language.

    `parameters` are those of the query that the view reads, each with the pattern of its few
    values; another value is answered and not kept, and no other parameter counts. What is not
    `is_personal` is for programs and the same for all, whatever their cookies say.
    """

    def decorate(view: Page) -> Page:
        kind = _Kind(view.__qualname__, seconds, parameters or {}, is_personal)

        @wraps(view)
        def answer(self: Any, **values: Any) -> Response:
            with as_reader(_language(is_personal)):
                if is_personal and not is_visitor():
                    return _signed_in(view(self, **values))
                planned = plan(**values) if kind.knows_query() else None
                if planned is None:
                    return _finished(make_response(view(self, **values)), kind)
                return _from_cache(kind, planned, lambda: view(self, **values))

        return answer

    return decorate


def is_visitor() -> bool:
    """Whether whoever asks is nobody in particular, with no message waiting for them."""
    return not current_user.is_authenticated and not session.get(MESSAGES)


def asked_language() -> str | None:
    """The language that the address asks for, if it is one of ours."""
    asked = request.args.get(LANGUAGE)
    return asked if asked in current_app.config["LANGUAGES"] else None


def _language(is_personal: bool) -> str:
    """The language of the page: that of the address, else the reader's."""
    return asked_language() or (select_locale() if is_personal else default_locale())


def _from_cache(kind: _Kind, plan: Plan, view: Callable[[], Any]) -> Response:
    def make() -> KeptPage:
        response = make_response(view())
        if response.status_code != HTTPStatus.OK or "Cache-Control" in response.headers:
            raise _NotKept(response)
        return _kept(response)

    seconds = kind.seconds
    if plan.until is not None:
        seconds = min(seconds, math.floor((plan.until - now()).total_seconds()))
    try:
        if seconds <= 0:
            raise _NotKept(make_response(view()))
        page = cached(_key(kind, plan), plan.tags, make, seconds, is_shared=True)
    except _NotKept as found:
        return _finished(found.response, kind)
    return _finished(_response_of(page), kind, page.etag)


def _key(kind: _Kind, plan: Plan) -> str:
    """What tells pages apart, and nothing that a visitor can make up at will."""
    given = [(name, request.args.get(name)) for name in kind.parameters]
    # Not the path: of `/page/2` there are endless ways to write it, all with the same number.
    place = (request.script_root, sorted((request.view_args or {}).items()), given)
    theme = current_preferences().theme if kind.is_personal else ""
    # The language stands in the links of the page only where it was asked for in the address.
    reader = (str(get_locale()), asked_language(), theme)
    parts = (*place, *reader, build_digest(), plan.stamp)
    return f"page:{kind.name}:{blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"


def _kept(response: Response) -> KeptPage:
    body = response.get_data()
    if was_made_for_one_reader():
        raise RuntimeError(f"{request.path} has a token or a nonce, so it cannot be kept")
    return KeptPage(
        gzip.compress(body, COMPRESSION_LEVEL, mtime=0),
        blake2b(body, digest_size=12).hexdigest(),
        response.headers["Content-Type"],
        response.headers.get("Content-Security-Policy", ""),
        response.headers.get("Content-Language", ""),
    )


def _response_of(page: KeptPage) -> Response:
    if request.if_none_match.contains_weak(page.etag):
        response = Response(status=HTTPStatus.NOT_MODIFIED)
        del response.headers["Content-Type"]
    elif request.accept_encodings[_ENCODING] > 0:
        response = Response(page.body, content_type=page.content_type)
        response.headers["Content-Encoding"] = _ENCODING
    else:
        response = Response(gzip.decompress(page.body), content_type=page.content_type)
    if page.policy:
        response.headers["Content-Security-Policy"] = page.policy
    if page.language:
        response.headers["Content-Language"] = page.language
    return response


def _finished(response: Response, kind: _Kind, etag: str | None = None) -> Response:
    """Say who may keep the answer, and what it depends on."""
    headers = response.headers
    if etag:
        # The same page in other bytes, compressed or not, has the same tag: hence a weak one.
        response.set_etag(etag, weak=True)
    if etag and "Cache-Control" not in headers:
        seconds = current_app.config.get("BUREAU_PUBLIC_SECONDS", 0)
        headers["Cache-Control"] = f"public, max-age={seconds}, must-revalidate"
    headers["Vary"] = "Accept-Encoding"
    if kind.is_personal:
        headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    else:
        # Whoever has looked into it on the way, it had no say in this answer.
        session.accessed = False
    return response


def _signed_in(answer: Any) -> Response:
    response = make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
