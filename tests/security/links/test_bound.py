"""A link counts only as long as the account has the address and the password it was made with."""

from __future__ import annotations

import re

import pytest

from app.extensions import db
from app.security.links.models import LinkPurpose
from app.security.links.tokens import make_link
from app.security.passwords import is_password_of
from tests.fixtures.people import PASSWORD
from tests.security.conftest import user_named
from tests.security.links.conftest import CHOICE, NEW

USERS = "/administration/users"
ELSEWHERE = "olga@new.example"


@pytest.fixture
def admin(app, cast, login):
    """A browser of the administrator."""
    return login(app.test_client(), cast.admin)


def patch(client, user, **values):
    """Change a user by the REST API, as a page of ours would."""
    return client.patch(f"/api/v1/users/{user.id}", json=values)


@pytest.mark.both_databases
def test_link_to_another_address_ends_with_ones_own_change_of_the_password(
    app, cast, login, link_to, db_session
):
    """Who had the session for a moment must not take the account by an address of theirs."""
    path = link_to(cast.owner, LinkPurpose.ADDRESS, email=ELSEWHERE)
    owner = login(app.test_client(), cast.owner)

    owner.post("/profile/password/", data={"current_password": PASSWORD, **CHOICE})

    assert app.test_client().post(path).status_code == 410
    db_session.refresh(cast.owner)
    assert cast.owner.email == "owner@cast.example"


@pytest.mark.parametrize("purpose", [LinkPurpose.ADDRESS, LinkPurpose.RESET])
def test_links_end_with_a_password_that_an_administrator_sets(app, admin, cast, link_to, purpose):
    path = link_to(cast.owner, purpose, email=ELSEWHERE)

    admin.post(f"{USERS}/password/{cast.owner.id}", data=CHOICE)

    assert app.test_client().get(path).status_code == 410


@pytest.mark.both_databases
@pytest.mark.parametrize("purpose", [LinkPurpose.INVITATION, LinkPurpose.RESET])
def test_link_sent_to_an_address_is_void_when_the_account_has_another(
    app, admin, cast, link_to, db_session, purpose
):
    """An invitation to a mistyped address must not outlive the correction."""
    path = link_to(cast.owner, purpose)
    before = app.test_client().get(path).status_code

    patched = patch(admin, cast.owner, email=ELSEWHERE)
    answer = app.test_client().post(path, data=CHOICE)

    assert (before, patched.status_code, answer.status_code) == (200, 200, 410)
    assert (
        app.test_client()
        .post("/login/", data={"username": "cast-owner", "password": NEW})
        .status_code
        == 401
    )


def test_link_stands_where_nothing_but_the_name_has_changed(app, admin, cast, link_to):
    path = link_to(cast.owner)

    patch(admin, cast.owner, first_name="Olga")

    assert app.test_client().get(path).status_code == 200


def test_form_of_a_link_can_be_sent_over_https(make_app):
    """The token check there asks where a form comes from, so a browser must be let say that.

    It says the host and never the address of the page, which is a secret.
    """
    app = make_app(WTF_CSRF_ENABLED=True)
    with app.app_context():
        token, _until = make_link(LinkPurpose.RESET, user=user_named("cast-owner"))
        db.session.commit()
        db.session.remove()
    client, site = app.test_client(), "https://localhost"
    page = client.get(f"/links/password/{token}", base_url=site)
    # What browsers send along under this policy (Referrer Policy, 8.4).
    said = {"no-referrer": {}, "strict-origin": {"Referer": f"{site}/"}}
    headers = said[page.headers["Referrer-Policy"]]
    sent = CHOICE | {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]}

    answer = client.post(f"/links/password/{token}", base_url=site, data=sent, headers=headers)

    assert (answer.status_code, answer.location) == (303, "/login/")
    with app.app_context():
        assert is_password_of(user_named("cast-owner"), NEW)
