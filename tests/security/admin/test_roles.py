"""Roles in the back office: the table of rights, what a change does, copies."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, Role, User

from app.extensions import db
from tests.forms import read_form
from tests.security.conftest import find, find_pair

URL = "/administration/roles"


@pytest.fixture
def admin(client, cast, login):
    """A browser in which the administrator is signed in."""
    return login(client, cast.admin)


def keys(*rights: tuple[str, str]) -> list[str]:
    """The keys of permissions, as the boxes send them."""
    return [str(find_pair(f"can_{verb}", subject).id) for verb, subject in rights]


def give(user, held):
    """Let the user hold one role with these rights."""
    role = Role(name="Few")
    db.session.add(role)
    role.permissions = held
    user.roles = [role]
    db.session.commit()


def save(browser, role, ticked, **values):
    """Tick these boxes, look at what changes, and confirm it."""
    url = f"{URL}/edit/{role.id}"
    form = read_form(browser.get(url).text)
    form.setlist("permissions", ticked)
    for name, value in {**values, "step": "preview"}.items():
        form[name] = value
    preview = browser.post(url, data=form)
    asked = read_form(preview.text)
    return browser.post(url, data={**asked.to_dict(flat=False), "step": "save"})


@pytest.mark.both_databases
def test_saving_a_role_changes_its_rights_and_removes_no_member(admin, cast, db_session):
    role = find(Role, name="Team")
    members = {user.username for user in role.user}

    answer = save(admin, role, keys(("read", "Role")), name="Crew")

    db_session.expire_all()
    assert answer.status_code == 302
    assert role.name == "Crew"
    assert [str(pair) for pair in role.permissions] == ["can read on Role"]
    assert {user.username for user in role.user} == members == {"cast-owner", "cast-teammate"}


def test_nothing_is_saved_before_it_was_shown(admin, cast, db_session):
    role = find(Role, name="Team")
    count = len(role.permissions)
    sent = {"name": "Team", "permissions": keys(("read", "Role"))}

    page = admin.post(f"{URL}/edit/{role.id}", data=sent).text

    db_session.expire_all()
    assert len(role.permissions) == count
    assert "Users: Read" in page
    assert "2 active people have this role" in page


def test_preview_counts_whom_each_right_concerns(admin, cast, db_session):
    role = Role(name="New", permissions=[find_pair("can_read", "Group")])
    group = Group(name="g", label="", description="", users=[cast.teammate])
    db_session.add_all([role, group])
    group.roles = [role]
    cast.stranger.roles = [role]
    db_session.commit()
    sent = {"name": "New", "permissions": keys(("read", "Role"))}

    page = " ".join(admin.post(f"{URL}/edit/{role.id}", data=sent).text.split())

    # The teammate's other role gives both rights anyhow.
    assert 'Roles: Read</span> <span class="dim">1 person gains it' in page
    assert 'Groups: Read</span> <span class="dim">1 person loses it' in page
    assert "2 active people have this role" in page


def test_back_from_the_preview_keeps_what_was_ticked(admin):
    role = find(Role, name="Team")
    (key,) = keys(("read", "Role"))
    sent = {"name": "Crew", "permissions": [key], "step": "edit"}

    form = read_form(admin.post(f"{URL}/edit/{role.id}", data=sent).text)

    assert (form["name"], form.getlist("permissions")) == ("Crew", [key])


@pytest.mark.both_databases
def test_change_of_another_admin_is_not_overwritten(admin, cast, db_session):
    role = Role(name="New", permissions=[find_pair("can_read", "Group")])
    db_session.add(role)
    db_session.commit()
    url = f"{URL}/edit/{role.id}"
    form = read_form(admin.get(url).text)
    form.setlist("permissions", keys(("read", "Group"), ("read", "Role")))
    form["step"] = "save"
    role.permissions = [find_pair("can_read", "User")]
    db_session.commit()

    late = admin.post(url, data=form)
    db_session.expire_all()
    assert late.status_code == 409
    assert [str(pair) for pair in role.permissions] == ["can read on User"]
    assert "Somebody else changed this role meanwhile" in late.text

    admin.post(url, data={**read_form(late.text).to_dict(flat=False), "step": "save"})
    db_session.expire_all()
    assert {str(pair) for pair in role.permissions} == {"can read on User", "can read on Role"}


def test_all_rights_can_be_taken_away(admin, cast, db_session):
    role = find(Role, name="Team")

    save(admin, role, [])

    db_session.expire_all()
    assert role.permissions == []


def test_wrong_name_is_refused_beside_its_field(admin):
    role = find(Role, name="Team")

    answer = admin.post(f"{URL}/edit/{role.id}", data={"name": " ", "step": "save"})
    taken = save(admin, role, [], name="Admin")

    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert taken.status_code in (409, 422)


def test_role_is_added(admin, db_session):
    sent = {"name": "New", "permissions": ["", *keys(("edit", "Group"))]}

    admin.post(f"{URL}/add", data=sent)

    assert [str(pair) for pair in find(Role, name="New").permissions] == ["can edit on Group"]


def test_refused_new_role_keeps_its_boxes(admin, db_session):
    ticked = keys(("edit", "Group"))

    answer = admin.post(f"{URL}/add", data={"name": "", "permissions": ["", *ticked]})

    assert answer.status_code == 422
    assert read_form(answer.text).getlist("permissions") == ["", *ticked]


def test_copy_begins_with_the_rights_of_another_role(admin, cast, db_session):
    role = find(Role, name="Team")
    form = read_form(admin.get(f"{URL}/add?copy={role.id}").text)

    answer = admin.post(f"{URL}/add", data=form)

    copy = find(Role, name="Copy of Team")
    assert answer.status_code == 302
    assert set(copy.permissions) == set(role.permissions)
    assert copy.user == []


def test_copy_leaves_out_what_one_lacks_and_says_so(client, cast, login, db_session):
    role = find(Role, name="Team")
    few = [("read", "Role"), ("add", "Role"), ("pick", "Permission"), ("read", "Permission")]
    held = [find_pair(f"can_{verb}", subject) for verb, subject in few]
    give(cast.stranger, held)

    page = login(client, cast.stranger).get(f"{URL}/add?copy={role.id}").text

    assert len(read_form(page).getlist("permissions")) == 1 + len(few)
    assert "were left out, because you do not have them yourself" in page


def test_rights_that_one_lacks_are_shown_and_stay(client, cast, login, db_session):
    editing = [("read", "Role"), ("edit", "Role"), ("read", "Group")]
    held = [find_pair(f"can_{verb}", subject) for verb, subject in editing]
    target = Role(name="Target")
    db_session.add(target)
    target.permissions = [find_pair("can_read", "User"), held[2]]
    db_session.add(target)
    give(cast.stranger, held)
    browser = login(client, cast.stranger)
    page = browser.get(f"{URL}/edit/{target.id}").text

    answer = save(browser, target, [])

    db_session.expire_all()
    assert answer.status_code == 302
    assert "Grey boxes are rights that you do not have yourself" in page
    assert [str(pair) for pair in target.permissions] == ["can read on User"]


def test_right_that_one_lacks_is_named_where_it_is_sent_all_the_same(
    client, cast, login, db_session
):
    held = [find_pair(f"can_{verb}", "Role") for verb in ("read", "edit")]
    target = Role(name="Target")
    db_session.add(target)
    give(cast.stranger, held)
    browser = login(client, cast.stranger)
    sent = {"name": "Target", "permissions": keys(("read", "User")), "_base": "", "step": "save"}

    answer = browser.post(f"{URL}/edit/{target.id}", data=sent)

    assert answer.status_code == 403
    assert "User: Read" in answer.text
    assert find(Role, name="Target").permissions == []


def test_own_role_is_to_look_at(client, cast, login):
    page = login(client, cast.owner).get(f"{URL}/edit/{find(Role, name='Team').id}").text

    assert "This is one of your own roles." in page
    assert "Review the changes" not in page


def test_table_names_rights_rules_and_exceptions_for_people(admin, cast):
    page = admin.get(f"{URL}/edit/{find(Role, name='Team').id}").text

    assert "can_read" not in page
    assert "Deactivate" in page
    assert "Todo lists" in page


def test_picker_finds_rights_by_their_words(admin):
    found = admin.get(f"{URL}/pick/permissions?q=group+edit").json

    assert [each["text"] for each in found["results"]] == ["Group: Edit"]
    assert found["more"] is False


def test_picker_of_other_fields_is_the_usual_one(admin, cast):
    found = admin.get(f"{URL}/pick/user?q=owner").json

    assert [each["text"] for each in found["results"]] == ["Owner Cast"]


def test_picker_is_for_those_who_may_read_permissions(client, cast, login, db_session):
    role = find(Role, name="Team")
    role.permissions = [find_pair("can_read", "Role")]
    db_session.commit()
    login(client, cast.owner)

    assert client.get(f"{URL}/pick/permissions").status_code == 403


@pytest.mark.parametrize("name", ["Admin", "Public"])
def test_roles_of_the_settings_keep_name_and_existence(admin, db_session, name):
    role = find(Role, name=name)

    renamed = admin.post(f"{URL}/edit/{role.id}", data={"name": "Other", "step": "save"})
    deleted = admin.post(f"{URL}/delete/{role.id}")

    assert renamed.status_code in (403, 409)
    assert deleted.status_code in (403, 409)
    assert find(Role, name=name).id == role.id


def test_role_is_deleted_with_its_links(admin, cast, db_session):
    role = find(Role, name="Team")

    answer = admin.post(f"{URL}/delete/{role.id}")

    assert answer.status_code == 302
    assert db_session.scalar(sa.select(Role).where(Role.name == "Team")) is None


@pytest.mark.both_databases
def test_pages_stay_within_their_statements(admin, cast, statements):
    role = find(Role, name="Team")
    sent = {"name": "Team", "permissions": keys(("read", "Role"))}
    admin.get("/home/")

    for page, limit in {
        "list/": 6,
        f"show/{role.id}": 8,
        f"edit/{role.id}": 8,
        f"add?copy={role.id}": 8,
        "transfer/": 8,
    }.items():
        with statements() as seen:
            answer = admin.get(f"{URL}/{page}")
        assert answer.status_code == 200
        assert len(seen) <= limit, page
    with statements() as seen:
        answer = admin.post(f"{URL}/edit/{role.id}", data=sent)
    assert answer.status_code == 200
    assert len(seen) <= 8


def test_nobody_but_those_who_may_reads_members(client, cast, login, db_session):
    few = [find_pair("can_read", "Role")]
    give(cast.stranger, few)

    page = login(client, cast.stranger).get(f"{URL}/show/{find(Role, name='Team').id}").text

    assert "Owner Cast" not in page


@pytest.mark.both_databases
def test_members_are_added_and_removed(admin, cast, db_session):
    role = find(Role, name="Team")
    group = Group(name="crew", label="Crew", description="")
    db_session.add(group)
    db_session.commit()
    url = f"{URL}/members/{role.id}"

    added = admin.post(url, data={"add_users": [cast.stranger.id], "add_groups": [group.id]})
    page = admin.get(f"{URL}/show/{role.id}").text
    removed = admin.post(url, data={"remove_users": cast.owner.id, "add_users": ""})

    db_session.expire_all()
    assert (added.status_code, removed.status_code) == (303, 303)
    assert "Stranger Cast" in page
    assert "crew" in page
    assert {user.username for user in role.user} == {"cast-teammate", "cast-stranger"}
    assert role.groups == [group]
    assert len(role.permissions) > 0


def test_change_of_members_can_be_undone(admin, cast, db_session):
    role = find(Role, name="Team")
    admin.post(f"{URL}/members/{role.id}", data={"remove_users": cast.owner.id})
    undo = [line for line in admin.get(f"{URL}/show/{role.id}").text.split('"') if "/undo/" in line]

    admin.post(undo[0])

    db_session.expire_all()
    assert "cast-owner" in {user.username for user in role.user}


@pytest.mark.parametrize("sent", [{"add_users": "999999"}, {"remove_users": "999999"}])
def test_member_that_does_not_exist_is_refused(admin, sent):
    assert admin.post(f"{URL}/members/{find(Role, name='Team').id}", data=sent).status_code == 400


def test_members_are_changed_by_those_who_may_edit_them(client, cast, login, db_session):
    held = [find_pair(f"can_{verb}", "Role") for verb in ("read", "edit")]
    target = Role(name="Target")
    db_session.add(target)
    give(cast.stranger, held)
    other = db_session.scalar(sa.select(User.id).where(User.username == "cast-owner"))

    answer = login(client, cast.stranger).post(
        f"{URL}/members/{target.id}", data={"add_users": other}
    )

    assert answer.status_code == 403
