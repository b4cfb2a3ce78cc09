"""The mails of the newsletter, each with values to look at it with."""

from datetime import UTC, datetime

from flask_babel import lazy_gettext as _

from app.mail import Mail

_WHEN = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
_TOKEN = "WzQyLCJaazN2UW0wcFl0N3VaIl0.q1s2YtH0vXcJd8uR5mKpLwEzB7g"
_SITE = "https://bureau.example/blog"

CONFIRMATION = Mail(
    "blog_confirmation",
    label=_("Subscription to be confirmed"),
    is_secret=True,
    example={"url": f"{_SITE}/confirm/{_TOKEN}", "until": _WHEN},
)
ALREADY_SUBSCRIBED = Mail(
    "blog_already_subscribed",
    label=_("Subscribed already"),
    example={"url": f"{_SITE}/subscription/{_TOKEN}"},
)
DIGEST = Mail(
    "blog_digest",
    label=_("Digest of the blog"),
    example={
        "since": datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
        "introduction": ["The days are short, the posts are long.", "Have a good weekend!"],
        "posts": [
            {
                "title": "Twelve bridges before breakfast",
                "author": "Inês Carvalho",
                "published_at": datetime(2026, 11, 24, 8, 30, tzinfo=UTC),
                "preview": "A walk along the canal, with a notebook and no plan.",
                "url": f"{_SITE}/twelve-bridges-before-breakfast",
            },
            {
                "title": "Fog, and how to photograph it",
                "author": "Maeve O’Donnell",
                "published_at": datetime(2026, 11, 26, 17, 0, tzinfo=UTC),
                "preview": "",
                "url": f"{_SITE}/fog-and-how-to-photograph-it",
            },
        ],
        "more": 0,
        "blog_url": f"{_SITE}/",
        "choices_url": f"{_SITE}/subscription/{_TOKEN}",
        "leave_url": f"{_SITE}/unsubscribe/{_TOKEN}",
    },
)
REMINDER = Mail(
    "blog_reminder",
    label=_("Reminder"),
    example={
        "text": "Ask the archive for permission to use the photograph.",
        "due_at": _WHEN,
        "post": "Fog, and how to photograph it",
        "url": f"{_SITE}/reminders/show/7",
    },
)
KINDS = (CONFIRMATION, ALREADY_SUBSCRIBED, DIGEST)
"""What a reader is sent; a reminder goes to somebody of the desk."""
