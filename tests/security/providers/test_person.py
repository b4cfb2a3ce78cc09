"""What somebody else's server says of a person is read with care."""

from __future__ import annotations

import pytest

from app.security.providers.person import BadPerson, claim, person


@pytest.mark.parametrize("subject", [None, "", " ", "a\nb", "a\0b", "x" * 513, True, 1.5, [], {}])
def test_person_without_a_usable_subject_is_none(subject):
    with pytest.raises(BadPerson):
        person(subject=subject)


@pytest.mark.parametrize(("subject", "kept"), [("abc", "abc"), (583231, "583231")])
def test_subject_is_kept_as_it_is(subject, kept):
    assert person(subject=subject).subject == kept


@pytest.mark.parametrize("value", [None, 7, [], {}, "a\0b", "x" * 300, "‮evil"])
def test_odd_names_are_left_out(value):
    found = person(subject="1", username=value, first_name=value, email=value)

    assert (found.username, found.first_name, found.email) == ("", "", None)


def test_full_name_stands_in_for_its_parts():
    found = person(subject="1", name="Ana Maria Lopes")

    assert (found.first_name, found.last_name) == ("Ana", "Maria Lopes")


@pytest.mark.parametrize(
    ("value", "address"),
    [("Ana@Example.org", "ana@example.org"), ("ana", None), ("a b@x.org", None), ("", None)],
)
def test_address_is_one_or_none(app_context, value, address):
    assert person(subject="1", email=value).email == address


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        ("team", {"team"}),
        (["a", "b", 7, None], {"a", "b"}),
        ({"a": 1}, set()),
        (None, set()),
        (["x"] * 5000, {"x"}),
    ],
)
def test_groups_are_names(value, groups):
    assert person(subject="1", groups=value).groups == groups


def test_claims_may_stand_inside_of_others():
    claims = {"realm_access": {"roles": ["a"]}, "https://x.example/groups": ["b"], "a": 1}

    assert claim(claims, "realm_access.roles") == ["a"]
    assert claim(claims, "https://x.example/groups") == ["b"]
    assert claim(claims, "a.b.c") is None
    assert claim(claims, "nothing") is None


@pytest.fixture
def app_context(make_app):
    """Messages are translated, which needs an application."""
    with make_app().test_request_context():
        yield
