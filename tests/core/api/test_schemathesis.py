"""Random calls of the whole REST API: each answer is one that the OpenAPI document describes."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.extensions import db
from app.security.keys.operations import make_key
from app.security.rights.sets import Rights
from scripts.commands import command
from tests.core.zoo import add_zoo
from tests.crawl import first_key, model_views, sign_in
from tests.security.conftest import access_token, user_named

EXAMPLES = int(os.environ.get("BUREAU_API_EXAMPLES", "1"))
"""Calls of each operation by each caller: the same ones each time, or many random ones."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCOPES = Rights({("can_read", "Animal"), ("can_edit", "Animal"), ("can_read", "TodoList")})
SIGNING_IN = "/api/v1/security/"
# Somebody must be left to ask.
KEPT = frozenset({"users", "roles", "groups", "sessions", "api-keys"})


@pytest.fixture(scope="module")
def described_app(make_app):
    """Everything there is: the features with their demo, and the zoo."""
    app = make_app("sqlite")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    command(app, "seed")
    add_zoo(app)
    return app


@pytest.fixture(scope="module")
def callers(described_app) -> dict[str, dict[str, str]]:
    """The headers of an admin's token, of a key with few scopes, and of nobody."""
    with described_app.app_context():
        admin = user_named("cast-admin")
        token = access_token(admin)
        _key, text = make_key(admin, "Robot", SCOPES)
        db.session.remove()
    return {
        "admin": {"Authorization": f"Bearer {token}"},
        "key": {"Authorization": f"Bearer {text}"},
        "anonymous": {},
    }


@pytest.fixture(scope="module")
def schema(described_app, callers):
    return schemathesis.openapi.from_wsgi(
        "/api/v1/_openapi", described_app, headers=callers["admin"]
    )


@pytest.fixture(scope="module")
def known_keys(described_app) -> dict[str, str]:
    """The key of a row of each resource, by its name in the address."""
    admin = sign_in(described_app, "admin")
    found = {view.plural: first_key(admin, view) for view in model_views(described_app)}
    return {plural: key for plural, key in found.items() if key}


def operations(schema) -> Iterator:
    """All operations but those whose tokens are not those of our callers."""
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.startswith(SIGNING_IN) or operation.path.endswith("login"):
            yield operation


def cases_of(operation) -> SearchStrategy:
    """Calls as the document asks for them; where there are many, also such as it forbids."""
    good = operation.as_strategy()
    is_negatable = operation.body or operation.query
    if EXAMPLES == 1 or not is_negatable:
        return good
    return good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def problems_of(operation, headers, known_keys) -> list[str]:
    """What is wrong with the answers to some random calls."""
    found: list[str] = []
    meets_a_row = itertools.cycle([True, False])

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES == 1,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases_of(operation))
    def call(case):
        plural = operation.path.split("/")[3]
        is_safe = operation.method.upper() == "GET" or plural not in KEPT
        if plural in known_keys and is_safe and next(meets_a_row) and "pk" in case.path_parameters:
            case.path_parameters["pk"] = known_keys[plural]
        case.headers.pop("Authorization", None)
        case.cookies.clear()
        try:
            response = case.call(headers={**headers, "Accept-Encoding": "identity"})
            case.validate_response(response, checks=CHECKS)
        # What the application raises comes through as it is, and fails the test.
        except BaseExceptionGroup as group:
            found.extend(f"{operation.label}: {error}" for error in group.exceptions)

    call()
    return found


@pytest.mark.parametrize("caller", ["admin", "key", "anonymous"])
def test_every_answer_is_one_that_the_document_describes(
    caller, described_app, schema, callers, known_keys
):
    called = list(operations(schema))

    found = [
        problem
        for operation in called
        for problem in problems_of(operation, callers[caller], known_keys)
    ]

    assert len(called) > 100
    assert found == []
