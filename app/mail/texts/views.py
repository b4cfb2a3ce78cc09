"""The screen of the texts: what each mail says in each language, and how to say it otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, jsonify, make_response, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, lazy_gettext as _, lazy_pgettext
from flask_login import current_user

from app.core.addresses import page_url
from app.core.errors import Invalid, NotFound
from app.core.forms import RecordForm
from app.core.views import ModelView, guard
from app.core.web import content_security_policy, csp_nonce
from app.extensions import db
from app.mail.mails import Mail, known_mails
from app.mail.models import MailText, kind_of, language_of, title_of_text
from app.mail.preview import framed
from app.mail.rendering import Rendered
from app.mail.texts.checking import problems_of
from app.mail.texts.edited import broken_texts, edited_texts, known_names, render_source
from app.mail.texts.sandbox import FILTER_NAMES
from app.mail.texts.shipped import FILES, Source, shipped_text
from app.mail.writing import send_test


@dataclass(frozen=True)
class Kind:
    """A kind of mail on the screen, with the state of its text in each language."""

    name: str
    label: str
    languages: Sequence[tuple[str, str, str, bool]]
    """Code, name, the address of the editor, and whether somebody has edited it."""


class MailTextView(ModelView):
    """Edited texts of mails; what is not edited says what it is shipped with."""

    datamodel = SQLAInterface(MailText)
    list_title = _("Texts of mails")
    record_title = _("Text of a mail")
    plural = "mail-texts"
    list_template = "mail/texts.html"
    show_template = "mail/text.html"
    add_template = edit_template = "mail/text_form.html"
    label_columns = {
        "kind": _("Kind of mail"),
        "name": _("Kind of mail"),
        "locale": _("Language"),
        "language": _("Language"),
        "subject": lazy_pgettext("mail", "Subject"),
        "text": _("Text"),
        "html": "HTML",
    }
    list_columns = ["kind", "language", "subject", "updated_at", "updated_by"]
    show_columns = ["kind", "language", "subject", "text", "html", "updated_at", "updated_by"]
    add_columns = ["name", "locale", "subject", "text", "html"]
    edit_columns = ["subject", "text", "html"]
    inline_columns = ()
    bulk_columns = ()
    search_columns = ["name", "subject", "text"]
    filter_columns = ["name", "locale", "updated_at", "updated_by"]
    charts = ()
    icon = "mail"

    def kinds(self) -> list[Kind]:
        """Every kind of mail that this site may send."""
        edited, codes = edited_texts(), list(current_app.config["LANGUAGES"])

        def language(name: str, code: str) -> tuple[str, str, str, bool]:
            key = edited.get((name, code))
            new = page_url(f"{self.endpoint}.add", name=name, locale=code)
            url = new if key is None else self.url("edit", str(key))
            return code, language_of(code), url, key is not None

        found = [
            Kind(name, kind_of(name), [language(name, code) for code in codes])
            for name in known_mails()
        ]
        return sorted(found, key=lambda kind: kind.label.casefold())

    def broken(self) -> list[tuple[str, str, str]]:
        """The edited texts that cannot be used: key, title and reason."""
        return [
            (str(key), title_of_text(name, locale), reason)
            for key, name, locale, reason in broken_texts()
        ]

    def problems_in(self, row: MailText) -> list[str]:
        """What is wrong with an edited text by now; the shipped one is sent instead."""
        mail = known_mails().get(row.name)
        if mail is None:
            return [gettext("There is no such kind of mail any more.")]
        found = problems_of(mail, Source(row.subject, row.text, row.html), row.locale)
        return [message for messages in found.values() for message in messages]

    def _about(self, form: RecordForm, record: MailText | None) -> dict[str, Any]:
        """What the editor says of the mail beside its text."""
        mail, locale = self._named(record, form)
        return {
            "name": mail.name,
            "locale": locale,
            "values": {name: _shown(mail.example[name]) for name in mail.example},
            "functions": sorted(known_names(mail) - frozenset(mail.example)),
            "filters": FILTER_NAMES,
            "shipped": shipped_text(mail, locale),
        }

    @expose("/add", methods=["GET", "POST"])
    @guard("add")
    def add(self) -> Any:
        """The form of a text that was not edited so far; which one, the list asks."""
        if request.method == "GET" and not is_mail(request.args):
            return redirect(self.url("list"))
        return super().add()

    @expose("/check", methods=["POST"])
    @guard("edit")
    def check(self) -> Any:
        """What is wrong with what is being typed, and what it becomes with example values."""
        mail, source, locale = _typed()
        problems = problems_of(mail, source, locale)
        made = None if problems else render_source(mail, source, mail.example, locale)
        said = {} if made is None else {"subject": made.subject, "text": made.text}
        return jsonify(problems=problems, **said)

    @expose("/try", methods=["POST"])
    @guard("edit")
    def attempt(self) -> Response:
        """What is being typed as its reader would see it, in a page that may do nothing."""
        return framed(self._made(*_typed()).html, by="'self'")

    @expose("/test", methods=["POST"])
    @guard("edit")
    def test(self) -> Any:
        """Send what is being typed to whoever types it, with example values."""
        mail, source, locale = _typed()
        self._made(mail, source, locale)
        if not current_user.email:
            raise Invalid(gettext("Your account has no mail address to send it to."))
        send_test(mail, source, to=current_user.email, locale=locale)
        db.session.commit()
        message = gettext("A test is on its way to %(address)s.", address=current_user.email)
        return jsonify(message=message)

    def pre_add(self, item: MailText) -> None:
        """Refuse a text that no mail could be written with."""
        if not is_mail({"name": item.name, "locale": item.locale}):
            raise Invalid(errors={"name": [gettext("There is no such mail, or no such language.")]})
        self.pre_update(item)

    def pre_update(self, item: MailText) -> None:
        """The same for a text that was edited before."""
        mail = known_mails().get(item.name)
        if mail is None:
            raise Invalid(gettext("There is no such kind of mail any more."))
        source = Source(item.subject or "", item.text or "", item.html or "")
        problems = problems_of(mail, source, item.locale)
        if problems:
            raise Invalid(errors=problems)

    def form_context(
        self, form: RecordForm, row: Any, pk: str | None, title: str = ""
    ) -> dict[str, Any]:
        """What the page is drawn from: the mail, its values and its shipped text as well."""
        about = self._about(form, row)
        named = {"about": about, "title": title_of_text(about["name"], about["locale"])}
        return super().form_context(form, row, pk, title) | named

    def form_page(self, *positional: Any, **named: Any) -> Any:
        """The page of the form, which may have a frame with a page of our own in it."""
        page = make_response(super().form_page(*positional, **named))
        policy = content_security_policy(csp_nonce())
        page.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
        return page

    def _prefilled(self, fields: Sequence[Any]) -> Any:
        """The shipped text to begin with."""
        draft = super()._prefilled(fields)
        shipped = shipped_text(known_mails()[draft.name], draft.locale)
        for field in FILES:
            setattr(draft, field, getattr(shipped, field))
        return draft

    def _named(self, record: MailText | None, form: RecordForm) -> tuple[Mail, str]:
        name = record.name if record is not None else form["name"].data
        locale = record.locale if record is not None else form["locale"].data
        if not is_mail({"name": name, "locale": locale}):
            raise NotFound
        return known_mails()[name], locale

    def _made(self, mail: Mail, source: Source, locale: str) -> Rendered:
        problems = problems_of(mail, source, locale)
        if problems:
            raise Invalid(errors=problems)
        return render_source(mail, source, mail.example, locale)


def is_mail(named: Mapping[str, Any]) -> bool:
    """Whether there is this kind of mail and this language."""
    languages = current_app.config["LANGUAGES"]
    return named.get("name") in known_mails() and named.get("locale") in languages


def _typed() -> tuple[Mail, Source, str]:
    """The mail, the text and the language that the request sends."""
    if not is_mail(request.form):
        raise NotFound
    texts = {field: request.form.get(field, "") for field in FILES}
    return known_mails()[request.form["name"]], Source(**texts), request.form["locale"]


def _shown(value: Any) -> str:
    """An example value in short."""
    text = str(value)
    return f"{text[:60]}…" if len(text) > 60 else text
