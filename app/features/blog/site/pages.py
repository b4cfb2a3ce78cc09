"""The pages of the blog that everybody may read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app, make_response, redirect, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import get_timezone, gettext as _
from sqlalchemy.sql import ColumnElement
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.content.attachments.pictures import picture_html, picture_of, with_sources
from app.content.comments.reading import thread_of
from app.core.error_handlers import register_error_page
from app.core.errors import BadParameter, Forbidden, NotFound
from app.core.fields import encode_key
from app.core.formats import current_formats
from app.core.i18n import list_languages
from app.core.markup import excerpt, reading_minutes, video_box
from app.core.pagecache import public_page
from app.core.preferences import COOKIE_AGE, THEMES
from app.core.query.gate import current_actor, gate_of
from app.core.redirects import safe_next
from app.core.web import public_policy
from app.extensions import csrf
from app.features.blog.addresses import FEEDS, SITE
from app.features.blog.models import AuthorProfile, Post
from app.features.blog.site import heads, plans, queries
from app.features.blog.site.heads import Head
from app.features.blog.site.plans import HOME_SECONDS, POST_SECONDS
from app.features.blog.site.search import MAX_TEXT, read_found

PREVIEW_LENGTH = 500
MAX_PAGE = 100_000
"""Behind it there is nothing, and no number is too large for a database."""
MAX_DIGITS = 9
FIRST_YEAR, LAST_YEAR = 1970, 9998
THREAD_PARAMETERS = {"comment": "held|shown", "comments": "[1-9][0-9]{0,2}"}
"""What the comments of a post read of its address: a word for who has just written, and a page."""
PLAYERS = "https://www.youtube-nocookie.com"

Conditions = Sequence[ColumnElement[bool]]


class AuthorRow(NamedTuple):
    """The picture of an author, with the key of the profile that it belongs to."""

    id: int
    photo: Any


class BlogSite(BaseView):
    """`/blog/` and what is read below it."""

    route_base = "/blog"
    default_view = "home"

    def __init__(self) -> None:
        super().__init__()
        plans.watch_comments()
        register_error_page(current_app, "blog/error.html", is_of_site)

    @expose("/")
    @public_page(HOME_SECONDS, plans.plan_of_list)
    def home(self) -> Any:
        """The newest posts."""
        return self._home(1)

    @expose("/page/<int(min=1):number>")
    @public_page(HOME_SECONDS, plans.plan_of_list)
    def page(self, number: int) -> Any:
        """Older posts."""
        return self._home(number)

    @expose("/<slug>")
    @public_page(POST_SECONDS, plans.plan_of_post, parameters=THREAD_PARAMETERS)
    def post(self, slug: str) -> Any:
        """One post."""
        around = plans.around(slug)
        found = queries.find_post(around.key)
        if found is None:
            raise NotFound
        post: Post = found.Post
        picture = picture_of(post)
        image = heads.whole(picture.plain_url(heads.IMAGE_WIDTH)) if picture else ""
        names = [tag.name for tag in around.tags]
        head = Head(
            post.title,
            "post",
            {"slug": slug},
            heads.description_of(post.summary or post.body or post.quote) or post.title,
            kind="article",
            image=image,
            translations=_translations(around.translations),
            trail=[(heads.blog_title(), "home", {})],
            article=heads.article_of(post, found.author, found.author_slug, image, names),
        )
        thread = thread_of(post, _asked("comments"))
        response = self._shown(
            "blog/post.html",
            head,
            thread=thread,
            post=post,
            author=found,
            around=around,
            picture=picture,
            body=with_sources(post.body or ""),
            minutes=reading_minutes(post.body or post.quote or ""),
            edit_url=_edit_url(post),
            author_picture=_author_picture(found),
            video_box=video_box,
        )
        return response if thread.page <= thread.pages else _unkept(response)

    @expose("/tag/<slug>")
    @expose("/tag/<slug>/page/<int(min=1):number>")
    @public_page(HOME_SECONDS, plans.plan_of_list)
    def tag(self, slug: str, number: int = 1) -> Any:
        """The posts with a tag."""
        tag = queries.find_tag(slug)
        if tag is None:
            moved = queries.find_moved_tag(slug)
            if moved is None:
                raise NotFound
            raise HTTPException(
                response=redirect(heads.link("tag", slug=moved), HTTPStatus.MOVED_PERMANENTLY)
            )
        head = Head(
            _("Posts about %(tag)s", tag=tag.name),
            "tag",
            {"slug": slug, **_number(number)},
            _("All posts about %(tag)s, the newest first.", tag=tag.name),
            trail=[(heads.blog_title(), "home", {})],
            feed={"slug": slug},
        )
        return self._list(head, [queries.of_tag(tag.id)], number, "tag", {"slug": slug})

    @expose("/author/<slug>")
    @expose("/author/<slug>/page/<int(min=1):number>")
    @public_page(HOME_SECONDS, plans.plan_of_list)
    def author(self, slug: str, number: int = 1) -> Any:
        """The posts of an author."""
        profile = queries.find_author(slug)
        if profile is None:
            raise NotFound
        head = Head(
            profile.display_name,
            "author",
            {"slug": slug, **_number(number)},
            heads.description_of(profile.bio)
            or _("All posts by %(author)s.", author=profile.display_name),
            kind="profile",
            trail=[(heads.blog_title(), "home", {})],
        )
        where = [Post.author_id == profile.user_id]
        return self._list(head, where, number, "author", {"slug": slug}, profile=profile)

    @expose("/archive")
    @public_page(HOME_SECONDS, plans.plan_of_list)
    def archive(self) -> Any:
        """The months in which there are posts."""
        head = Head(
            _("All posts"),
            "archive",
            description=_("All posts, by the month of their publication."),
            trail=[(heads.blog_title(), "home", {})],
        )
        return self._shown("blog/archive.html", head, years=_years(queries.read_months()))

    @expose("/archive/<int:year>/<int:month>")
    @expose("/archive/<int:year>/<int:month>/page/<int(min=1):number>")
    @public_page(HOME_SECONDS, plans.plan_of_list)
    def month(self, year: int, month: int, number: int = 1) -> Any:
        """The posts of a month, as the calendar of the site has it."""
        if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
            raise NotFound
        name = current_formats().day_in_parts(datetime.date(year, month, 1), "yMMMM")
        values = {"year": year, "month": month}
        head = Head(
            _("Posts of %(month)s", month=name),
            "month",
            {**values, **_number(number)},
            _("All posts that were published in %(month)s.", month=name),
            trail=[(heads.blog_title(), "home", {}), (_("All posts"), "archive", {})],
        )
        where = [queries.of_month(_midnight(year, month), _midnight(year, month + 1))]
        return self._list(head, where, number, "month", values)

    @expose("/search")
    @public_page(0, plans.no_plan)
    def search(self) -> Any:
        """The posts that a reader looks for."""
        text = " ".join(request.args.get("q", "").split())
        if len(text) > MAX_TEXT:
            raise BadParameter(errors={"q": [_("Search for fewer words.")]})
        number = _asked("page")
        found, has_more = read_found(text, number, _page_size()) if text else ([], False)
        title = _("Search results for “%(text)s”", text=text) if text else _("Search")
        head = Head(title, "search", {"q": text or None}, is_indexed=False)
        values = {"q": text, "page": number + 1 if has_more else None}
        return self._shown(
            "blog/search.html",
            head,
            text=text,
            posts=found,
            tags=queries.read_tags(post.id for post in found),
            newer=heads.link("search", q=text, page=number - 1) if number > 1 else None,
            older=heads.link("search", **values) if has_more else None,
        )

    @csrf.exempt
    @expose("/preferences", methods=["POST"])
    def choose(self) -> Any:
        """Keep the appearance that a reader has chosen, in the first cookie they get.

        The form stands on kept pages, so it has no token; a browser says itself where it comes
        from, and nobody else's choice is worth a forgery.
        """
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Forbidden
        theme = request.form.get("theme", "")
        if theme not in THEMES:
            raise BadParameter
        response = redirect(safe_next(request.form.get("next"), heads.link("home")), 303)
        response.set_cookie(
            "theme",
            theme,
            max_age=COOKIE_AGE if theme != THEMES[0] else 0,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response

    def _home(self, number: int) -> Any:
        title = heads.blog_title()
        head = Head(
            title if number == 1 else _("%(blog)s, page %(number)d", blog=title, number=number),
            "home" if number == 1 else "page",
            {} if number == 1 else {"number": number},
            heads.blog_summary(),
        )
        return self._list(head, [], number, "home", {})

    def _list(
        self,
        head: Head,
        where: Conditions,
        number: int,
        first: str,
        values: Mapping[str, Any],
        **more: Any,
    ) -> Any:
        """A page of posts, with links to the pages around it."""

        def address(of: int) -> str:
            if first == "home":
                return heads.link("page", number=of) if of > 1 else heads.link("home")
            return heads.link(first, **values, **_number(of))

        is_within = number <= MAX_PAGE
        posts, has_more = (
            queries.read_page(where, number, _page_size()) if is_within else ([], False)
        )
        response = self._shown(
            "blog/list.html",
            head,
            number=number,
            posts=posts,
            tags=queries.read_tags(post.id for post in posts) if posts else {},
            newer=address(number - 1) if number > 1 else None,
            older=address(number + 1) if has_more else None,
            profile=more.get("profile"),
        )
        # There are endless pages behind the last one, and endless months without a post.
        is_endless = number > 1 or first == "month"
        return _unkept(response) if is_endless and not posts else response

    def _shown(self, template: str, head: Head, **values: Any) -> Response:
        page = self.render_template(
            template,
            head=head,
            sidebar=plans.sidebar(),
            blog_title=heads.blog_title(),
            blog_summary=heads.blog_summary(),
            link=heads.link,
            here_in=heads.here_in,
            preview=preview,
            languages=list_languages,
            language_name=_language_name,
            picture_of=_picture_of,
            picture_html=picture_html,
            **{"newer": None, "older": None, "question": None} | values,
        )
        response = make_response(page)
        response.headers["Content-Security-Policy"] = public_policy(PLAYERS)
        return response


def preview(post: Any) -> str:
    """The beginning of a post in plain words, or what its author says of it."""
    return post.summary or excerpt(post.body or "", PREVIEW_LENGTH)


def _picture_of(row: Any, name: str = "image") -> Any:
    """The picture of a row of a list, or of the profile of an author."""
    return picture_of(row, name, Post if name == "image" else AuthorProfile)


def _language_name(code: str) -> str:
    """A language, by the name that its speakers call it by."""
    return dict(list_languages()).get(code) or code


def is_of_site() -> bool:
    """Whether an error belongs to the public pages: one of theirs, or an address like theirs."""
    endpoint = request.endpoint
    if endpoint is None:
        return request.path.startswith("/blog/")
    return endpoint.startswith((f"{SITE}.", f"{FEEDS}."))


def _page_size() -> int:
    size: int = current_app.config["BUREAU_BLOG_PAGE_SIZE"]
    return size


def _number(number: int) -> Mapping[str, int]:
    return {"number": number} if number > 1 else {}


def _asked(name: str) -> int:
    """The number of a page in the query; the first one where there is none."""
    given = request.args.get(name, "1")
    is_number = given.isascii() and given.isdigit() and len(given) <= MAX_DIGITS
    if not is_number or not 1 <= int(given) <= MAX_PAGE:
        raise BadParameter(errors={name: [_("A page is a number from 1 on.")]})
    return int(given)


def _unkept(response: Response) -> Response:
    """Let the cache not keep a page of which there are more than anybody can count."""
    response.headers["Cache-Control"] = "no-cache"
    return response


def _author_picture(found: Any) -> Any:
    if not found.author_photo:
        return None
    return picture_of(AuthorRow(found.author_id, found.author_photo), "photo", AuthorProfile)


def _translations(posts: Sequence[queries.PostLink]) -> Mapping[str, str]:
    """The slugs of a post by language, where it is there in several."""
    return {post.locale: post.slug for post in posts} if len(posts) > 1 else {}


def _edit_url(post: Post) -> str | None:
    """Where whoever is signed in may change the post; pages for visitors show no such link."""
    gate, key = gate_of(Post), encode_key(post)
    if current_actor() is None or not gate.can("edit") or not gate.find([key], "edit"):
        return None
    return f"{request.script_root}/blog/posts/edit/{key}"


def _midnight(year: int, month: int) -> datetime.datetime:
    """The moment at which a month begins here."""
    year, month = (year + 1, 1) if month > 12 else (year, month)
    zone = ZoneInfo(str(get_timezone()))
    return datetime.datetime(year, month, 1, tzinfo=zone).astimezone(datetime.UTC)


def _years(months: Sequence[tuple[datetime.date, int]]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for month, count in months:
        name = current_formats().day_in_parts(month, "yMMMM")
        found.setdefault(month.year, []).append((month.month, name, count))
    return found
