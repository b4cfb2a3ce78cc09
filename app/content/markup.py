"""Rich text as features use it; the ground is `app.core.markup`, because core kinds need it too."""

from app.core.markup import (
    MAX_MARKDOWN,
    TextFormat,
    clean_html,
    excerpt,
    plain_text,
    reading_minutes,
    render_markdown,
    video_box,
)

__all__ = [
    "MAX_MARKDOWN",
    "TextFormat",
    "clean_html",
    "excerpt",
    "plain_text",
    "reading_minutes",
    "render_markdown",
    "video_box",
]
