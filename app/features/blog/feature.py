"""What the platform is told about the blog."""

from flask_babel import lazy_gettext as _

from app.core.feature import Feature
from app.features.blog import jobs  # noqa: F401 (it declares what runs by itself)
from app.features.blog.desk.pages import PreviewView
from app.features.blog.newsletter.pages import NewsletterView
from app.features.blog.newsletter.views import DigestView, ReminderView, SubscriberView
from app.features.blog.seed import seed
from app.features.blog.site.feeds import BlogFeeds
from app.features.blog.site.pages import BlogSite
from app.features.blog.views import (
    AuthorProfileView,
    PostRevisionView,
    PostView,
)

PUBLIC_RIGHTS = ("read Post", "read Tag", "read Comment", "read AuthorProfile")
AUTHOR_RIGHTS = (
    *PUBLIC_RIGHTS,
    "add Tag",
    "skip_moderation Comment",
    *(f"{verb} Post" for verb in ("add", "edit", "delete", "export")),
    *(f"{verb} Post" for verb in ("submit", "publish", "schedule", "archive")),
    *(f"{verb} Post" for verb in ("tag", "translate", "share", "unshare")),
    "read PostRevision",
    "restore PostRevision",
    "edit AuthorProfile",
    *(f"{verb} Reminder" for verb in ("read", "add", "edit", "delete", "snooze", "cancel")),
)
MODERATOR_RIGHTS = (
    *PUBLIC_RIGHTS,
    # Comments are looked for by their post; what only everybody may do would open no screen of it.
    "pick Post",
    "skip_moderation Comment",
    *(f"{verb} Comment" for verb in ("edit", "delete", "export", "moderate")),
    *(f"{verb} Comment" for verb in ("approve", "reject", "spam")),
    *(f"{verb} CommentBlock" for verb in ("read", "add", "edit", "delete")),
)
EDITOR_RIGHTS = (
    *AUTHOR_RIGHTS,
    *MODERATOR_RIGHTS,
    "manage Post",
    "return Post",
    "purge Post",
    "manage Reminder",
    *(f"{verb} AuthorProfile" for verb in ("add", "delete", "manage")),
    *(f"{verb} Subscriber" for verb in ("read", "export", "delete", "erase")),
    *(f"{verb} Digest" for verb in ("read", "add", "edit", "delete", "send")),
    "erase Comment",
    *(f"{verb} Tag" for verb in ("edit", "delete", "export", "merge")),
)

FEATURE = Feature(
    name="blog",
    label=_("Blog"),
    icon="pen",
    views=(
        PostView,
        PostRevisionView,
        AuthorProfileView,
        SubscriberView,
        DigestView,
        ReminderView,
    ),
    pages=(BlogSite, BlogFeeds, PreviewView, NewsletterView),
    start="BlogSite.home",
    seed=seed,
    roles={
        "Public": PUBLIC_RIGHTS,
        "Blog Author": AUTHOR_RIGHTS,
        "Blog Editor": EDITOR_RIGHTS,
        "Blog Moderator": MODERATOR_RIGHTS,
    },
)
