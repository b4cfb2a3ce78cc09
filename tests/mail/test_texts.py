"""Edited texts: every shipped one can be edited, and none can do harm or stop a mail."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.mail import send
from app.mail.mails import known_mails
from app.mail.models import MailText
from app.mail.rendering import render
from app.mail.texts.checking import problems_of
from app.mail.texts.edited import edited_source, render_source
from app.mail.texts.shipped import Source, shipped_text
from config import LANGUAGES
from tests.mail.conftest import START, only_mail

MAILS = sorted(name for name in known_mails() if not name.startswith("test_"))
every_mail = pytest.mark.parametrize("name", MAILS)
every_language = pytest.mark.parametrize("language", LANGUAGES)
ANA = {"to": "ana@readers.example", "name": "Ana", "at": START}
FOOT = (
    "\n\n-- \nBureau\nhttp://127.0.0.1:8080\n"
    "Este email foi escrito por uma máquina; ninguém lê as respostas.\n"
)
LONG = "a" * 2_000
DEEP = "{% for a in posts %}" * 4 + "x" + "{% endfor %}" * 4
EXAMPLE = {"name": "Ana", "at": START, "posts": [{"title": "One"}, {"title": "Two"}]}


@pytest.fixture
def hello(declare):
    return declare(example=EXAMPLE)


def edit(mail, language="en", **texts):
    given = {"subject": "Dear {{ name }}", "text": "Dear {{ name }}!", "html": "<p>{{ name }}</p>"}
    db.session.add(MailText(name=mail.name, locale=language, **given | texts))
    db.session.commit()


def problems(mail, **texts):
    given = {"subject": "s", "text": "t", "html": "h"}
    return problems_of(mail, Source(**given | texts), "en")


@every_language
@every_mail
def test_the_shipped_text_can_be_edited_and_says_the_same(db_session, name, language):
    mail = known_mails()[name]

    source = shipped_text(mail, language)
    shipped = render(mail, mail.example, language)
    edited = render_source(mail, source, mail.example, language)

    assert problems_of(mail, source, language) == {}
    assert (edited.subject, edited.text) == (shipped.subject, shipped.text)
    # The heading of an edited mail is its subject; what stands beneath it is the same.
    assert _beneath_heading(edited.html) == _beneath_heading(shipped.html)
    assert "{{ _(" not in source.text + source.html


def _beneath_heading(html):
    return html.partition("</h1>")[2].split()


def test_an_edited_text_is_sent_to_readers_of_its_language(db_session, hello):
    edit(hello, "pt")

    send(hello, locale="pt", **ANA)
    portuguese = only_mail()
    assert (portuguese.subject, portuguese.text) == ("Dear Ana", f"Dear Ana!{FOOT}")
    db_session.delete(portuguese)
    send(hello, locale="en", **ANA)

    assert only_mail().subject == "Hello Ana"


def test_values_are_escaped_in_html_and_nowhere_else(db_session, hello):
    edit(hello)

    send(hello, **ANA | {"name": "<b>Ana</b>"})

    assert "<p" in only_mail().html
    assert "&lt;b&gt;Ana" in only_mail().html
    assert "<b>Ana</b>" not in only_mail().html
    assert "<b>Ana</b>!" in only_mail().text


@pytest.mark.parametrize(
    "text",
    [
        "{{ name",
        "{{ stranger }}",
        "{{ at.year.real.denominator.nothing }}",
        "{{ name.__class__ }}",
        "{{ 'a' * 1000000000 }}",
        "{% for a in name %}",
    ],
)
def test_a_broken_text_falls_back_to_the_shipped_one(db_session, hello, caplog, text):
    edit(hello, html=text)

    send(hello, **ANA)

    assert only_mail().subject == "Hello Ana"
    assert "Error" in only_mail().note
    assert "cannot be used" in caplog.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n{{ name", "Line 2: "),
        ("a\n{{ stranger }}", "Line 2: there is no value called stranger."),
        ("{% set a = 1 %}{{ a }}", "only values, conditions and lists"),
        ("{% include 'mail/layout.txt' %}", "only values, conditions and lists"),
        ("{% import 'mail/_act.html' as x %}", "only values, conditions and lists"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "only values, conditions and lists"),
        ("{{ 'a' * 1000000000 }}", "only values, conditions and lists"),
        ("{{ '%0999999999d' % 1 }}", "only values, conditions and lists"),
        ("{{ " + " ~ ".join(["name"] * 102) + " }}", "only values, conditions"),
        ("{% for a in posts recursive %}{{ loop(posts) }}{% endfor %}", "only values, conditions"),
        ("{{ posts[0].nothing }}", "There is no such value"),
        ("{{ name.upper() }}", "Only plain values"),
        ("{{ posts.__class__.__mro__ }}", "Only plain values"),
        ("{{ at.strftime('%Y') }}", "Only plain values"),
        ("{{ format_date.__globals__ }}", "There is no such value"),
        ("{{ format_date._function }}", "Only plain values"),
        ("{{ format_date.__call__ }}", "Only plain values"),
        ("{{ name | attr('__class__') }}", "Line 1: No filter named 'attr'"),
        ("{{ _('%(a)0999999999d', a=1) }}", "Only plain values"),
        ("{{ ngettext('%0999999999d', 'x', 1) }}", "Only plain values"),
        ("{{ config }}", "there is no value called config"),
        ("{{ range(9) }}", "there is no value called range"),
        ("{{ '' }}", "nothing of it is left"),
        (DEEP, "At most 3 lists"),
    ],
)
def test_what_a_text_may_not_say_is_told_at_once(db_session, hello, text, message):
    (told,) = problems(hello, text=text)["text"]

    assert message in told


@pytest.mark.parametrize(
    "text",
    [
        f"{{{{ '{LONG}' | join('{LONG}') | join('{LONG}') }}}}",
        f"{{% for a in '{LONG}' %}}" * 3 + "{% endfor %}" * 3,
        f"{{% for a in posts %}}{{% for b in '{LONG}' %}}{LONG}{{% endfor %}}{{% endfor %}}",
        "{{ 1 | round(999999999, 'ceil') }}",
        "{{ format_decimal(1, 999999999) }}",
        "{{ format_percent(1, places=999999999) }}",
        "{{ " + "_('%(a)s%(a)s', a=" * 40 + "name" + ")" * 40 + " }}",
    ],
    ids=["join", "loops", "output", "round", "decimal", "percent", "wording"],
)
def test_a_few_words_that_ask_for_gigabytes_are_refused(db_session, hello, text):
    assert problems(hello, text=text)["text"] == ["It would become too long, or take too long."]


def test_numbers_and_lists_of_a_common_size_can_be_used(db_session, hello):
    text = (
        "{{ posts | join(', ', attribute='title') }} {{ 1.256 | round(2) }} "
        "{{ format_decimal(1234567.5, 1) }} {{ ngettext('%(num)d x', '%(num)d xs', 999) }}"
        "{% for post in posts %}{% if loop.last %} {{ loop.length }}{% endif %}{% endfor %}"
    )

    made = render_source(hello, Source("s", text, "h"), EXAMPLE, "en").text

    assert made.startswith("One, Two 1.26 1,234,567.5 999 xs 2")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p onclick='x()'>a</p>",
        "<a href=' java\nscript:x()'>a</a>",
        "<iframe src='https://evil.example'></iframe>",
        "<form action='/x'></form>",
    ],
)
def test_html_that_no_mail_has_is_refused(db_session, hello, html):
    assert "A mail cannot have this" in problems(hello, html=html)["html"][0]


def test_conditions_lists_and_filters_can_be_used(db_session, hello):
    text = (
        "{% if name %}{{ name | upper }}{% endif %}"
        "{% for post in posts %} {{ loop.index }} {{ post.title }}{% endfor %} {{ at.year }}"
    )

    assert problems(hello, text=text) == {}
    source = Source("s", text, "h")
    assert render_source(hello, source, EXAMPLE, "en").text.startswith("ANA 1 One 2 Two 2026")


def test_a_value_that_the_mail_does_not_declare_is_not_given(db_session, hello):
    edit(hello, text="{{ hidden }}")

    send(hello, **ANA | {"hidden": "swordfish"})

    assert "swordfish" not in only_mail().text
    assert "hidden" in only_mail().note


def test_of_a_record_a_text_sees_only_its_title(db_session, declare):
    row = MailText(name="a", locale="b", subject="swordfish", text="", html="")
    mail = declare("test_record", example={"name": "Ana", "at": START, "row": row})

    assert problems(mail, text="{{ row }}") == {}
    assert "Only plain values" in problems(mail, text="{{ row.subject }}")["text"][0]


def test_after_going_back_the_shipped_text_is_sent(db_session, hello):
    edit(hello)
    assert edited_source(hello, "en") is not None
    db_session.delete(db_session.query(MailText).one())
    db_session.commit()

    send(hello, **ANA)

    assert (only_mail().subject, only_mail().note) == ("Hello Ana", None)
