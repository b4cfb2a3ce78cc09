"""`fab create-permissions`: everything once, and quickly nothing when nothing is missing."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)

from app.core.feature import Feature
from app.extensions import db
from app.security.rights.sync import add_role, declared_pairs, stored_pairs, sync_permissions
from scripts.serve import command
from tests.security.conftest import find, find_pair

pytestmark = pytest.mark.both_databases


def test_every_declared_permission_is_stored(app, db_session):
    assert declared_pairs(app.appbuilder) == set(stored_pairs())


def test_menu_entries_have_no_permission(app, db_session):
    assert not [name for name, _subject in stored_pairs() if name == "menu_access"]


def test_admin_holds_all_of_them(app, db_session):
    held = find(Role, name="Admin").permissions

    assert len(held) == len(stored_pairs())


def test_nothing_missing_means_three_statements_and_no_writing(app, db_session, statements):
    with statements() as seen:
        sync_permissions(app.appbuilder)

    assert len(seen) == 3
    assert all(statement.startswith("SELECT") for statement in seen)


def test_what_is_missing_is_added_in_few_statements(make_app, database, statements):
    app = make_app(database)
    with app.app_context():
        wanted = dict(stored_pairs())
        for table in (assoc_permissionview_role, PermissionView, Permission, ViewMenu):
            db.session.execute(sa.delete(table))
        db.session.commit()

        with statements() as seen:
            sync_permissions(app.appbuilder)

        assert set(stored_pairs()) == set(wanted)
        assert len(find(Role, name="Admin").permissions) == len(wanted)
    assert len(seen) < 30


def test_nothing_is_dropped(app, db_session):
    db_session.add(Role(name="Own"))
    pair = PermissionView(permission=Permission(name="can_old"), view_menu=ViewMenu(name="Gone"))
    db_session.add(pair)
    db_session.commit()

    sync_permissions(app.appbuilder)

    assert ("can_old", "Gone") in stored_pairs()
    assert find(Role, name="Own") is not None


def test_role_of_a_feature_is_made_once(app, db_session, monkeypatch):
    extra = Feature("extra", "Extra", roles={"Keeper": ["read User", "edit Role"]})
    features = (*app.extensions["bureau_features"], extra)
    monkeypatch.setitem(app.extensions, "bureau_features", features)

    sync_permissions(app.appbuilder)
    role = find(Role, name="Keeper")
    assert {str(pair) for pair in role.permissions} == {"can read on User", "can edit on Role"}

    role.permissions = [find_pair("can_read", "Group")]
    db_session.commit()
    sync_permissions(app.appbuilder)
    assert [str(pair) for pair in find(Role, name="Keeper").permissions] == ["can read on Group"]


def test_visitors_get_what_a_feature_declares_for_them_with_a_new_permission(
    app, db_session, monkeypatch
):
    extra = Feature("extra", "Extra", roles={"Public": ["read User"]})
    features = (*app.extensions["bureau_features"], extra)
    monkeypatch.setitem(app.extensions, "bureau_features", features)
    forget("can_read", "User")

    sync_permissions(app.appbuilder)

    assert find_pair("can_read", "User") in find(Role, name="Public").permissions


def test_what_was_taken_from_visitors_is_not_given_back(app, db_session):
    """The permissions of another model are new; that of posts is not."""
    public = find(Role, name="Public")
    assert find_pair("can_read", "Post") in public.permissions
    public.permissions = []
    db_session.commit()
    forget("can_read", "User")

    sync_permissions(app.appbuilder)

    assert ("can_read", "User") in stored_pairs()
    assert find(Role, name="Public").permissions == []


def forget(permission, subject):
    """Take a permission away, as if the view that declares it were a new one."""
    pair = find_pair(permission, subject)
    link = assoc_permissionview_role
    db.session.execute(sa.delete(link).where(link.c.permission_view_id == pair.id))
    db.session.execute(sa.delete(PermissionView).where(PermissionView.id == pair.id))
    db.session.commit()
    db.session.expire_all()


def test_role_that_names_what_no_view_declares_is_an_error(app, db_session, monkeypatch):
    extra = Feature("extra", "Extra", roles={"Keeper": ["fly User"]})
    monkeypatch.setitem(app.extensions, "bureau_features", (extra,))

    with pytest.raises(LookupError, match="fly User"):
        sync_permissions(app.appbuilder)
    db_session.rollback()


def test_added_role_gets_only_rights_that_exist(db_session):
    add_role("Reader", [("can_read", "User"), ("can_read", "Nothing")])

    assert [str(pair) for pair in find(Role, name="Reader").permissions] == ["can read on User"]


def test_command_calls_it(app, db_session):
    db_session.execute(sa.delete(assoc_permissionview_role))
    db_session.commit()

    command(app, "fab", "create-permissions")

    assert len(find(Role, name="Admin").permissions) == len(stored_pairs())


def test_several_at_once_make_everything_once(make_app, database):
    app = make_app(database)
    with app.app_context():
        count = len(stored_pairs())
        for table in (assoc_permissionview_role, PermissionView, Permission, ViewMenu):
            db.session.execute(sa.delete(table))
        db.session.commit()
    failures: list[BaseException] = []
    barrier = threading.Barrier(6)

    def run() -> None:
        try:
            with app.app_context():
                barrier.wait()
                sync_permissions(app.appbuilder)
        except Exception as error:  # noqa: BLE001 (the main thread shows whatever it was)
            failures.append(error)

    threads = [threading.Thread(target=run) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with app.app_context():
        assert len(stored_pairs()) == count
        assert len(find(Role, name="Admin").permissions) == count
