"""What a key may do."""

from __future__ import annotations

from app.core.views import ModelView
from app.security.keys.models import UserKey
from app.security.keys.scopes import PEOPLE_ONLY, for_keys, pairs_of, scopes_of, stored
from app.security.rights.sets import Rights

READ, EDIT = ("can_read", "Post"), ("can_edit", "Post")
ADD_USER, READ_USER = ("can_add", "User"), ("can_read", "User")


def test_an_empty_list_is_all_that_the_user_may_but_to_change_who_may_what():
    held = Rights({READ, EDIT, ADD_USER, READ_USER})

    assert scopes_of(UserKey(scopes=[]), held) == {READ, EDIT, READ_USER}


def test_scopes_give_nothing_that_the_user_lacks():
    key = UserKey(scopes=stored(Rights({READ, EDIT})))

    assert scopes_of(key, Rights({READ})) == {READ}
    assert scopes_of(key, Rights()) == Rights()


def test_scopes_that_are_all_gone_do_not_become_all():
    assert scopes_of(UserKey(scopes=[["can_read", "Gone"]]), Rights({READ})) == Rights()


def test_no_scope_lets_a_key_change_accounts_roles_or_keys():
    for subject in ("User", "Role", "Group", "Permission", "ApiKey"):
        asked = Rights({("can_add", subject), ("can_set_password", subject), ("can_read", subject)})
        assert for_keys(asked) == {("can_read", subject)}


def test_scopes_are_stored_in_an_order():
    assert stored(Rights({READ, EDIT})) == [["can_edit", "Post"], ["can_read", "Post"]]
    assert pairs_of(stored(Rights({READ, EDIT}))) == {READ, EDIT}


def test_all_that_security_lets_one_change_is_left_to_people(app):
    views = [view for view in app.appbuilder.baseviews if isinstance(view, ModelView)]
    subjects = {
        view.class_permission_name
        for view in views
        if type(view).__module__.startswith("app.security")
    }

    # Nobody changes a security event, by whatever way.
    assert subjects - PEOPLE_ONLY == {"SecurityEvent"}
