"""Groups in the back office."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import Group, Role

from tests.security.conftest import USERS, find

URL = "/administration/groups"


@pytest.mark.both_databases
def test_member_of_a_group_gets_and_loses_its_rights(app, cast, login):
    admin, theirs = login(app.test_client(), cast.admin), login(app.test_client(), cast.stranger)
    role = find(Role, name="Team")
    sent = {"name": "crew", "label": "Crew", "roles": ["", str(role.id)]}

    admin.post(f"{URL}/add", data=sent | {"users": ["", str(cast.stranger.id)]})
    assert theirs.get(USERS).status_code == 200

    group = find(Group, name="crew")
    admin.post(f"{URL}/edit/{group.id}", data=sent | {"users": [""]})
    assert theirs.get(USERS).status_code == 403


def test_pages_are_there(client, cast, login, db_session):
    db_session.add(Group(name="crew", label="Crew", users=[cast.owner]))
    db_session.commit()
    login(client, cast.admin)
    key = find(Group, name="crew").id

    for page in ("list/", "add", f"show/{key}", f"edit/{key}"):
        assert client.get(f"{URL}/{page}").status_code == 200
