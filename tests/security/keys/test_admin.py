"""Administrators see all keys, and revoke them; nobody sees a digest."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.security.keys.models import UserKey
from app.security.keys.operations import make_key
from app.security.rights.sets import Rights

LIST = "/administration/api-keys/list/"
API = "/api/v1/api-keys/"


@pytest.fixture
def key(cast):
    return make_key(cast.stranger, "Robot of a stranger", Rights())[0]


@pytest.fixture
def admin(client, cast, login):
    return login(client, cast.admin)


def revoked_at():
    db.session.expire_all()
    return db.session.scalars(sa.select(UserKey)).one().revoked_at


def test_all_keys_are_listed_without_their_digest(admin, key):
    pages = [
        admin.get(LIST),
        admin.get(f"/administration/api-keys/show/{key.id}"),
        admin.get(f"{API}{key.id}"),
        admin.get("/administration/api-keys/export/csv"),
    ]

    for page in pages:
        assert page.status_code == 200
        assert key.prefix in page.text
        assert key.digest not in page.text
        assert "Digest" not in page.text.replace("Digests", "")


@pytest.mark.parametrize("asked", ["columns=digest", "sort=digest", "filter=digest:eq:x"])
def test_nobody_asks_for_a_digest(admin, key, asked):
    assert admin.get(f"{API}?{asked}").status_code == 400


def test_an_admin_revokes_a_key(admin, key):
    answer = admin.post(f"{API}{key.id}/revoke")

    assert answer.status_code == 200
    assert revoked_at() is not None


def test_nobody_makes_or_changes_a_key_for_somebody_else(admin, key):
    assert admin.post(API, json={"name": "x"}).status_code == 403
    assert admin.patch(f"{API}{key.id}", json={"revoked_at": None}).status_code == 403
    assert admin.delete(f"{API}{key.id}").status_code == 403
    assert admin.get("/administration/api-keys/add").status_code == 403


def test_revoking_needs_its_permission(client, cast, login, key):
    login(client, cast.stranger)

    assert client.get(LIST).status_code == 403
    assert client.post(f"{API}{key.id}/revoke").status_code == 403
    assert revoked_at() is None


def test_no_key_revokes_keys(call, key, cast):
    text = make_key(cast.admin, "Robot", Rights())[1]

    assert call(text, API).status_code == 200
    assert call(text, f"{API}{key.id}/revoke", "POST").status_code == 403
