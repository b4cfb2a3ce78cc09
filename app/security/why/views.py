"""The page that answers “why?”."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app.core.errors import BureauError
from app.core.query.gate import gate_of
from app.core.trash import Scope
from app.core.views import ModelView, guard
from app.security.accounts import current_rights, find_user
from app.security.admin.permissions import find_permissions
from app.security.rights.naming import name_of
from app.security.why.answers import Decision
from app.security.why.questions import explain_access, explain_right

MAX_LENGTH = 2_000
PICK_LIMIT = 50
RIGHT = ("can_explain", "Access")


class WhyView(BaseView):
    """`/administration/why/`: choose a person and an address, or a right, a record and a field."""

    route_base = "/administration/why"
    default_view = "why"
    class_permission_name = "Access"
    area = "administration"
    group_label = _l("Administration")
    title = _l("Reasons")
    why_template = "security/why.html"

    @expose("/")
    @guard("explain")
    def why(self) -> Any:
        """The question, and the answer to it."""
        asked = {
            name: request.args.get(name, "").replace("\0", "").strip()[:MAX_LENGTH]
            for name in ("user", "url", "method", "right", "key", "field")
        }
        user = find_user(asked["user"]) if asked["user"] else None
        is_hidden = user is not None and not _may_ask_about(user)
        return self.render_template(
            self.why_template,
            asked=asked,
            user=None if is_hidden else user,
            right_name=_right_in_words(asked["right"]),
            decision=None if is_hidden else _decide(asked),
            is_hidden=is_hidden,
        )

    @expose("/pick")
    @guard("explain")
    def pick(self) -> Any:
        """The rights whose names hold the words, to choose one of them."""
        found, more = find_permissions(request.args.get("q", "")[:MAX_LENGTH], PICK_LIMIT)
        results = [
            {"value": f"{named.permission} {named.subject}", "text": named.name} for named in found
        ]
        return jsonify(results=results, more=more)


def why_url(username: str = "", url: str = "") -> str | None:
    """Where the page says why somebody may not open an address; None for who may not ask."""
    if not current_user.is_authenticated or RIGHT not in current_rights():
        return None
    return url_for("WhyView.why", user=username or current_user.username, url=url or None)


def _may_ask_about(user: User) -> bool:
    """Nobody learns of an account that they may not see."""
    gate = gate_of(User)
    return gate.can("read") and bool(gate.find([str(user.id)]))


def _decide(asked: dict[str, str]) -> Decision | None:
    if not asked["user"] or not (asked["url"] or asked["right"]):
        return None
    if asked["url"]:
        method = asked["method"].upper() if asked["method"].isalpha() else "GET"
        return explain_access(asked["user"], asked["url"], method, sees=_sees)
    permission, _space, subject = asked["right"].partition(" ")
    return explain_right(
        asked["user"], permission, subject, key=asked["key"], field=asked["field"], sees=_sees
    )


def _sees(view: ModelView, key: str) -> bool:
    """Whether whoever asks may see the record."""
    if not view.gate.can("read"):
        return False
    try:
        view.gate.of(Scope.ALL).get(key)
    except BureauError:
        return False
    return True


def _right_in_words(asked: str) -> str:
    permission, _space, subject = asked.partition(" ")
    return name_of(permission, subject) if subject else ""
