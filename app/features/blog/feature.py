"""What the platform is told about the blog."""

from flask_babel import lazy_gettext as _

from app.core.feature import Feature
from app.features.blog.seed import seed
from app.features.blog.views import (
    AuthorProfileView,
    DigestView,
    PostRevisionView,
    PostView,
    ReminderView,
    SubscriberView,
)

AUTHOR_RIGHTS = (
    *(f"{verb} Post" for verb in ("read", "add", "edit", "delete", "export")),
    *(f"{verb} Post" for verb in ("publish", "schedule", "archive")),
    "read PostRevision",
    "restore PostRevision",
    "read AuthorProfile",
    "edit AuthorProfile",
    *(f"{verb} Reminder" for verb in ("read", "add", "edit", "delete")),
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
    seed=seed,
    roles={
        "Blog Author": AUTHOR_RIGHTS,
        "Blog Editor": (
            *AUTHOR_RIGHTS,
            "manage Post",
            "purge Post",
            "manage Reminder",
            *(f"{verb} AuthorProfile" for verb in ("add", "delete", "manage")),
            *(f"{verb} Subscriber" for verb in ("read", "export", "delete")),
            "read Digest",
        ),
        "Blog Moderator": ("read Post", "read AuthorProfile"),
    },
)
