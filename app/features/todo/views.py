"""The screens of the lists, the people they are shared with, and the items."""

from collections.abc import Sequence

from flask import request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _, ngettext
from wtforms import BooleanField, StringField

from app.core.charts import Chart, week
from app.core.query.gate import current_actor
from app.core.query.rules import own, rows
from app.core.views import ModelView, action
from app.features.todo import operations, queries
from app.features.todo.models import TodoItem, TodoList, TodoMember


class TodoItemView(ModelView):
    datamodel = SQLAInterface(TodoItem)
    label_columns = {"remind_at": _("Reminder")}
    list_columns = ["title", "due_on", "list", "done"]
    base_order = ("done", "asc")
    show_columns = ["title", "list", "note", "due_on", "remind_at", "done_at", "done_by"]
    add_columns = ["list", "title", "note", "due_on", "remind_at"]
    row_rules = [
        rows(
            lambda user: queries.is_own_or_shared(TodoItem.list_id, user),
            label=_("Only those of their own lists and of lists shared with them"),
        ),
        rows(
            lambda user: queries.is_own_or_shared(TodoItem.list_id, user, to_write=True),
            verbs={"add", "edit", "delete", "tick", "untick"},
            label=_("Only those of lists that they may write in"),
        ),
    ]
    charts = [
        Chart(_("Done per week"), group=week("done_at")),
        Chart(_("Items by list"), group="list", series="done", kind="hbar"),
    ]

    @action("tick", _("Tick"), icon="check")
    def tick(self, items: Sequence[TodoItem]) -> str:
        count = operations.tick(items, current_actor())
        return ngettext("%(num)d item is done.", "%(num)d items are done.", count)

    @action("untick", _("Untick"), icon="undo")
    def untick(self, items: Sequence[TodoItem]) -> str:
        count = operations.untick(items)
        return ngettext("%(num)d item is open again.", "%(num)d items are open again.", count)

    def pre_add(self, item: TodoItem) -> None:
        operations.place_last(item, TodoItem.list_id == item.list.id)


class TodoMemberView(ModelView):
    datamodel = SQLAInterface(TodoMember)
    list_title = _("Shared with")
    base_permissions = ["can_read", "can_edit", "can_delete"]
    list_columns = ["list", "user", "can_write"]
    edit_columns = ["can_write"]
    row_rules = [
        rows(
            lambda user: (
                queries.is_own(TodoMember.list_id, user)
                | (TodoMember.user_id == getattr(user, "id", None))
            ),
            label=_("Only those of their own lists, and their own part in others"),
        ),
        rows(
            lambda user: queries.is_own(TodoMember.list_id, user),
            verbs={"edit"},
            label=_("Only those of their own lists"),
        ),
    ]
    charts = ()
    icon = "users"


class TodoListView(ModelView):
    datamodel = SQLAInterface(TodoList)
    label_columns = {
        "open_count": _("Open"),
        "done_count": _("Done"),
        "next_due_on": _("Next due"),
    }
    list_columns = ["name", "open_count", "done_count", "next_due_on", "owner"]
    base_order = ("position", "asc")
    show_columns = ["name", "colour", "owner", "open_count", "done_count", "next_due_on"]
    add_columns = ["name", "colour"]
    edit_form_extra_fields = {
        "share_with": StringField(_("Share with"), description=_("A user name or mail address.")),
        "may_write": BooleanField(_("They may change the items")),
    }
    row_rules = [
        rows(
            lambda user: queries.is_own_or_shared(TodoList.id, user),
            label=_("Only their own lists and those shared with them"),
        ),
        own(TodoList.owner_id, verbs={"add", "edit", "delete"}),
    ]
    charts = ()

    def pre_add(self, item: TodoList) -> None:
        item.owner_id = current_actor().id
        operations.place_last(item, TodoList.owner_id == item.owner_id)

    def post_update(self, item: TodoList) -> None:
        sent = request.get_json(silent=True) or request.form
        if sent.get("share_with"):
            operations.share(item, str(sent["share_with"]), bool(sent.get("may_write")))
