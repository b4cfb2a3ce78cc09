"""The editorial desk: generated screens with their rules."""

from collections.abc import Sequence
from datetime import datetime

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, lazy_gettext as _, ngettext
from flask_login import current_user

from app.core.charts import Chart, month
from app.core.history.subjects import LOOK_BACK
from app.core.kinds.language import LanguageKind
from app.core.kinds.moment import Moment
from app.core.kinds.text import LongText, Text
from app.core.query.rules import hidden, readonly, rows
from app.core.views import ModelView, action
from app.core.views.actions import asked
from app.features.blog import operations, queries
from app.features.blog.desk import checks
from app.features.blog.desk.pages import PreviewPages, RevisionPages
from app.features.blog.desk.saving import prepare_save
from app.features.blog.models import (
    AuthorProfile,
    Post,
    PostRevision,
    PostStatus,
)

KIND_FIELDS: dict[str, tuple[str, ...]] = {
    "body": ("kind", "text", "image", "video"),
    "body_format": ("kind", "text", "image", "video"),
    "body_source": ("kind", "text", "image", "video"),
    "image": ("kind", "text", "image"),
    "image_focus_x": ("kind", "text", "image"),
    "image_focus_y": ("kind", "text", "image"),
    "image_alt": ("kind", "text", "image"),
    "youtube_id": ("kind", "video"),
    "quote": ("kind", "quote"),
    "quote_source": ("kind", "quote"),
}
"""Which kinds of post have which field."""
TAG_SEPARATOR = ","
SHARING = ("share", "unshare")
UNPUBLISHED = (PostStatus.DRAFT, PostStatus.IN_REVIEW, PostStatus.SCHEDULED, PostStatus.ARCHIVED)


class PostView(PreviewPages, RevisionPages, ModelView):
    datamodel = SQLAInterface(Post)
    list_template = "blog/desk/posts.html"
    show_template = "blog/desk/post.html"
    label_columns = {
        "youtube_id": _("YouTube video"),
        "image_alt": _("Picture in words"),
        "appears_at": _("Appears"),
        "comment_count": _("Comments"),
        "original": _("Translation of"),
    }
    list_columns = ["title", "kind", "status", "author", "published_at", "comment_count"]
    base_order = [("submitted_at", "asc"), ("created_at", "desc")]
    search_columns = ["title", "summary", "body"]
    filter_columns = [
        "status",
        "kind",
        "author",
        "tags",
        "locale",
        "published_at",
        "publish_at",
        "appears_at",
        "expires_at",
        "submitted_at",
        "created_at",
        "original",
    ]
    public_columns = [
        "id",
        "title",
        "slug",
        "kind",
        "locale",
        "byline",
        "published_at",
        "summary",
        "body",
        "image",
        "image_alt",
        "youtube_id",
        "quote",
        "quote_source",
        "tags",
        "comments_open",
    ]
    plain_filters = {"author": "byline", "tag": "tags", "kind": "kind"}
    nested = ["comments"]
    calendar_column = "appears_at"
    calendar_state = "status"
    calendar_add = "publish_at"
    shown_when = KIND_FIELDS
    show_fieldsets = [
        (
            _("Content"),
            {"fields": ["title", "kind", "body", "image", "youtube_id", "quote", "quote_source"]},
        ),
        (_("Tags and summary"), {"fields": ["tags", "summary", "image_alt"]}),
        (
            _("Publication"),
            {
                "fields": [
                    "status",
                    "author",
                    "locale",
                    "original",
                    "slug",
                    "publish_at",
                    "published_at",
                    "expires_at",
                    "comments_open",
                    "submitted_at",
                ]
            },
        ),
    ]
    add_fieldsets = [
        (_("Content"), {"fields": ["title", "kind", *KIND_FIELDS]}),
        (_("Tags and summary"), {"fields": ["tags", "summary"]}),
        (
            _("Publication"),
            {"fields": ["publish_at", "expires_at", "comments_open", "locale", "author"]},
        ),
    ]
    edit_fieldsets = [
        *add_fieldsets[:2],
        (
            _("Publication"),
            {"fields": ["publish_at", "expires_at", "comments_open", "locale", "slug", "author"]},
        ),
    ]
    description_columns = {
        "youtube_id": _("Paste the address of the video."),
        "publish_at": _("For a post that shall appear by itself: save, then schedule it."),
        "expires_at": _("From then on readers are told that the post is gone."),
        "slug": _("The last part of the address. A former one leads to the new one."),
    }
    row_rules = [
        rows(queries.is_readable_post, label=_("Published posts and their own")),
        rows(
            lambda user: queries.is_own(Post.author_id, user, Post),
            verbs={"add", "publish", "schedule", "archive", "submit", *SHARING},
            label=_("Only their own records"),
        ),
        rows(
            queries.is_editable_post,
            verbs={"edit", "tag"},
            label=_("Only their own; without the right to publish, what readers do not see yet"),
        ),
        rows(queries.is_deletable_post, verbs={"delete"}, label=_("Only their own drafts")),
        # A post that everybody reads was a draft once, with what the review had against it.
        rows(
            lambda user: queries.is_own(Post.author_id, user, Post),
            verbs={LOOK_BACK},
            label=_("Only their own records"),
        ),
    ]
    field_rules = [
        readonly("author", unless="manage"),
        readonly("slug", unless="manage"),
        hidden("preview_key"),
    ]
    charts = [
        Chart(_("Posts per month"), group=month("published_at"), series="kind"),
        Chart(
            _("Most used tags"),
            group="tags",
            kind="hbar",
            limit=10,
            empty=False,
            only=("status:any:published",),
        ),
        Chart(_("Posts by author"), group="author", series="status", kind="hbar"),
        Chart(_("Posts by status"), group="status"),
    ]
    icon = "document"

    @action("submit", _("Hand in for review"), icon="inbox", when=("status", PostStatus.DRAFT))
    def submit(self, posts: Sequence[Post]) -> str:
        count = operations.submit_posts(posts)
        return ngettext("%(num)d post was handed in.", "%(num)d posts were handed in.", count)

    @action(
        "return",
        _("Return to the author"),
        icon="back",
        asks=[asked("note", _("What is to be changed"), LongText(2000), is_required=True)],
        when=("status", PostStatus.IN_REVIEW),
    )
    def give_back(self, posts: Sequence[Post], note: str) -> str:
        count = operations.return_posts(posts, note)
        return ngettext("%(num)d post was returned.", "%(num)d posts were returned.", count)

    @action(
        "publish",
        _("Publish"),
        icon="globe",
        warns=checks.warnings_of,
        when=("status", *UNPUBLISHED),
    )
    def publish(self, posts: Sequence[Post]) -> str:
        count = operations.publish_posts(posts)
        return ngettext("%(num)d post was published.", "%(num)d posts were published.", count)

    @action(
        "schedule",
        _("Schedule"),
        icon="clock",
        warns=checks.warnings_of,
        when=("status", *UNPUBLISHED),
        asks=[
            asked(
                "publish_at",
                _("Appears"),
                Moment(),
                hint=_("Leave it empty to keep the moment that each post has."),
            )
        ],
    )
    def schedule(self, posts: Sequence[Post], publish_at: datetime | None = None) -> str:
        count = operations.schedule_posts(posts, publish_at)
        return ngettext("%(num)d post was scheduled.", "%(num)d posts were scheduled.", count)

    @action("archive", _("Archive"), icon="box", when=("status", PostStatus.PUBLISHED))
    def archive(self, posts: Sequence[Post]) -> str:
        count = operations.archive_posts(posts)
        return ngettext("%(num)d post was archived.", "%(num)d posts were archived.", count)

    @action(
        "tag",
        _("Add tags"),
        icon="tag",
        asks=[
            asked(
                "names",
                _("Tags"),
                Text(400),
                is_required=True,
                hint=_("Separate them by commas. A new one is made."),
            )
        ],
    )
    def add_tags(self, posts: Sequence[Post], names: str) -> str:
        count = operations.tag_posts(posts, names.split(TAG_SEPARATOR))
        return ngettext("%(num)d post was tagged.", "%(num)d posts were tagged.", count)

    @action(
        "translate",
        _("Translate"),
        icon="language",
        multiple=False,
        asks=[asked("locale", _("Language"), LanguageKind(), is_required=True)],
    )
    def translate(self, posts: Sequence[Post], locale: str) -> str:
        self.gate.require("add")
        made = operations.translate_post(posts[0], locale)
        return gettext("“%(post)s” is a draft of yours to translate.", post=made.title)

    def pre_add(self, item: Post) -> None:
        prepare_save(item)

    def pre_update(self, item: Post) -> None:
        prepare_save(item)

    def shows_past_of(self, post: Post) -> bool:
        """Whether the user may see what the post was before."""
        return self.shows_history() and (post.author_id == current_user.id or queries.manages(Post))

    def waiting(self) -> int:
        """How many posts wait for whoever may decide about them."""
        return queries.count_waiting() if self.gate.can("return") else 0


