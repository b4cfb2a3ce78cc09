"""The screens of comments and of what is blocked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _, ngettext

from app.content.comments import operations, personal_data
from app.content.comments.models import Comment, CommentBlock
from app.content.comments.rules import MODERATE, SKIP_MODERATION, is_visible_comment, known_subjects
from app.content.comments.sent import SUBMISSION
from app.core.charts import Chart, day
from app.core.query.changes import committed
from app.core.query.rules import hidden, rows
from app.core.views import ModelView, action

PRIVATE = (
    "email",
    "address",
    "locale",
    "wants_replies",
    "held_because",
    "decided_at",
    "decided_by",
    "writer",
)


class CommentView(ModelView):
    """Comments; what waits for a decision comes first."""

    datamodel = SQLAInterface(Comment)
    label_columns = {
        "excerpt": _("Comment"),
        "name": _("Writer"),
        "wants_replies": _("Wants to know of replies"),
        "address": _("Network address"),
        "held_because": _("Held because"),
    }
    edit_columns = ["text", "state"]
    search_columns = ["text", "name", "email"]
    exclude_columns = ["rank", "version"]
    row_rules = [
        rows(
            is_visible_comment,
            unless=MODERATE,
            label=_("Approved comments, and all on what is theirs"),
        )
    ]
    field_rules = [hidden("rank", unless=MODERATE)] + [
        hidden(name, unless=MODERATE) for name in PRIVATE
    ]
    base_order = [("rank", "asc"), ("created_at", "desc")]
    submission = SUBMISSION
    charts = [
        Chart(_("Comments per day"), group=day("created_at"), series="state", kind="line"),
        Chart(_("Comments by state"), group="state"),
    ]
    icon = "comment"

    def __init__(self) -> None:
        names = [*known_subjects()]
        self.list_columns = ["excerpt", *names, "name", "state", "created_at"]
        self.show_columns = [
            "text",
            *names,
            "parent",
            "name",
            "email",
            "state",
            "held_because",
            "address",
            "created_at",
            "edited_at",
            "decided_at",
            "decided_by",
        ]
        self.filter_columns = ["state", *names, "created_at", "name"]
        super().__init__()

    @action("approve", _("Approve"), icon="check")
    def approve(self, comments: Sequence[Comment]) -> str:
        """Show the comments to everybody."""
        count = operations.approve(comments)
        return ngettext("%(num)d comment was approved.", "%(num)d comments were approved.", count)

    @action("reject", _("Reject"), icon="close")
    def reject(self, comments: Sequence[Comment]) -> str:
        """Show the comments to nobody."""
        count = operations.reject(comments)
        return ngettext("%(num)d comment was rejected.", "%(num)d comments were rejected.", count)

    @action("spam", _("Mark as spam"), icon="flag")
    def spam(self, comments: Sequence[Comment]) -> str:
        """Take the comments for what nobody wants."""
        count = operations.mark_spam(comments)
        return ngettext("%(num)d comment is spam.", "%(num)d comments are spam.", count)

    @action(
        "erase",
        _("Forget the writer"),
        _("All comments of this mail address go, with their history. Nothing undoes it."),
        icon="trash",
    )
    def erase(self, comments: Sequence[Comment]) -> str:
        """Forget whoever has written the comments, with everything else of theirs."""
        with committed(self.gate, deleting=True):
            count = personal_data.erase_writers({comment.email for comment in comments})
        return ngettext("%(num)d comment is gone.", "%(num)d comments are gone.", count)

    def pre_update(self, item: Comment) -> None:
        operations.prepare_change(item)

    def _offered_permissions(self) -> list[str]:
        """Comments are written where they are read, so there is no form for a new one here."""
        names = [name for name in super()._offered_permissions() if name != "can_add"]
        return [*names, f"can_{SKIP_MODERATION}"]


class CommentBlockView(ModelView):
    """Who and what is kept out."""

    datamodel = SQLAInterface(CommentBlock)
    list_title = _("Blocked")
    record_title = _("Block")
    list_columns = ["value", "kind", "until", "reason", "created_at"]
    add_columns = ["kind", "value", "until", "reason"]
    description_columns: dict[str, Any] = {
        "value": _("A mail address, a network address (also as 192.0.2.0/24), or a word."),
        "until": _("Empty: for ever."),
    }
    charts = ()
    icon = "lock"

    def pre_add(self, item: CommentBlock) -> None:
        operations.prepare_block(item)

    def pre_update(self, item: CommentBlock) -> None:
        operations.prepare_block(item)
