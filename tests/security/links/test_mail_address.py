"""A mail address changes when somebody answers from the new one."""

from __future__ import annotations

import pytest

from app.security.links.models import LinkPurpose
from tests.fixtures.mail import deliver_everything, text_of
from tests.security.links.conftest import path_in_mail

OLD, NEW_ADDRESS = "owner@cast.example", "olga@new.example"
PROFILE = {
    "first_name": "Olga",
    "last_name": "Cast",
    "email": NEW_ADDRESS,
    "locale": "",
    "timezone": "",
    "theme": "system",
    "density": "cosy",
}


@pytest.fixture
def owner(client, cast, login):
    return login(client, cast.owner)


@pytest.mark.both_databases
def test_it_changes_by_the_link_only(app, owner, cast, postbox, db_session):
    owner.post("/profile/edit/", data=PROFILE)
    path = path_in_mail(postbox, NEW_ADDRESS)
    db_session.refresh(cast.owner)
    before, name = cast.owner.email, cast.owner.first_name
    page = app.test_client().get(path)
    db_session.refresh(cast.owner)
    looked = cast.owner.email

    answer = app.test_client().post(path)

    db_session.refresh(cast.owner)
    assert (before, looked, cast.owner.email) == (OLD, OLD, NEW_ADDRESS)
    assert name == "Olga"
    assert NEW_ADDRESS in page.text
    assert answer.status_code == 303


def test_the_old_address_is_told(owner, cast, postbox):
    owner.post("/profile/edit/", data=PROFILE)
    owner.post(path_in_mail(postbox, NEW_ADDRESS))
    deliver_everything()

    (told,) = postbox.to(OLD)
    assert NEW_ADDRESS in text_of(told)


def test_the_page_says_what_happens_next(owner, cast):
    page = owner.post("/profile/edit/", data=PROFILE, follow_redirects=True)

    assert f"when you open the link that we send to {NEW_ADDRESS}" in page.text


def test_saving_the_profile_with_the_same_address_sends_nothing(owner, cast, postbox):
    owner.post("/profile/edit/", data=PROFILE | {"email": OLD.upper()})
    deliver_everything()

    assert postbox.taken == []


def test_a_second_address_ends_the_first_link(owner, cast, postbox):
    owner.post("/profile/edit/", data=PROFILE)
    first = path_in_mail(postbox, NEW_ADDRESS)
    owner.post("/profile/edit/", data=PROFILE | {"email": "third@new.example"})

    assert owner.post(first).status_code == 410


def test_an_address_that_was_taken_meanwhile_is_not_given_twice(
    client, cast, link_to, db_session, postbox
):
    path = link_to(cast.owner, LinkPurpose.ADDRESS, email="teammate@cast.example")

    answer = client.post(path)

    db_session.refresh(cast.owner)
    assert answer.status_code == 410
    assert cast.owner.email == OLD


def test_a_reset_ends_the_link_to_another_address(client, cast, link_to):
    """Who had the password for a moment must not keep the account by it."""
    path = link_to(cast.owner, LinkPurpose.ADDRESS, email=NEW_ADDRESS)
    words = "four unrelated words here"
    client.post(link_to(cast.owner), data={"new_password": words, "repeated": words})

    assert client.post(path).status_code == 410


def test_whoever_else_is_signed_in_does_not_matter(client, cast, login, link_to, db_session):
    login(client, cast.stranger)

    client.post(link_to(cast.admin, LinkPurpose.ADDRESS, email=NEW_ADDRESS))

    db_session.refresh(cast.admin)
    assert cast.admin.email == NEW_ADDRESS
