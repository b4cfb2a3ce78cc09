"""What the add and the edit page have in common: the form, its controls and its hidden fields."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, redirect, request
from flask_login import current_user

from app.core import once
from app.core.errors import Invalid
from app.core.fields import Field, encode_key, title_of
from app.core.forms import RecordForm, form_for
from app.core.kept import Kept
from app.core.redirects import safe_next
from app.core.views.base import Screen
from app.core.views.baseline import token_of
from app.core.views.conflict import TOKENS, compared_fields

SAVED_COOKIE = "saved"
SAVED_COOKIE_SECONDS = 60
MAX_FORMS = 100
"""How many choices of fields are remembered of a view: users of few kinds have few of them."""


class FormParts(Screen):
    """Makes the forms of a model, and what their pages show."""

    add_template = "core/form.html"
    edit_template = "core/form.html"

    def __init__(self) -> None:
        super().__init__()
        self._forms: Kept[type[RecordForm]] = Kept(MAX_FORMS)

    def form_fields(self, verb: str, only: Collection[str] | None = None) -> list[Field]:
        """The fields of the add or edit form that the user may write; of `only` these, if given."""
        allowed = self.gate.fields(verb)
        names = getattr(self.derived, f"{verb}_columns")
        return [allowed[n] for n in names if n in allowed and (only is None or n in only)]

    def record_form(self, fields: Sequence[Field], verb: str) -> type[RecordForm]:
        """The form class for these fields, with the view's own validators; it is made once."""
        written = [field for field in fields if not field.is_readonly]
        return self._forms.get(
            (verb, *(field.name for field in written)),
            lambda: form_for(
                written,
                validators=self.validators_columns,
                descriptions=self.description_columns,
                extra=getattr(self, f"{verb}_form_extra_fields"),
                shown_when=self.shown_when,
            ),
        )

    def form_of(
        self, verb: str, formdata: Any, row: Any = None, only: Collection[str] | None = None
    ) -> RecordForm:
        """The add or edit form, with what was typed or else what the row has.

        One of some fields alone has nothing else: no further fields of the view either.
        """
        made = self.record_form(self.form_fields(verb, only), verb)
        if only is not None:
            controls = {name: made.controls[name] for name in made.controls if name in only}
            made = type("RecordForm", (made,), {"controls": controls})
        return made(formdata, row)

    def form_context(
        self, form: RecordForm, row: Any, pk: str | None, title: str = ""
    ) -> dict[str, Any]:
        """What every page with the form is drawn from; without a row it adds one."""
        is_add = row is None
        groups = self.add_fieldsets if is_add else (self.edit_fieldsets or self.add_fieldsets)
        return {
            "view": self,
            "form": form,
            "record": row,
            "pk": pk,
            "title": self.add_title if is_add else (title or title_of(row)),
            "key": encode_key,
            "is_add": is_add,
            "is_part": False,
            "is_refused": bool(form.errors or form.general_errors),
            "form_action": "",
            "fieldsets": self._control_groups(groups, [control.name for control in form], form),
            "next_url": safe_next(request.values.get("next"), ""),
            "can": self.rights(),
            "draft_owner": _draft_owner(),
        }

    def form_page(
        self,
        form: RecordForm,
        row: Any = None,
        title: str = "",
        *,
        has_new_key: bool = False,
        is_part: bool = False,
    ) -> Any:
        """The page with the form; `is_part` where it has only some fields of the record."""
        is_add = row is None
        pk = None if is_add else request.view_args["pk"]  # type: ignore[index]
        context = self.form_context(form, row, pk, title) | {"is_part": is_part}
        return self.render_template(
            self.add_template if is_add else self.edit_template,
            **context,
            hidden=hidden_fields(row, form, has_new_key=has_new_key),
        )

    def _prefilled(self, fields: Sequence[Field]) -> Any:
        """A row, never saved, with the values that the address gives: `add?album=1`."""
        given = {field.name: field for field in fields if field.name in request.args}
        if not given:
            return None
        form = self.record_form(list(given.values()), "add")(request.args)
        draft = type("Draft", (), {})()
        for name, control in ((control.name, control) for control in form.inputs()):
            if not control.process_errors:
                setattr(draft, name, control.data)
        return draft

    def _control_groups(self, declared: Any, names: Sequence[str], form: RecordForm) -> Any:
        groups = self.derived.fieldsets(declared, names)
        placed = {name for _legend, group in groups for name in group}
        rest = [name for name in names if name not in placed]
        if rest:
            groups = [*groups, ("", rest)]
        return [(legend, [form[n] for n in group if n in form]) for legend, group in groups]

    def saved(self, key: str) -> Response:
        """Lead to the page that the pressed button asks for, and let the browser drop its draft."""
        response: Any = redirect(self._after_save(key))
        response.set_cookie(
            SAVED_COOKIE,
            quote(f"{_draft_owner()}:{request.path}", safe=""),
            max_age=SAVED_COOKIE_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
        )
        return response

    def _after_save(self, key: str) -> str:
        then = request.form.get("next")
        match request.form.get("after"):
            case "add":
                return self.url("add", next=then or None)
            case "edit":
                return self.url("edit", key, next=then or None)
        return safe_next(then, self.url("show", key))


def validate(form: RecordForm) -> None:
    """Raise `Invalid` where the form has errors; they stand in the form."""
    if not form.validate():
        raise Invalid


def _draft_owner() -> str:
    """Whose drafts a form may offer; a visitor's are kept by nobody."""
    return str(current_user.get_id()) if current_user.is_authenticated else ""


def hidden_fields(
    row: Any, form: RecordForm, *, has_new_key: bool = False
) -> list[tuple[str, Any]]:
    """What the form started from, or the key that lets it add one record only.

    After a refusal both are what they were.
    """
    if row is None:
        sent_key = "" if has_new_key else request.form.get(once.ONCE)
        return [(once.ONCE, sent_key or once.new_key())]
    sent = [(name, request.form[name]) for name in TOKENS if request.form.get(name)]
    return sent or [token_of(row, compared_fields(form))]
