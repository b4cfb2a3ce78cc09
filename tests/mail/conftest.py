"""A mail of the tests' own, whose templates stand in no folder of the project."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from jinja2 import ChoiceLoader, DictLoader

from app.core.clock import ManualClock, use_clock
from app.extensions import db
from app.mail.mails import Mail, forget_mail
from app.mail.models import MailMessage

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
TEMPLATES = {
    "subject.txt": "Hello\n{{ name }}",
    "body.txt": '{{ name }}, {{ _("Log out") }}, {{ format_datetime(at) }}',
    "body.html": '{% extends "mail/layout.html" %}{% block title %}{{ name }}{% endblock %}'
    '{% block content %}<p class="small">{{ name }}</p>{% endblock %}',
}


@pytest.fixture
def clock() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START)) as clock:
        yield clock


@pytest.fixture
def declare(app) -> Iterator:
    """`declare()` declares a mail with the templates above until the test ends."""
    declared = []

    def make(name="test_hello", **options):
        files = {f"mail/{name}/{file}": text for file, text in TEMPLATES.items()}
        loader.loaders = [DictLoader(files), *loader.loaders]
        declared.append(Mail(name, label="Hello", **options))
        return declared[-1]

    original = app.jinja_env.loader
    loader = app.jinja_env.loader = ChoiceLoader([original])
    app.extensions.pop("bureau_mail_templates", None)

    yield make

    app.jinja_env.loader = original
    app.extensions.pop("bureau_mail_templates", None)
    for mail in declared:
        forget_mail(mail.name)


@pytest.fixture
def hello(declare):
    return declare()


@pytest.fixture
def secret(declare):
    return declare("test_secret", is_secret=True)


def only_mail() -> MailMessage:
    """The one mail there is, as the database has it."""
    db.session.expire_all()
    return db.session.scalars(sa.select(MailMessage)).one()