class PostRevisionView(ModelView):
    datamodel = SQLAInterface(PostRevision)
    list_title = _("Revisions")
    record_title = _("Revision")
    list_columns = ["post", "number", "title", "saved_by", "saved_at"]
    base_order = ("saved_at", "desc")
    search_columns = ["title", "summary", "body"]
    show_columns = ["post", "number", "saved_by", "saved_at", "title", "summary", "body"]
    row_rules = [
        rows(
            lambda user: queries.is_of_own_post(PostRevision.post_id, user),
            label=_("Only those of their own posts"),
        ),
        rows(
            lambda user: queries.is_of_editable_post(PostRevision.post_id, user),
            verbs={"restore"},
            label=_("Only their own; without the right to publish, what readers do not see yet"),
        ),
    ]
    is_readonly = True
    charts = ()
    icon = "history"

    @action("restore", _("Restore this text"), icon="undo", multiple=False)
    def restore(self, revisions: Sequence[PostRevision]) -> str:
        number = operations.restore_revision(revisions[0])
        return gettext("The text is restored, as revision %(number)d.", number=number)


class AuthorProfileView(ModelView):
    datamodel = SQLAInterface(AuthorProfile)
    list_columns = ["display_name", "user", "slug"]
    public_columns = ["id", "display_name", "slug", "bio", "photo"]
    add_columns = ["user", "display_name", "slug", "photo", "bio"]
    row_rules = [
        rows(
            lambda user: queries.is_own(AuthorProfile.user_id, user, AuthorProfile),
            verbs={"add", "edit", "delete"},
            label=_("Only their own records"),
        )
    ]
    field_rules = [
        readonly("user", unless="manage"),
        readonly("slug", unless="manage"),
    ]
    charts = ()
    icon = "pen"
