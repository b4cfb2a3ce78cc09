import pytest

from app.core import errors
from app.core.errors import BureauError, Conflict, Invalid, NotFound, problem_of, text_of


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("BadParameter", 400, "bad_parameter"),
        ("Unauthorized", 401, "unauthorized"),
        ("Forbidden", 403, "forbidden"),
        ("NotFound", 404, "not_found"),
        ("Conflict", 409, "conflict"),
        ("TooLarge", 413, "too_large"),
        ("Invalid", 422, "invalid"),
        ("Unavailable", 503, "unavailable"),
        ("BureauError", 500, "internal_error"),
    ],
)
def test_status_and_code_are_stable(name, status, code):
    problem = problem_of(getattr(errors, name)())

    assert (problem.status, problem.code) == (status, code)


def test_a_message_of_its_own_replaces_the_general_one(make_tiny):
    with make_tiny().test_request_context():
        problem = problem_of(Conflict("Taken", advice="Choose another", code="name_taken"))

    assert (problem.text.message, problem.text.advice) == ("Taken", "Choose another")
    assert problem.code == "name_taken"
    assert Conflict.code == "conflict"


def test_errors_by_field_are_kept():
    assert problem_of(Invalid(errors={"name": ["Too long"]})).errors == {"name": ["Too long"]}


def test_the_text_of_an_error_is_its_message(make_tiny):
    with make_tiny().test_request_context():
        assert str(NotFound()) == str(text_of(404).message)
        assert str(BureauError("Own words")) == "Own words"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 418, 429, 500, 502, 504])
def test_every_status_has_words(make_tiny, status):
    with make_tiny().test_request_context():
        text = text_of(status)

        assert str(text.title)
        assert str(text.message)
