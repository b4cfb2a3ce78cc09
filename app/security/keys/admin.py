"""All API keys, for administrators, who can revoke them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l, ngettext

from app.core.query.rules import hidden
from app.core.views import ModelView, action
from app.extensions import db
from app.security.keys.models import UserKey
from app.security.keys.operations import revoke_key
from app.security.rights.granting import require_reach


class KeyView(ModelView):
    """The keys of all users. Everybody makes their own, and nobody can read one."""

    datamodel = SQLAInterface(UserKey)
    class_permission_name = "ApiKey"
    plural = "api-keys"
    icon = "key"
    list_title = _l("API keys")
    record_title = _l("API key")
    is_readonly = True
    label_columns = {
        "name": _l("Name"),
        "user": _l("User"),
        "prefix": _l("Begins with"),
        "scopes": _l("Rights"),
        "created_at": _l("Made"),
        "expires_at": _l("Expires"),
        "last_used_at": _l("Last used"),
        "last_address": _l("From"),
        "refused_at": _l("Last refused"),
        "revoked_at": _l("Revoked"),
    }
    description_columns = {"scopes": _l("An empty list stands for all that the user may do.")}
    list_columns = [
        "name",
        "user",
        "prefix",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]
    show_columns = [
        "name",
        "user",
        "prefix",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "last_address",
        "refused_at",
        "revoked_at",
    ]
    search_columns = ["name", "prefix", "user.username", "last_address"]
    filter_columns = ["user", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at"]
    exclude_columns = ["digest"]
    field_rules = [hidden("digest")]
    base_order = ("created_at", "desc")
    charts = ()

    @action("revoke", _l("Revoke"), _l("Programs that use them are refused at once."), "lock")
    def revoke(self, keys: Sequence[Any]) -> str:
        """Revoke keys, of users who hold no more than oneself."""
        for user_id in sorted({key.user_id for key in keys}):
            require_reach(user_id)
        count = sum(revoke_key(key) for key in keys)
        db.session.commit()
        return ngettext("%(num)d key was revoked.", "%(num)d keys were revoked.", count)
