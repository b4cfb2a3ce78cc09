"""The forms by themselves; `test_views.py` sends them."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from app.security.forms import ChangePasswordForm, LoginForm, ProfileForm


@pytest.fixture
def request_context(app, cast):
    """A request, which the language of messages and the address of attempts come from."""
    with app.test_request_context():
        yield


def test_messages_are_gathered_for_the_summary(request_context):
    form = LoginForm(MultiDict({"username": "x"}))

    assert not form.validate()
    assert form.error_list() == [("password", "Password", "Fill in this field.")]


def test_passwords_are_never_written_back(request_context):
    form = LoginForm(MultiDict({"username": "x", "password": "typed secret"}))

    assert "typed secret" not in str(form.password())


def test_current_password_stands_first(request_context, cast):
    names = [control.name for control in ChangePasswordForm(user=cast.owner)]

    assert names == ["current_password", "new_password", "repeated"]


def test_choices_are_those_of_the_platform(request_context, cast):
    form = ProfileForm(user=cast.owner)

    assert ("pt", "Português") in form.locale.choices
    assert ("Europe/Lisbon", "Europe/Lisbon") in form.timezone.choices
    assert form.timezone.choices[0][1] == "Default (UTC)"
