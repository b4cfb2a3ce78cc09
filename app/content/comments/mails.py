"""The mails about comments, each with values to look at it with."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.mail import Mail

_URL = "https://bureau.example/blog/twelve-bridges#comment-7"

PENDING = Mail(
    "content_pending",
    label=_l("Comments wait for a decision"),
    example={
        "name": "Tomasz Zieliński",
        "count": 3,
        "comments": [
            {"writer": "Ana", "subject": "Twelve bridges", "text": "What a lovely walk!"},
            {"writer": "Jo", "subject": "Twelve bridges", "text": "Which one is the oldest?"},
        ],
        "url": "https://bureau.example/content/moderation/",
    },
)
APPROVED = Mail(
    "content_approved",
    label=_l("New comment on something of yours"),
    example={
        "name": "Inês Carvalho",
        "writer": "Ana",
        "subject_title": "Twelve bridges",
        "text": "What a lovely walk!\nWhich one is the oldest?",
        "url": _URL,
    },
)
REPLIED = Mail(
    "content_replied",
    label=_l("Reply to a comment"),
    example={
        "name": "Ana",
        "writer": "Inês Carvalho",
        "subject_title": "Twelve bridges",
        "text": "The one at the mill, from 1731.",
        "url": _URL,
        "leave_url": "https://bureau.example/content/comments/leave/gAAAAABm",
    },
)
