"""The editorial desk: generated screens with their rules."""

from collections.abc import Sequence

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, lazy_gettext as _, ngettext

from app.core.charts import Chart, month
from app.core.query.rules import hidden, readonly, rows
from app.core.views import ModelView, action
from app.features.blog import operations, queries
from app.features.blog.models import (
    AuthorProfile,
    Digest,
    Post,
    PostRevision,
    Reminder,
    Subscriber,
)


class PostView(ModelView):
    datamodel = SQLAInterface(Post)
    label_columns = {"youtube_id": _("YouTube video"), "image_alt": _("Picture in words")}
    list_columns = ["title", "kind", "status", "author", "published_at"]
    search_columns = ["title", "summary", "body"]
    filter_columns = ["status", "kind", "author", "published_at", "publish_at", "created_at"]
    show_fieldsets = [
        (
            _("Content"),
            {"fields": ["title", "kind", "body", "youtube_id", "quote", "quote_source"]},
        ),
        (_("Summary"), {"fields": ["summary", "image_alt"]}),
        (
            _("Publication"),
            {
                "fields": [
                    "status",
                    "author",
                    "slug",
                    "publish_at",
                    "published_at",
                    "comments_open",
                ]
            },
        ),
    ]
    add_fieldsets = [
        (
            _("Content"),
            {
                "fields": [
                    "title",
                    "kind",
                    "body",
                    "image_alt",
                    "youtube_id",
                    "quote",
                    "quote_source",
                ]
            },
        ),
        (_("Summary"), {"fields": ["summary"]}),
        (_("Publication"), {"fields": ["publish_at", "comments_open", "author"]}),
    ]
    description_columns = {
        "youtube_id": _("Paste the address of the video."),
        "publish_at": _("For a post that shall appear by itself: save, then schedule it."),
    }
    row_rules = [
        rows(queries.is_readable_post, label=_("Published posts and their own")),
        rows(
            lambda user: queries.is_own(Post.author_id, user, Post),
            verbs={"add", "edit", "publish", "schedule", "archive"},
            label=_("Only their own records"),
        ),
        rows(queries.is_deletable_post, verbs={"delete"}, label=_("Only their own drafts")),
    ]
    field_rules = [readonly("author", unless="manage")]
    charts = [
        Chart(_("Posts per month"), group=month("published_at"), series="kind"),
        Chart(_("Posts by author"), group="author", series="status", kind="hbar"),
        Chart(_("Posts by status"), group="status"),
    ]
    icon = "document"

    @action("publish", _("Publish"), icon="globe")
    def publish(self, posts: Sequence[Post]) -> str:
        count = operations.publish_posts(posts)
        return ngettext("%(num)d post was published.", "%(num)d posts were published.", count)

    @action("schedule", _("Schedule"), icon="clock")
    def schedule(self, posts: Sequence[Post]) -> str:
        count = operations.schedule_posts(posts)
        return ngettext("%(num)d post was scheduled.", "%(num)d posts were scheduled.", count)

    @action("archive", _("Archive"), icon="box")
    def archive(self, posts: Sequence[Post]) -> str:
        count = operations.archive_posts(posts)
        return ngettext("%(num)d post was archived.", "%(num)d posts were archived.", count)

    def pre_add(self, item: Post) -> None:
        operations.prepare_save(item)

    def pre_update(self, item: Post) -> None:
        operations.prepare_save(item)


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
        )
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
    add_columns = ["user", "display_name", "slug", "bio"]
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


class SubscriberView(ModelView):
    datamodel = SQLAInterface(Subscriber)
    list_columns = ["email", "state", "locale", "confirmed_at"]
    search_columns = ["email"]
    filter_columns = ["state", "locale", "confirmed_at", "left_at"]
    add_columns = ["email", "locale"]
    field_rules = [hidden("token_hash")]
    charts = [
        Chart(_("Subscribers by state"), group="state"),
        Chart(_("Confirmed per month"), group=month("confirmed_at"), series="locale"),
    ]
    icon = "users"


class DigestView(ModelView):
    datamodel = SQLAInterface(Digest)
    list_columns = ["window_start", "window_end", "state", "post_count", "recipient_count"]
    base_order = ("window_end", "desc")
    is_readonly = True
    charts = ()
    icon = "mail"


class ReminderView(ModelView):
    datamodel = SQLAInterface(Reminder)
    list_columns = ["due_at", "text", "owner", "post", "state"]
    base_order = ("due_at", "asc")
    filter_columns = ["state", "due_at", "owner", "post"]
    add_columns = ["text", "due_at", "email", "post", "owner"]
    row_rules = [
        rows(
            lambda user: queries.is_own(Reminder.owner_id, user, Reminder),
            label=_("Only their own records"),
        )
    ]
    field_rules = [readonly("owner", unless="manage")]
    charts = ()
    icon = "bell"
