"""Whoever has signed in cannot have mail after mail sent to an address of their choice."""

from __future__ import annotations

import sqlalchemy as sa

from app.extensions import db
from app.mail.models import MailMessage
from tests.security.conftest import user_named
from tests.security.links.test_mail_address import PROFILE


def mails_to(app, address: str) -> int:
    """How many mails were written to an address."""
    with app.app_context():
        chosen = sa.select(sa.func.count()).where(MailMessage.recipient == address)
        return db.session.scalar(chosen)


def test_new_address_is_written_to_three_times_an_hour(make_app, login):
    app = make_app(RATELIMIT_ENABLED=True)
    client, victim = app.test_client(), "victim@elsewhere.example"
    with app.app_context():
        login(client, user_named("cast-owner"))
        db.session.remove()

    answers = [client.post("/profile/edit/", data=PROFILE | {"email": victim}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
    assert "too many" in answers[-1].text
    assert mails_to(app, victim) == 3
    assert (
        client.post("/profile/edit/", data=PROFILE | {"email": "owner@cast.example"}).status_code
        == 303
    )
