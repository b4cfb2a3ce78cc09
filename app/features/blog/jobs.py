"""What the blog does by itself, for posts."""

from flask_babel import lazy_gettext as _

from app.core.jobs import job
from app.features.blog import operations


@job("blog.publish_due", schedule="* * * * *", label=_("Publish what is due"))
def publish_due() -> dict[str, int] | None:
    """Publish scheduled posts whose time has come, and archive those that have expired."""
    done = operations.publish_due()
    return done if any(done.values()) else None
