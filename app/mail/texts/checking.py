"""What is wrong with an edited text, in words for whoever edits it."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

from flask_babel import gettext as _
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from app.core.i18n import as_reader
from app.mail.mails import Mail
from app.mail.texts.edited import known_names, said
from app.mail.texts.sandbox import Flaw, TooMuch, flaws_of
from app.mail.texts.shipped import FILES, Source

MAX_LENGTH = 50_000
FORBIDDEN_ELEMENTS = frozenset(
    ("script", "style", "iframe", "object", "embed", "form", "input", "button", "link", "meta")
) | {"base", "svg", "video", "audio", "html", "head", "body", "title"}


class _Elements(HTMLParser):
    """Finds what no mail program shows, or what would break the frame."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN_ELEMENTS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or address.startswith(("javascript:", "data:", "vbscript:")):
                self.found.append(name)


def problems_of(mail: Mail, source: Source, locale: str) -> dict[str, list[str]]:
    """Messages by field; empty where the mail can be written with this text."""
    names = known_names(mail)
    found = {field: _problems_in(mail, source, field, names, locale) for field in FILES}
    return {field: messages for field, messages in found.items() if messages}


def _problems_in(
    mail: Mail, source: Source, field: str, names: frozenset[str], locale: str
) -> list[str]:
    text: str = getattr(source, field)
    if len(text) > MAX_LENGTH:
        return [_("Write at most %(limit)d characters.", limit=MAX_LENGTH)]
    flaws = flaws_of(text, names, is_html=field == "html")
    if flaws:
        return [_sentence(flaw) for flaw in flaws]
    try:
        with as_reader(locale):
            made = said(mail, source, field, mail.example)
    except UndefinedError as error:
        return [_("There is no such value: %(error)s", error=str(error))]
    except TooMuch:
        return [_("It would become too long, or take too long.")]
    except SecurityError:
        return [_("Only plain values may be used here, and none of their inner parts.")]
    except Exception as error:  # noqa: BLE001 (people write these texts: anything may be in them)
        return [_("It cannot be filled in: %(error)s", error=f"{type(error).__name__}: {error}")]
    if not made.strip():
        return [_("Write something: nothing of it is left with the example values.")]
    return _problems_of_html(made) if field == "html" else []


def _problems_of_html(made: str) -> list[str]:
    elements = _Elements()
    elements.feed(made)
    elements.close()
    if not elements.found:
        return []
    named = ", ".join(dict.fromkeys(elements.found))
    return [_("A mail cannot have this: %(elements)s", elements=named)]


def _sentence(flaw: Flaw) -> str:
    sentences: Mapping[str, str] = {
        "syntax": _("Line %(line)d: %(detail)s", line=flaw.line, detail=flaw.detail),
        "unknown": _(
            "Line %(line)d: there is no value called %(detail)s.",
            line=flaw.line,
            detail=flaw.detail,
        ),
        "forbidden": _(
            "Line %(line)d: only values, conditions and lists can be used here (%(detail)s).",
            line=flaw.line,
            detail=flaw.detail,
        ),
        "deep": _("At most %(detail)s lists may stand within each other.", detail=flaw.detail),
    }
    return sentences[flaw.kind]
