"""Nobody raises their own rights, gives what they lack, or locks the last administrator out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import g
from flask_appbuilder.security.sqla.models import Group, Role, User

from app.core.errors import Forbidden
from app.core.history.models import Operation
from app.extensions import db
from app.security.passwords import is_password_of
from app.security.rights.granting import given_by_the_site
from tests.core.zoo import find_row
from tests.crawl import sign_in
from tests.security.conftest import find, find_pair

ADMINISTRATION = "/administration"
MANAGED = ("User", "Role", "Group")
VERBS = ("read", "add", "edit", "delete", "pick")
NEW = "four unrelated words here"


@pytest.fixture
def helpers(db_session):
    """A role that two roles stand beside: `Helpers` has less than it, `Chiefs` has more."""
    for name, pairs in {
        "Managers": managing(),
        "Helpers": [find_pair("can_read", "Group")],
        "Chiefs": [find_pair("can_read", "Post")],
    }.items():
        db_session.add(Role(name=name, permissions=pairs))
    db_session.commit()


def managing():
    """All that a manager of people may do, and nothing of the rest of the site."""
    pairs = [find_pair(f"can_{verb}", subject) for subject in MANAGED for verb in VERBS]
    named = ("set_password", "activate", "deactivate")
    changes = [find_pair("can_read", "Permission"), find_pair("can_read", "Change")]
    return [*pairs, *(find_pair(f"can_{verb}", "User") for verb in named), *changes]


@pytest.fixture
def manager(client, cast, login, helpers, db_session):
    """The browser of somebody who may change users, roles and groups, and no more than that."""
    cast.stranger.roles = [find(Role, name="Managers")]
    db_session.commit()
    return login(client, cast.stranger)


@pytest.fixture
def person(db_session, helpers):
    """An account without a right."""
    found = User(
        username="pat", first_name="Pat", last_name="Person", email="pat@cast.example", active=True
    )
    db_session.add(found)
    db_session.commit()
    return found


PLURALS = {User: "users", Role: "roles", Group: "groups"}


def patch(browser, row, **values):
    """Change a row by REST."""
    return browser.patch(f"/api/v1/{PLURALS[type(row)]}/{row.id}", json=values)


def role_names(user):
    """The roles that a user has now, for whoever reads them anew."""
    db.session.expire_all()
    return sorted(role.name for role in user.roles)


@pytest.mark.both_databases
def test_whoever_edits_users_cannot_give_any_role(manager, person):
    strong, weak = find(Role, name="Chiefs"), find(Role, name="Helpers")
    url = f"{ADMINISTRATION}/users/edit/{person.id}"
    sent = {"username": "pat", "first_name": "Pat", "last_name": "P", "email": person.email}

    refused = manager.post(url, data=sent | {"active": "true", "roles": ["", str(strong.id)]})
    assert refused.status_code == 403
    assert "Post: Read" in refused.text
    assert role_names(person) == []

    allowed = manager.post(url, data=sent | {"active": "true", "roles": ["", str(weak.id)]})
    assert allowed.status_code == 302
    assert role_names(person) == ["Helpers"]


@pytest.mark.parametrize("role", ["Chiefs", "Admin"])
def test_new_user_gets_no_more_than_the_granter_has(manager, db_session, role):
    sent = {"username": "nu", "first_name": "N", "last_name": "U", "email": "nu@cast.example"}
    sent |= {"active": "true", "new_password": NEW, "roles": str(find(Role, name=role).id)}

    answer = manager.post(f"{ADMINISTRATION}/users/add", data=sent)

    assert answer.status_code == 403
    assert db_session.scalar(sa.select(User).where(User.username == "nu")) is None


@pytest.mark.both_databases
def test_no_relation_gives_a_right_that_the_granter_lacks(manager, person, db_session):
    strong = find(Role, name="Chiefs")
    chiefs = Group(name="chiefs", label="", description="", roles=[strong])
    nobody = Group(name="nobody", label="", description="")
    db_session.add_all([chiefs, nobody])
    db_session.commit()
    right = find_pair("can_read", "Post")

    answers = [
        patch(manager, row, **sent)
        for row, sent in (
            (person, {"roles": [str(strong.id)]}),
            (person, {"groups": [str(chiefs.id)]}),
            (chiefs, {"users": [str(person.id)]}),
            (nobody, {"roles": [str(strong.id)]}),
            (strong, {"user": [str(person.id)]}),
            (find(Role, name="Helpers"), {"permissions": [str(right.id)]}),
        )
    ]

    # A role's members are no field of its form, so that one is a field which nobody writes.
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403, 422, 403]
    assert role_names(person) == []


@pytest.mark.both_databases
def test_what_everybody_may_do_is_nobodys_to_give_or_take(manager, person, db_session):
    """Held by a role it opens screens once it is taken from everybody, so that is more."""
    public, right = find(Role, name="Public"), find_pair("can_read", "Post")
    assert right in public.permissions
    others = [str(pair.id) for pair in public.permissions if pair is not right]

    given = patch(manager, find(Role, name="Helpers"), permissions=[str(right.id)])
    taken = patch(manager, public, permissions=others)
    seen = manager.get(f"{ADMINISTRATION}/roles/edit/{public.id}").text

    assert (given.status_code, taken.status_code) == (403, 403)
    assert "Post: Read" in given.json["message"]
    assert "Post: Read" in taken.json["message"]
    box = next(tag for tag in seen.split("<input") if f'value="{right.id}"' in tag)
    assert "disabled" in box.partition(">")[0]
    db_session.expire_all()
    assert right in find(Role, name="Public").permissions


@pytest.mark.both_databases
def test_nobody_changes_their_own_rights(manager, cast, db_session):
    own, weak = find(Role, name="Managers"), find(Role, name="Helpers")
    group = Group(name="own", label="", description="", users=[cast.stranger])
    db_session.add(group)
    db_session.commit()
    held = [str(pair.id) for pair in own.permissions]

    answers = [
        patch(manager, row, **sent)
        for row, sent in (
            (cast.stranger, {"roles": [str(own.id), str(weak.id)]}),
            (cast.stranger, {"roles": []}),
            (cast.stranger, {"groups": []}),
            (group, {"roles": [str(weak.id)]}),
            (group, {"users": []}),
            (own, {"permissions": held[1:]}),
            (own, {"name": "Other"}),
        )
    ]

    assert [answer.status_code for answer in answers] == [403] * 7
    assert "own rights" in answers[0].json["message"]
    assert role_names(cast.stranger) == ["Managers"]


def test_rights_that_one_lacks_cannot_be_taken_either(manager, cast):
    team = find(Role, name="Team")

    assert patch(manager, team, permissions=[]).status_code == 403
    assert manager.delete(f"/api/v1/roles/{team.id}").status_code == 403
    assert len(find(Role, name="Team").permissions) > 0


@pytest.mark.both_databases
def test_account_of_somebody_stronger_cannot_be_taken_over(manager, cast, db_session):
    url = f"{ADMINISTRATION}/users/password/{cast.owner.id}"
    password = cast.owner.password

    answers = [
        manager.post(url, data={"new_password": NEW, "repeated": NEW}),
        patch(manager, cast.owner, email="mine@cast.example"),
        patch(manager, cast.owner, username="mine"),
        manager.delete(f"/api/v1/users/{cast.owner.id}"),
        manager.post(f"/api/v1/users/{cast.owner.id}/deactivate"),
    ]
    manager.post(
        f"{ADMINISTRATION}/users/bulk/deactivate", data={"key": cast.owner.id, "confirmed": "1"}
    )

    db_session.expire_all()
    assert [answer.status_code for answer in answers] == [403] * 5
    assert (cast.owner.password, cast.owner.email) == (password, "owner@cast.example")
    assert cast.owner.active


def test_refusal_of_a_bulk_action_names_the_right(manager, cast):
    manager.post(f"{ADMINISTRATION}/users/bulk/deactivate", data={"key": cast.owner.id})

    assert "has rights that you do not have" in manager.get("/home/").text


def test_weaker_account_is_edited(manager, person):
    password = {"new_password": NEW, "repeated": NEW}

    assert patch(manager, person, email="new@cast.example").status_code == 200
    manager.post(f"{ADMINISTRATION}/users/password/{person.id}", data=password)

    db.session.refresh(person)
    assert is_password_of(person, NEW)


def test_own_name_and_address_may_be_changed(manager, cast):
    assert patch(manager, cast.stranger, email="other@cast.example").status_code == 200


@pytest.mark.both_databases
def test_undo_raises_no_right(client, cast, login, helpers, person, db_session):
    strong = find(Role, name="Chiefs")
    admin = login(client, cast.admin)
    assert patch(admin, person, roles=[str(strong.id)]).status_code == 200
    assert patch(admin, person, roles=[]).status_code == 200
    taken = db_session.scalars(sa.select(Operation.id).order_by(Operation.at.desc())).first()
    cast.stranger.roles = [find(Role, name="Managers")]
    db_session.commit()
    manager = login(client, cast.stranger)

    answer = manager.post(f"/history/undo/{taken}")

    assert answer.status_code == 403
    assert role_names(person) == []
    assert login(client, cast.admin).post(f"/history/undo/{taken}").status_code == 302
    assert role_names(person) == ["Chiefs"]


@pytest.mark.parametrize("way", ["deactivate", "role", "group"])
def test_last_administrator_cannot_be_locked_out(client, cast, login, db_session, way):
    if way == "group":
        chiefs = Group(name="chiefs", label="", description="")
        db_session.add(chiefs)
        chiefs.roles, chiefs.users = [find(Role, name="Admin")], [cast.admin]
        cast.admin.roles = []
        db_session.commit()
    # The owner's role holds all rights, and yet is not the one that always will.
    owner = login(client, cast.owner)

    answer = {
        "deactivate": lambda: owner.post(f"/api/v1/users/{cast.admin.id}/deactivate"),
        "role": lambda: patch(owner, cast.admin, roles=[]),
        "group": lambda: owner.delete(f"/api/v1/groups/{find(Group, name='chiefs').id}"),
    }[way]()

    assert answer.status_code in (302, 409)
    db_session.expire_all()
    assert cast.admin.active
    assert role_names(cast.admin) == ([] if way == "group" else ["Admin"])


@pytest.mark.parametrize("name", ["Admin", "Public"])
def test_roles_of_the_settings_stay(client, cast, login, name):
    owner, role = login(client, cast.owner), find(Role, name=name)

    renamed = owner.patch(f"/api/v1/roles/{role.id}", json={"name": "Other"})
    deleted = owner.delete(f"/api/v1/roles/{role.id}")

    assert (renamed.status_code, deleted.status_code) == (409, 409)


def test_no_role_takes_a_name_of_the_settings(client, cast, login, db_session):
    db_session.execute(sa.delete(Role).where(Role.name == "Public"))
    db_session.commit()

    answer = login(client, cast.owner).post(
        "/api/v1/roles/", json={"name": "Public", "permissions": []}
    )

    assert answer.status_code == 409


def test_administrators_keep_all_rights(client, cast, login):
    role = find(Role, name="Admin")

    answer = login(client, cast.owner).patch(f"/api/v1/roles/{role.id}", json={"permissions": []})

    assert answer.status_code == 409
    assert len(find(Role, name="Admin").permissions) > 0


@pytest.mark.both_databases
def test_two_administrators_cannot_shut_each_other_out(make_app, database):
    app = make_app(database)
    with app.app_context():
        second = find_row(User, username="cast-owner")
        second.roles = [find(Role, name="Admin")]
        db.session.commit()
        keys = [find_row(User, username="cast-admin").id, second.id]
        db.session.remove()
    browsers = [sign_in(app, "owner"), sign_in(app, "admin")]

    def shut_out(number):
        return browsers[number].post(f"/api/v1/users/{keys[number]}/deactivate").status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(shut_out, (0, 1)))

    with app.app_context():
        left = db.session.scalars(sa.select(User.id).where(User.id.in_(keys), User.active)).all()
        db.session.remove()
    assert len(left) == 1
    assert answers[0] == 200
    # The second is too late: it meets the rule, or has been signed out itself.
    assert answers[1] in (401, 409, 503)


def test_visitor_with_rights_gives_none_that_visitors_lack(client, person, db_session):
    public = find(Role, name="Public")
    public.permissions = [
        find_pair(*pair)
        for pair in (("can_edit", "User"), ("can_read", "User"), ("can_pick", "Role"))
    ]
    db_session.commit()

    strong = find(Role, name="Chiefs")

    answer = patch(client, person, roles=[str(strong.id)])
    person.roles = [strong]
    with client.application.test_request_context(), pytest.raises(Forbidden, match="Post: Read"):
        db_session.flush()
    db_session.rollback()

    # Nothing of the API writes for a visitor; and if something did, it would be judged.
    assert answer.status_code == 401
    assert role_names(person) == []


def test_statement_on_many_rows_is_judged_too(app, cast, helpers, person, db_session):
    cast.stranger.roles = [find(Role, name="Managers")]
    db_session.commit()
    strong = find(Role, name="Chiefs")
    link = Role.user.property.secondary

    def statements():
        given = {"user_id": person.id, "role_id": strong.id}
        yield sa.insert(link), given
        yield sa.insert(link).values(**given), None
        yield sa.insert(link).values([given]), None
        chosen = sa.select(sa.literal(person.id), sa.literal(strong.id))
        yield sa.insert(link).from_select(["user_id", "role_id"], chosen), None
        yield sa.text(f"INSERT INTO ab_user_role (user_id, role_id) VALUES ({person.id}, 1)"), None
        yield sa.update(User).where(User.id == cast.owner.id).values(email="x"), None
        yield sa.update(User).values(password="x"), None
        yield sa.delete(User).where(User.username == "cast-owner"), None
        yield sa.update(link).values(user_id=person.id), None

    for statement, values in statements():
        with app.test_request_context():
            _as(cast.stranger)
            with pytest.raises(Forbidden, match=r"(?i)rights"):
                db_session.execute(statement, values)
        db_session.rollback()


def _as(user):
    """Sign somebody in for the request that is going on."""
    g.user = g._login_user = user


def test_site_gives_what_its_settings_say(app, cast, helpers, person, db_session):
    cast.stranger.roles = [find(Role, name="Managers")]
    db_session.commit()

    with app.test_request_context():
        _as(cast.stranger)
        with given_by_the_site():
            person.roles = [find(Role, name="Chiefs")]
            db_session.commit()

    assert role_names(person) == ["Chiefs"]


def test_commands_are_free(app, person, db_session):
    person.roles = [find(Role, name="Admin")]
    db_session.commit()

    assert role_names(person) == ["Admin"]
