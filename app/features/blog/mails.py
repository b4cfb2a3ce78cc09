"""The mails of the desk: a post waits, comes back, or is on its way to readers."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from app.core.addresses import public_url
from app.features.blog.models import Post
from app.mail import Mail
from app.security.links.mails import called, write_to
from app.security.rights.holders import active_holders

_POST = {"post": "Fog over the harbour", "url": "https://bureau.example/blog/posts/show/7"}

SUBMITTED = Mail(
    "blog_submitted",
    label=_("Post handed in"),
    example={"name": "Ana Silva", "author": "Rui Costa", **_POST},
)
RETURNED = Mail(
    "blog_returned",
    label=_("Post returned"),
    example={"name": "Rui Costa", "note": "The second date is wrong.", **_POST},
)
APPROVED = Mail(
    "blog_approved",
    label=_("Post approved"),
    example={"name": "Rui Costa", **_POST},
)


def tell_of_submission(posts: Sequence[Post]) -> None:
    """Write to everybody who may return posts, but not to who has written them."""
    editors = active_holders("can_return", "Post") if posts else []
    for post in posts:
        for editor in editors:
            if editor.id != post.author_id:
                write_to(editor, SUBMITTED, author=called(post.author), **_about(post))


def tell_of_return(posts: Sequence[Post], note: str) -> None:
    """Write to the authors what is to be changed."""
    for post in posts:
        write_to(post.author, RETURNED, note=note, **_about(post))


def tell_of_approval(posts: Sequence[Post]) -> None:
    """Write to the authors of posts that waited for it."""
    for post in posts:
        write_to(post.author, APPROVED, **_about(post))


def _about(post: Post) -> dict[str, str]:
    return {"post": post.title, "url": public_url("PostView.show", pk=str(post.id))}
