"""A token stands for a file of one user, in one field, for a day."""

import pytest
from flask import g
from flask_appbuilder.security.sqla.models import User

from app.core.files import pending, store
from app.core.files.pending import KEPT_SECONDS, read_token, token_of
from tests.core.archive import stored_file
from tests.core.zoo import find_row

pytestmark = pytest.mark.both_databases


@pytest.fixture
def act(archive):
    """`act("owner")` makes one of the cast the user of the request; None, a visitor."""
    with archive.test_request_context():

        def become(name):
            g.user = find_row(User, username=f"cast-{name}") if name else None

        yield become


def test_a_token_gives_its_user_the_file_back(act):
    act("owner")
    file = stored_file()

    assert read_token(token_of(file, "Dossier.paper"), "Dossier.paper") == file


def test_it_is_of_no_use_to_others_or_elsewhere(act):
    act("owner")
    token = token_of(stored_file(), "Dossier.paper")

    assert read_token(token, "Dossier.photo") is None
    assert read_token(token[:-1], "Dossier.paper") is None
    for other in ("teammate", "admin", None):
        act(other)
        assert read_token(token, "Dossier.paper") is None


def test_visitors_get_none(act):
    act(None)

    assert token_of(stored_file(), "Dossier.paper") == ""


def test_it_ends_after_a_day(act, monkeypatch):
    act("owner")
    token = token_of(stored_file(), "x")
    signed_at = pending._serializer().loads(token, return_timestamp=True)[1].timestamp()

    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: signed_at + KEPT_SECONDS)
    assert read_token(token, "x") is not None
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: signed_at + KEPT_SECONDS + 2)
    assert read_token(token, "x") is None


def test_a_file_that_is_gone_is_given_to_nobody(act):
    act("owner")
    file = stored_file()
    token = token_of(file, "x")
    store.delete(file.key)

    assert read_token(token, "x") is None
