"""The history of one record, and giving it back what it was."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _

from app.core.errors import BadParameter, Conflict, Invalid
from app.core.history.columns import is_recorded
from app.core.history.restoring import restore
from app.core.history.subjects import may_look_back
from app.core.history.timeline import changes_of
from app.core.query.state import MAX_PAGE
from app.core.views.base import Screen
from app.core.views.guard import guard
from app.core.views.offers import action_name, say_done

LATEST = 5
"""Changes on the page of their record."""


class HistoryPages(Screen):
    """`history/<pk>`, and `restore/<pk>` (POST) with the change whose outcome is wanted."""

    history_template = "core/history.html"
    latest_template = "core/latest.html"
    restored_template = "core/undo.html"

    @property
    def has_history(self) -> bool:
        """Whether changes of this model are kept."""
        return is_recorded(self.derived.model)

    def shows_history(self) -> bool:
        """Whether the user may see them."""
        return self.has_history and may_look_back(self.gate)

    @expose("/history/<pk>")
    @guard("read")
    def history(self, pk: str) -> Any:
        """Who changed what of a record, and when; with `part=latest` the part of its page."""
        if request.args.get("part") == "latest":
            timeline = changes_of(self.gate, pk, size=LATEST)
            return self.render_template(self.latest_template, view=self, timeline=timeline, pk=pk)
        timeline = changes_of(self.gate, pk, page_number(request.args.get("page")))
        return self.render_template(
            self.history_template,
            view=self,
            timeline=timeline,
            pk=pk,
            title=timeline.title,
            after_add=self.url("list"),
        )

    @expose("/restore/<pk>", methods=["POST"])
    @guard("edit")
    def restore(self, pk: str) -> Any:
        """Set a record's fields to what they were after a change."""
        change, version = number(request.form, "change"), request.form.get("_version")
        try:
            found = restore(
                self.gate,
                pk,
                change,
                self,
                action_name(self, "edit"),
                version=int(version) if version and version.isdecimal() else None,
            )
        except Invalid as refused:
            messages = [str(message) for texts in refused.errors.values() for message in texts]
            raise Conflict(" ".join(messages) or str(refused)) from refused
        message = _("Restored: %(fields)s.", fields=", ".join(dict.fromkeys(found.fields)))
        if found.fields:
            say_done(self, "edit", message)
        if found.failures or not found.fields:
            return self.render_template(
                self.restored_template,
                title=_("Restore this version"),
                done=len(found.fields),
                done_text=message,
                failures=[
                    {"what": "", "title": label, "reason": reason, "count": 1}
                    for label, reason in found.failures
                ],
                undo_id=None,
                back_url=self.url("history", pk),
            )
        return redirect(self.url("history", pk))


def page_number(text: str | None) -> int:
    """The number of a page, from 1; raises `BadParameter` for anything else."""
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_PAGE):
        message = _("Write a whole number from 1 to %(limit)d.", limit=MAX_PAGE)
        raise BadParameter(errors={"page": [message]})
    return int(text)


def number(form: Any, name: str) -> int:
    """A number that a form sends."""
    text = str(form.get(name, ""))
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadParameter(errors={name: [_("Write a whole number.")]})
    return int(text)
