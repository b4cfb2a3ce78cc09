"""Writes the test of an adopted feature, which reads the adopted database itself."""

from __future__ import annotations

from app.core.adopt.plan import Plan

_TEST = '''"""Every list of `{name}` shows the rows of the adopted database, which is only read."""

import pytest
from flask import url_for

from app.extensions import db
from app.features.{name}.feature import FEATURE

MAX_STATEMENTS = 6


@pytest.fixture(scope="module")
def adopted(adopted_app):
    return adopted_app("{name}")


@pytest.mark.parametrize("view", FEATURE.views, ids=lambda view: view.__name__)
def test_list_shows_the_rows(view, adopted, sign_in_admin, statements):
    with adopted.test_request_context():
        address = url_for(f"{{view.__name__}}.list")
        has_rows = db.session.query(view.datamodel.obj).first() is not None
    client = sign_in_admin(adopted)
    client.get(address)

    with statements() as seen:
        page = client.get(address)

    assert page.status_code == 200
    assert ("<tr" in page.text.partition("<tbody")[2]) == has_rows
    assert len(seen) <= MAX_STATEMENTS
'''


def write_tests(plan: Plan) -> str:
    """The text of tests/features/<name>/test_<name>.py."""
    return _TEST.format(name=plan.name)
