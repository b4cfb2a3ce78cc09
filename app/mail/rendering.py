"""Mails as their readers get them: in their language, with the styles inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from flask import current_app
from jinja2 import Environment, StrictUndefined

from app.core.addresses import site_url
from app.core.formats import format_date, format_time, in_timezone
from app.core.i18n import as_reader, current_locale, text_direction
from app.mail.mails import Mail
from app.mail.models import MAX_SUBJECT

STYLES = Path(__file__).resolve().parents[1] / "templates" / "mail" / "mail.css"
_EXTENSION = "bureau_mail_templates"


@dataclass(frozen=True)
class Rendered:
    """The three texts of a mail."""

    subject: str
    text: str
    html: str


def render(
    mail: Mail, values: Mapping[str, Any], locale: str | None, timezone: str | None = None
) -> Rendered:
    """Write a mail for a reader with this language and time zone.

    A value that a template asks for and that was not given raises: no half mail is ever sent.
    """
    with as_reader(locale, timezone):
        given = surroundings() | dict(values)
        subject, text, html = (
            templates().get_template(f"mail/{mail.name}/{file}").render(given)
            for file in ("subject.txt", "body.txt", "body.html")
        )
        return finished(subject, text, html)


def finished(subject: str, text: str, html: str) -> Rendered:
    """The texts as they go out: the styles in the elements, the subject in one line."""
    # A line break in a subject would begin another header.
    line = " ".join(subject.split())[:MAX_SUBJECT]
    return Rendered(line, f"{text.strip()}\n", _inliner().inline(html))


def surroundings() -> dict[str, Any]:
    """What every mail may say, whoever reads it and whether or not a request is there."""
    return {
        "app_name": current_app.config["APP_NAME"],
        "language": str(current_locale()).replace("_", "-"),
        "direction": text_direction(),
        "format_moment": format_moment,
        "site_url": site_url(),
    }


def format_moment(value: datetime) -> str:
    """A moment as it can be read on another day and in another place: with its zone."""
    at = in_timezone(value)
    return f"{format_date(at, 'long')}, {format_time(at)} ({at.tzinfo})"


def templates() -> Environment:
    """The templates of the pages, in an environment where nothing may be missing."""
    made: Environment | None = current_app.extensions.get(_EXTENSION)
    if made is None:
        made = current_app.jinja_env.overlay(undefined=StrictUndefined)
        current_app.extensions[_EXTENSION] = made
    return made


@cache
def _inliner() -> CSSInliner:
    """Puts the styles into the elements, which is all that many mail programs read.

    What cannot stand in an element, such as the colours of a dark screen, stays in the head.
    """
    return CSSInliner(
        extra_css=STYLES.read_text(encoding="utf-8"),
        keep_at_rules=True,
        load_remote_stylesheets=False,
    )
