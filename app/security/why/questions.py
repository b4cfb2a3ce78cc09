"""The questions: may a person open an address, or do something to a record and a field of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.core.views import ModelView
from app.security.accounts import find_user
from app.security.rights.naming import name_of, views_of
from app.security.why.answers import Decision, Step, no, note, yes
from app.security.why.person import Source, roles_with, sources_of
from app.security.why.records import explain_fields, explain_list, explain_row

OPEN_TO_ALL = frozenset({"AuthView", "SecurityApi", "health", "metrics", "preferences", "static"})
"""Blueprints and endpoints that ask for no user."""

Sees = Callable[[ModelView, str], bool]
"""Whether whoever asks may see a record themselves; nobody learns more of it by asking."""


def explain_access(
    username: str, url: str, method: str = "GET", *, sees: Sees | None = None
) -> Decision:
    """Decide what would be decided if the user opened this address, and say why."""
    user = find_user(username)
    refusal = _refused_account(user, username)
    if user is None or refusal is not None:
        return Decision([refusal] if refusal is not None else [])
    try:
        endpoint, arguments = match_url(url, method)
    except RequestRedirect as redirect:
        return explain_access(username, redirect.new_url, method, sees=sees)
    except (HTTPException, ValueError) as error:
        asked = {"method": method, "url": url, "code": getattr(error, "code", None) or 400}
        return Decision([no(_("%(method)s %(url)s leads to no page (%(code)s).", **asked))])
    return Decision(_explain_endpoint(user, endpoint, arguments, sees))


def explain_right(
    username: str,
    permission: str,
    subject: str,
    *,
    key: str = "",
    field: str = "",
    sees: Sees | None = None,
) -> Decision:
    """The same for a right, and where they are named for a record and a field."""
    user = find_user(username)
    refusal = _refused_account(user, username)
    if user is None or refusal is not None:
        return Decision([refusal] if refusal is not None else [])
    verb = permission.removeprefix(PERMISSION_PREFIX)
    steps = [_explain_right(user, permission, subject)]
    views = views_of(subject)
    if views:
        steps += _explain_view(user, views[0], verb, key, field, sees)
    return Decision(steps)


def match_url(url: str, method: str) -> tuple[str, Mapping[str, Any]]:
    """The endpoint behind an address of ours, and the arguments it is called with."""
    parts = urlsplit(url.strip())
    found: tuple[str, Mapping[str, Any]] = current_app.url_map.bind(
        parts.netloc or "localhost", url_scheme=parts.scheme or "http"
    ).match(parts.path, method)
    return found


def _refused_account(user: User | None, username: str) -> Step | None:
    if user is None:
        return no(_("There is no account “%(name)s”.", name=username))
    if not user.active:
        return no(_("The account “%(name)s” is not active.", name=user.username))
    return None


def _explain_endpoint(
    user: User, endpoint: str, arguments: Mapping[str, Any], sees: Sees | None
) -> list[Step]:
    name, _dot, method = endpoint.partition(".")
    views: Any = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    view = next((view for view in views if view.endpoint == name), None)
    verb = getattr(getattr(view, method, None), "_permission_name", None)
    if verb is None and method in ("bulk", "operate", "trash_bulk"):
        verb = arguments.get("name") or arguments.get("operation")
    if view is None or verb is None:
        if name in OPEN_TO_ALL:
            return [yes(_("This address is open to all."))]
        return [yes(_("This address is open to all who sign in."))]
    permission, subject = f"{PERMISSION_PREFIX}{verb}", str(view.class_permission_name)
    if permission not in (view.base_permissions or ()):
        return [no(_("“%(right)s” is not offered there.", right=name_of(permission, subject)))]
    steps = [_explain_right(user, permission, subject)]
    model_view = getattr(view, "view", view)
    if isinstance(model_view, ModelView):
        steps += _explain_view(user, model_view, verb, str(arguments.get("pk", "")), "", sees)
    return steps


def _explain_right(user: User, permission: str, subject: str) -> Step:
    right = name_of(permission, subject)
    sources = sources_of(user, permission, subject)
    if sources:
        return yes(" ".join(_said(source, right) for source in sources))
    others = roles_with(permission, subject).values()
    if not others:
        return no(_("No role at all gives “%(right)s”.", right=right))
    return no(
        _(
            "No role of %(person)s gives “%(right)s”. It comes with: %(roles)s.",
            person=user.username,
            right=right,
            roles=", ".join(others),
        )
    )


def _said(source: Source, right: str) -> str:
    if source.is_public:
        return _("Everybody has “%(right)s”, by the role %(role)s.", right=right, role=source.role)
    if source.group:
        return _(
            "“%(right)s” comes with the role %(role)s, by the group %(group)s.",
            right=right,
            role=source.role,
            group=source.group,
        )
    return _("“%(right)s” comes with the role %(role)s.", right=right, role=source.role)


def _explain_view(
    user: User, view: ModelView, verb: str, key: str, field: str, sees: Sees | None
) -> list[Step]:
    steps: list[Step] = []
    if not key:
        steps += explain_list(user, view, verb)
    elif sees is not None and not sees(view, key):
        steps.append(
            note(_("There is no such record, or you may not see it yourself, so nothing is said."))
        )
        return steps
    else:
        steps += explain_row(user, view, verb, key)
    return steps + explain_fields(user, view, verb, field)
