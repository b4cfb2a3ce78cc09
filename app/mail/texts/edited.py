"""Mails in the words that somebody has edited; in the shipped ones where those cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from jinja2 import Template, TemplateError
from markupsafe import Markup

from app.core.cache import cached
from app.core.i18n import as_reader, current_locale
from app.core.kept import Kept
from app.extensions import db
from app.mail.mails import Mail, known_mails
from app.mail.models import MailText
from app.mail.rendering import Rendered, finished, render, surroundings, templates
from app.mail.texts.sandbox import Sandbox, filled
from app.mail.texts.shipped import FILES, Source, has_frame, imports_of

FUNCTIONS = (
    "_",
    "ngettext",
    "format_date",
    "format_datetime",
    "format_decimal",
    "format_money",
    "format_number",
    "format_percent",
    "format_time",
)
MAX_TEMPLATES = 500
_EXTENSION = "bureau_mail_texts"

_log = logging.getLogger(__name__)


def written(
    mail: Mail, values: Mapping[str, Any], locale: str | None, timezone: str | None = None
) -> tuple[Rendered, str | None]:
    """A mail for its reader, and why the edited text could not be used, if it could not.

    Whatever is wrong with an edited text, the mail is written: it is not the reader's fault.
    """
    source = edited_source(mail, locale)
    if source is None:
        return render(mail, values, locale, timezone), None
    try:
        return render_source(mail, source, values, locale, timezone), None
    except Exception as error:  # noqa: BLE001 (people write these texts: anything may be in them)
        reason = in_words(error)
        _log.warning("the edited text of %s in %s cannot be used: %s", mail.name, locale, reason)
        return render(mail, values, locale, timezone), reason


def edited_source(mail: Mail, locale: str | None) -> Source | None:
    """What somebody has edited for this mail in the language of its reader."""
    with as_reader(locale):
        language = str(current_locale())
    if (mail.name, language) not in edited_texts():
        return None
    statement = sa.select(MailText.subject, MailText.text, MailText.html).where(
        MailText.name == mail.name, MailText.locale == language
    )
    row = db.session.execute(statement).one_or_none()
    return None if row is None else Source(row.subject, row.text, row.html)


def edited_texts() -> dict[tuple[str, str], int]:
    """The keys of the edited texts by (name, language): mails without one need no statement."""

    def find() -> dict[tuple[str, str], int]:
        rows = db.session.execute(sa.select(MailText.name, MailText.locale, MailText.id))
        return {(row.name, row.locale): row.id for row in rows}

    return cached("mail.edited", [MailText], find)


def broken_texts() -> list[tuple[int, str, str, str]]:
    """The edited texts that cannot be used by now: key, name, language and reason."""
    return cached("mail.broken", [MailText], _find_broken)


def _find_broken() -> list[tuple[int, str, str, str]]:
    found = []
    for row in db.session.scalars(sa.select(MailText).order_by(MailText.id)):
        mail = known_mails().get(row.name)
        try:
            if mail is not None:
                source = Source(row.subject, row.text, row.html)
                render_source(mail, source, mail.example, row.locale)
        except Exception as error:  # noqa: BLE001 (people write these texts: anything may be in them)
            found.append((row.id, row.name, row.locale, in_words(error)))
    return found


def render_source(
    mail: Mail,
    source: Source,
    values: Mapping[str, Any],
    locale: str | None,
    timezone: str | None = None,
) -> Rendered:
    """Write a mail with these texts, in the frame that all mails have."""
    with as_reader(locale, timezone):
        subject = " ".join(said(mail, source, "subject", values).split())
        text, html = (
            _frame(mail, field).render(
                surroundings()
                | dict(values)
                # What the sandbox has made is finished: escaped where it had to be.
                | {"edited": Markup(said(mail, source, field, values)), "edited_subject": subject}  # noqa: S704
            )
            for field in ("text", "html")
        )
        return finished(subject, text, html)


def said(mail: Mail, source: Source, field: str, values: Mapping[str, Any]) -> str:
    """One of the three texts with its values, for the reader of now."""
    template = _kept(
        (field == "html", getattr(source, field)),
        lambda: Sandbox(is_html=field == "html").compiled(getattr(source, field)),
    )
    return filled(template, _offered(mail, values))


def known_names(mail: Mail) -> frozenset[str]:
    """Everything that the texts of this mail may name."""
    return frozenset(_offered(mail, mail.example)) | frozenset(mail.example)


def in_words(error: Exception) -> str:
    """What is wrong, where Jinja says it; else its kind, because a text may hold values."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, TemplateError) else name


def _offered(mail: Mail, values: Mapping[str, Any]) -> dict[str, Any]:
    environment = templates()
    given = surroundings()
    functions = {n: environment.globals[n] for n in FUNCTIONS if n in environment.globals}
    imported = {
        name: getattr(environment.get_template(path).make_module(given), name)
        for path, name in _kept(("imports", mail.name), lambda: tuple(imports_of(mail)))
    }
    declared = {name: values[name] for name in mail.example if name in values}
    return functions | imported | given | declared


def _frame(mail: Mail, field: str) -> Template:
    """The shipped template with room for another content, or the plain layout."""

    def make() -> Template:
        is_html = field == "html"
        layout = f"mail/layout.{'html' if is_html else 'txt'}"
        parent = f"mail/{mail.name}/{FILES[field]}" if has_frame(mail, field) else layout
        heading = "{% block title %}{{ edited_subject }}{% endblock %}" if is_html else ""
        content = "{% block content %}{{ edited }}\n{% endblock %}"
        return templates().from_string(f'{{% extends "{parent}" %}}{heading}{content}')

    found: Template = _kept(("frame", mail.name, field), make)
    return found


def _kept(key: Any, make: Any) -> Any:
    """Templates are compiled once; texts that were edited since have other keys."""
    kept: Kept[Any] = current_app.extensions.setdefault(_EXTENSION, Kept(MAX_TEMPLATES))
    return kept.get(key, make)
