"""A text that no database takes is refused in the form, and is no fault of ours."""

from __future__ import annotations

import pytest

from app.extensions import db
from tests.security.conftest import user_named

ODD = "a\0b"
PROFILE = {"last_name": "x", "email": "owner@cast.example", "theme": "system", "density": "cosy"}
FORMS = {
    "/forgot/": {"username": ODD},
    "/register/": {"first_name": ODD, "last_name": "x", "email": "new@elsewhere.example"},
    "/profile/edit/": PROFILE | {"first_name": ODD, "locale": "", "timezone": ""},
    "/profile/keys/add/": {"name": ODD, "days": "90", "reach": "all"},
}


@pytest.mark.both_databases
@pytest.mark.parametrize("path", FORMS)
def test_character_that_cannot_be_kept_is_refused(make_app, database, login, path):
    app = make_app(database, BUREAU_REGISTRATION="open")
    client = app.test_client()
    if path.startswith("/profile/"):
        with app.app_context():
            login(client, user_named("cast-owner"))
            db.session.remove()

    answer = client.post(path, data=FORMS[path])

    assert answer.status_code == 422
    assert "This has a character that cannot be used." in answer.text
