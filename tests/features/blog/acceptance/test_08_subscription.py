"""The answer is the same for every address; the link works once; an altered one is not found."""

from __future__ import annotations

import re

import pytest

from app.core.clock import now
from app.extensions import db
from app.features.blog.newsletter.models import Subscriber, SubscriberState
from tests.factories.readers import make_reader
from tests.fixtures.mail import deliver_everything, text_of

pytestmark = pytest.mark.both_databases
LINK = re.compile(r"https?://[^/\s]+(/blog/confirm/\S+)")


def facts(response) -> tuple[int, str | None, str, frozenset[str]]:
    """All of an answer but the id of its request."""
    headers = {name for name, _value in response.headers}
    return response.status_code, response.location, response.text, frozenset(headers)


def test_answer_is_the_same_for_every_address(app, db_session, statements):
    states = [None, *SubscriberState]
    for state in SubscriberState:
        make_reader(f"{state}@readers.example", state=state, left_at=now())
    visitor = app.test_client()
    visitor.post("/blog/subscribe", data={"email": "first@readers.example"})

    answers, asked = set(), set()
    for state in states:
        with statements() as seen:
            response = visitor.post(
                "/blog/subscribe", data={"email": f"{state or 'unknown'}@readers.example"}
            )
        answers.add(facts(response))
        asked.add(tuple(statement.split("VALUES")[0] for statement in seen))

    # What is the same takes the same time: the same statements, whoever is asked for.
    assert len(answers) == len(asked) == 1


def test_link_works_once(app, db_session, postbox):
    visitor = app.test_client()
    visitor.post("/blog/subscribe", data={"email": "ana@readers.example"})
    deliver_everything()
    path = LINK.findall(text_of(postbox.taken[0]))[0]

    answers = [
        visitor.get(f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}"),
        visitor.get(path),
        visitor.post(path),
        visitor.get(path),
        visitor.post(path),
    ]

    assert [each.status_code for each in answers] == [404, 200, 200, 410, 410]
    db.session.commit()
    assert db.session.query(Subscriber).one().state is SubscriberState.ACTIVE
