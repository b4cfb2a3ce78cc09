"""What the platform is told about to-do lists."""

from flask_babel import lazy_gettext as _

from app.core.feature import Feature
from app.features.todo.seed import seed
from app.features.todo.views import TodoItemView, TodoListView, TodoMemberView

FEATURE = Feature(
    name="todo",
    label=_("To do"),
    icon="check",
    views=(TodoListView, TodoItemView, TodoMemberView),
    seed=seed,
    roles={
        "Todo User": [
            *(f"{verb} TodoList" for verb in ("read", "add", "edit", "delete", "export")),
            *(f"{verb} TodoItem" for verb in ("read", "add", "edit", "delete", "export")),
            *("tick TodoItem", "untick TodoItem"),
            *(f"{verb} TodoMember" for verb in ("read", "edit", "delete")),
        ]
    },
)
