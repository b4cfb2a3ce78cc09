"""Groups: users that share roles."""

from __future__ import annotations

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import Group
from flask_babel import lazy_gettext as _l

from app.core.views import ModelView


class GroupView(ModelView):
    """Groups of users; each member holds the roles of the group."""

    datamodel = SQLAInterface(Group)
    icon = "group"
    list_title = _l("Groups")
    record_title = _l("Group")
    label_columns = {
        "name": _l("Name"),
        "label": _l("Label"),
        "description": _l("Description"),
        "users": _l("Users"),
        "roles": _l("Roles"),
    }
    list_columns = ["name", "label", "roles"]
    show_columns = ["name", "label", "description", "roles"]
    add_columns = ["name", "label", "description", "roles", "users"]
    search_columns = ["name", "label", "description"]
    filter_columns = ["name", "roles", "users"]
    base_order = ("name", "asc")
    charts = ()
