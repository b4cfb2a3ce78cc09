"""Every mail in every language, as its reader gets it: approved texts, compared line by line."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from app.core.clock import ManualClock, use_clock
from app.core.feature import load_features
from app.features import FEATURES
from app.mail.composing import headers_of
from app.mail.mails import Mail, known_mails
from app.mail.models import MailMessage
from app.mail.rendering import render
from config import LANGUAGES
from tests.mail.conftest import START

# A feature's mails are known once it is loaded.
load_features("app.features", FEATURES)
APPROVED = Path(__file__).with_name("rendered")
ZONES = {"en": "Europe/London", "pt": "Europe/Lisbon"}
MAILS = sorted(name for name in known_mails() if not name.startswith("test_"))
every_mail = pytest.mark.parametrize("name", MAILS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(autouse=True)
def site(app):
    """The links of an approved text lead to a site that is nobody's machine."""
    app.config["BUREAU_URL"] = "https://bureau.example"
    yield
    app.config["BUREAU_URL"] = ""


def rendered(name, language):
    mail = known_mails()[name]
    return render(mail, mail.example, language, ZONES.get(language))


def sheet(name, language):
    """Everything that a reader gets to see of a mail, for a person to read and approve."""
    mail = rendered(name, language)
    row = MailMessage(
        subject=mail.subject,
        recipient="reader@readers.example",
        locale=language,
        message_id="<0123456789abcdef@localhost>",
        unsubscribe="https://bureau.example/leave/x" if asks_to_leave(mail.text) else None,
    )
    with use_clock(ManualClock(START)):
        headers = "".join(f"{key}: {value}\n" for key, value in headers_of(row).items())
    return f"{headers}\n{mail.text}\n=== HTML, as text ===\n\n{as_text(mail.html)}\n"


def asks_to_leave(text):
    """Whether a mail offers to get no more of its kind; then its headers do too."""
    return any(word in text for word in ("/leave/", "/unsubscribe/"))


def as_text(html):
    """What a mail program shows, line by line, with the address of each link."""
    shown = re.sub(r"<head>.*</head>", "", html, flags=re.DOTALL)
    shown = re.sub(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', r"\2 [\1]", shown, flags=re.DOTALL)
    shown = re.sub(r"\s+", " ", shown)
    shown = re.sub(r"<br>|</(?:p|h1|h2|h3|td|li|blockquote)>", "\n", shown)
    lines = unescape(re.sub(r"<[^>]+>", "", shown)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


@every_language
@every_mail
def test_it_reads_as_somebody_has_approved(db_session, name, language):
    """`make mails` shows what was changed, and approves it."""
    approved = APPROVED / f"{name}.{language}.txt"
    text = sheet(name, language)
    proposal = approved.with_suffix(".new")

    proposal.unlink(missing_ok=True)
    if not approved.exists() or approved.read_text(encoding="utf-8") != text:
        proposal.write_text(text, encoding="utf-8")

    assert approved.exists(), f"nobody has approved {proposal}"
    assert text == approved.read_text(encoding="utf-8")


def test_every_approved_text_is_of_a_mail(db_session):
    wanted = {f"{name}.{language}.txt" for name in MAILS for language in LANGUAGES}

    assert {path.name for path in APPROVED.glob("*.txt")} == wanted


@every_language
@every_mail
def test_text_and_html_say_the_same(db_session, name, language):
    mail = rendered(name, language)
    shown = " ".join(
        re.sub(r"<[^>]+>", " ", re.sub(r"<head>.*</head>", "", mail.html, flags=re.S)).split()
    )

    for line in mail.text.split("\n"):
        if line.strip() and line.strip() != "--":
            assert " ".join(line.split()).replace("'", "&#39;") in shown, line


@every_mail
def test_it_loads_nothing_and_runs_nothing(db_session, name):
    html = rendered(name, "en").html.lower()

    for word in ("<script", "<link", "<img", "<iframe", "url(", "@import", "javascript:", " src="):
        assert word not in html


@every_mail
def test_its_styles_stand_in_its_elements(db_session, name):
    html = rendered(name, "en").html

    assert '<body style="' in html
    assert "prefers-color-scheme: dark" in html


@every_mail
def test_every_element_is_closed_and_the_size_is_small(db_session, name):
    html = rendered(name, "en").html

    for tag in ("table", "tr", "td", "p", "a", "html", "body"):
        assert len(re.findall(rf"<{tag}[\s>]", html)) == html.count(f"</{tag}>"), tag
    # Some mail programs cut a mail off after 102 kilobytes.
    assert len(html.encode()) < 20_000


def test_a_mail_in_a_language_from_right_to_left_runs_so(db_session, app, hello):
    languages = app.config["LANGUAGES"]
    app.config["LANGUAGES"] = languages | {"ar": {"flag": "sa", "name": "العربية"}}
    mail = render(hello, {"name": "Ana", "at": START}, "ar")
    app.config["LANGUAGES"] = languages

    assert '<html lang="ar" dir="rtl">' in mail.html


def test_a_language_that_is_not_offered_is_the_default(db_session, hello):
    assert '<html lang="en"' in render(hello, {"name": "Ana", "at": START}, "xx").html


def test_a_missing_value_makes_no_mail(db_session, hello):
    with pytest.raises(UndefinedError):
        render(hello, {"name": "Ana"}, "en")


def test_rendering_leaves_the_request_in_its_own_language(app, hello):
    with app.test_request_context(headers={"Accept-Language": "pt"}):
        before = app.jinja_env.from_string('{{ _("Log out") }}').render()
        english = render(hello, {"name": "Ana", "at": START}, "en", "Asia/Tokyo").text
        after = app.jinja_env.from_string('{{ _("Log out") }}').render()

    assert before == after == "Terminar sessão"
    assert "Log out" in english


def test_two_mails_have_two_names(hello):
    with pytest.raises(ValueError, match="two mails are called"):
        Mail(hello.name, label="Another")
