"""The screen of tags."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, lazy_gettext as _, ngettext

from app.content.tags.models import (
    NAME_LENGTH,
    Tag,
    count_name,
    folded,
    taggable_models,
    used_name,
)
from app.content.tags.operations import find_named, merge_all, prepare_tag
from app.core.errors import Invalid
from app.core.kinds.text import Text
from app.core.query.gate import gates
from app.core.query.rules import hidden
from app.core.views import ModelView, action
from app.core.views.actions import asked


class TagView(ModelView):
    """Tags with how often each is used."""

    datamodel = SQLAInterface(Tag)
    add_columns = ["name"]
    search_columns = ["name"]
    public_columns = ["id", "name", "slug"]
    field_rules = [hidden("folded")]
    base_order = ("name", "asc")
    bulk_columns = ()
    charts = ()
    icon = "tag"

    def __init__(self) -> None:
        models = [model for model in taggable_models() if model in gates()]
        uses = [count_name(model) for model in models]
        lasts = [used_name(model) for model in models]
        self.list_columns = ["name", *uses, *lasts]
        self.show_columns = ["name", "slug", *uses, *lasts]
        self.filter_columns = ["name", "created_at"]
        super().__init__()

    @action(
        "merge",
        _("Merge"),
        icon="group",
        asks=[asked("into", _("Into the tag"), Text(NAME_LENGTH), is_required=True)],
    )
    def merge(self, tags: Sequence[Tag], into: str) -> str:
        """Let one tag take the place of others, whose addresses lead to it from then on."""
        target = find_named([into]).get(folded(into))
        if target is None:
            message = gettext(
                "There is no tag “%(name)s”. Add it first, or choose another.", name=into
            )
            raise Invalid(errors={"into": [message]})
        count = merge_all(tags, target)
        return ngettext("%(num)d tag was merged.", "%(num)d tags were merged.", count)

    def pre_add(self, item: Tag) -> None:
        prepare_tag(item)

    def pre_update(self, item: Tag) -> None:
        prepare_tag(item)
