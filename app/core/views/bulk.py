"""Actions on many rows at once: those ticked, or all that the list's filters match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _, ngettext
from werkzeug.datastructures import MultiDict

from app.core.errors import (
    BadParameter,
    BureauError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
)
from app.core.fields import title_of
from app.core.forms import RecordForm, form_for
from app.core.history.models import Source
from app.core.history.scope import operation
from app.core.query.changes import delete_rows
from app.core.query.consequences import consequences
from app.core.query.state import ListState
from app.core.redirects import came_from, safe_next
from app.core.views.actions import Action
from app.core.views.guard import check_verb
from app.core.views.listing import ListPages
from app.core.views.offers import action_name, say_done
from app.core.views.records import RecordPages
from app.extensions import db

MAX_ROWS = 10_000
MAX_NAMED = 20
CONFIRMED = "confirmed"


class BulkPages(ListPages, RecordPages):
    """`bulk/<name>`: POST only, so that no link can run an action."""

    confirm_template = "core/delete.html"
    action_template = "core/action.html"

    @expose("/bulk/<name>", methods=["POST"])
    def bulk(self, name: str) -> Any:
        """Run an action on the chosen rows that the user may do it to."""
        action = self.actions.get(name)
        if action is None:
            raise NotFound
        check_verb(self, name)
        rows = self._chosen_rows(name)
        if not rows:
            flash(_("None of the chosen records can be used for this."), "warning")
            return redirect(self._back())
        form = form_of_action(action, request.form if CONFIRMED in request.form else None)
        question = self._question(action, rows, form)
        if question is not None:
            return question
        try:
            with operation(action_name(self, name), Source.BULK if len(rows) > 1 else None):
                message = self._run(action, rows, form.values())
        except (Conflict, Forbidden, Invalid) as refused:
            if isinstance(refused, Forbidden) and refused.code != Forbidden.code:
                raise
            # An action may have written something before it was refused.
            db.session.rollback()
            flash(_in_words(refused), "error")
        else:
            if message:
                say_done(self, name, message)
        return redirect(self._back())

    def _question(self, action: Action, rows: Sequence[Any], form: RecordForm) -> Any:
        """The page to answer before the action runs; None where there is nothing to ask."""
        is_confirmed = CONFIRMED in request.form
        if action.is_dangerous:
            return None if is_confirmed else self._ask(action, rows)
        if is_confirmed:
            return None if form.validate() else (self._action_page(action, rows, form, ()), 422)
        warnings = action.warns(rows) if action.warns is not None else ()
        if not (warnings or action.asks):
            return None
        return self._action_page(action, rows, form, warnings)

    def _action_page(
        self, action: Action, rows: Sequence[Any], form: RecordForm, warnings: Sequence[str]
    ) -> Any:
        """What the action asks for, and what speaks against it."""
        return self.render_template(
            self.action_template,
            view=self,
            action=action,
            form=form,
            warnings=warnings,
            titles=[title_of(row) for row in rows[:MAX_NAMED]],
            count=len(rows),
            action_url=self.url("bulk", action.name),
            hidden=self._sent_on(*(control.name for control in form)),
            next_url=self._back(),
        )

    def _sent_on(self, *without: str) -> list[tuple[str, str]]:
        """What the form of a question sends again: which rows are meant, and where to go back."""
        dropped = {"csrf_token", CONFIRMED, "next", *without}
        sent = request.form.items(multi=True)
        return [(k, v) for k, v in sent if k not in dropped] + [("next", self._back())]

    def _run(self, action: Action, rows: Sequence[Any], values: Mapping[str, Any]) -> Any:
        if action.method == "delete_rows":
            count = delete_rows(self.gate, rows, self)
            return ngettext("%(num)d record was deleted.", "%(num)d records were deleted.", count)
        return getattr(self, action.method)(rows, **values)

    def _chosen_rows(self, verb: str) -> Sequence[Any]:
        """The rows that the form names, without those that the user may not do `verb` to."""
        if request.form.get("all"):
            statement = self.gate.filtered(self._chosen_state(), verb).limit(MAX_ROWS + 1)
            rows: Sequence[Any] = db.session.scalars(statement).all()
        else:
            keys = request.form.getlist("key")
            refuse_too_many(len(keys))
            rows = self.gate.find(keys, verb)
            self._say_left_out(len(set(keys)) - len(rows))
        refuse_too_many(len(rows))
        return rows

    def _chosen_state(self) -> ListState:
        """The list of which all rows are chosen."""
        query = request.form.get("query", "").removeprefix("?")
        return self.read_state(MultiDict(parse_qsl(query)))

    def _say_left_out(self, count: int) -> None:
        if count > 0:
            flash(
                ngettext(
                    "%(num)d record was left out: it is gone, or you may not do this.",
                    "%(num)d records were left out: they are gone, or you may not do this.",
                    count,
                ),
                "warning",
            )

    def _ask(self, action: Action, rows: Sequence[Any]) -> Any:
        """The question before a dangerous action, for whoever has no script to ask it."""
        return self.render_template(
            self.confirm_template,
            view=self,
            titles=[title_of(row) for row in rows[:MAX_NAMED]],
            count=len(rows),
            consequences=consequences(self.gate.model, rows),
            action_url=self.url("bulk", action.name),
            hidden=self._sent_on(),
            next_url=self._back(),
        )

    def _back(self) -> str:
        """The page that the action was chosen on; the question in between is none to go back to."""
        back = safe_next(request.form.get("next"), came_from(self.url("list")))
        return self.url("list") if "/bulk/" in back else back


def form_of_action(action: Action, sent: Any = None) -> RecordForm:
    """The form of what an action asks for; one without fields where it asks for nothing."""
    return form_for(action.asks)(sent)


def _in_words(refused: BureauError) -> str:
    """What a refusal says, for a page that has no fields to put it beside."""
    messages = [str(message) for found in refused.errors.values() for message in found]
    return " ".join(messages) or str(refused)


def refuse_too_many(count: int) -> None:
    """Refuse more rows than one request may change."""
    if count > MAX_ROWS:
        message = _("Choose at most %(count)d records at once.", count=MAX_ROWS)
        raise BadParameter(errors={"key": [message]})
