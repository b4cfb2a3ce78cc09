"""FAB's AppBuilder without its files, its menu permissions and its writing at start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request
from flask_appbuilder.base import AppBuilder as FabAppBuilder
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.menu import MenuItem
from flask_babel import gettext as _

from app.core.home import HomeView, OpenApi, SwaggerView
from app.core.redirects import came_from
from app.extensions import csrf, db

LAST_GROUP = "administration"
"""The group that stands below those of the features, whenever it was registered."""


@dataclass(frozen=True)
class MenuEntry:
    """A page that the user may open; `add_url` where they may also add a record there."""

    label: str
    icon: str
    url: str
    current: bool = False
    add_url: str | None = None


@dataclass(frozen=True)
class MenuGroup:
    """The pages of one area."""

    name: str
    label: str
    icon: str
    items: tuple[MenuEntry, ...]


class AppBuilder(FabAppBuilder):
    """Registers views the way FAB does, and serves none of FAB's own pages, styles or scripts."""

    def menu_groups(self) -> list[MenuGroup]:
        """The menu of whoever makes this request: only what they may read, without any SQL."""
        areas = sorted(self.menu.get_list(), key=lambda area: area.name == LAST_GROUP)
        groups = (self._group(area) for area in areas)
        return [group for group in groups if group.items]

    def register_blueprint(
        self, baseview: Any, endpoint: str | None = None, static_folder: str | None = None
    ) -> None:
        """Register a view without FAB's folder of templates.

        A page that we have not written fails loudly then, instead of showing one of FAB's.
        """
        if isinstance(baseview, BaseView):
            baseview.template_folder = None
        super().register_blueprint(baseview, endpoint, static_folder)

    def add_permissions(self, update_perms: bool = False) -> None:
        """Create what is missing in one go; `fab create-permissions` ends here."""
        if update_perms:
            self.sm.sync_permissions()

    def _add_permission(self, baseview: Any, update_perms: bool = False) -> None:
        """Do nothing: registering a view never writes."""

    def _add_permissions_menu(self, name: str, update_perms: bool = False) -> None:
        """Do nothing: a menu entry needs no permission beyond that of its page."""

    def _add_menu_permissions(self, update_perms: bool = False) -> None:
        """Do nothing, like `_add_permissions_menu`."""

    def _add_global_static(self) -> None:
        """Serve none of FAB's static files."""

    def _add_global_filters(self) -> None:
        """Leave FAB's template filters out; only its own templates use them."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()
        self.add_api(OpenApi)
        self.add_view_no_menu(SwaggerView)

    def _group(self, area: MenuItem) -> MenuGroup:
        found = [self._entry(item) for item in area.childs or [area] if self._is_shown(item)]
        return MenuGroup(area.name, str(area.label), area.icon, tuple(found))

    def _is_shown(self, item: MenuItem) -> bool:
        if item.name == "-" or not item.should_render():
            return False
        view = item.baseview
        return view is None or self._may_call(view, view.default_view)

    def _may_call(self, view: Any, method: str) -> bool:
        if not hasattr(view, method):
            return False
        permission = f"{PERMISSION_PREFIX}{view.get_method_permission(method)}"
        return permission in view.base_permissions and bool(
            self.sm.has_access(permission, view.class_permission_name)
        )

    def _entry(self, item: MenuItem) -> MenuEntry:
        view, url = item.baseview, item.get_url()
        is_current = request.path == url or (
            view is not None and request.blueprint == view.endpoint
        )
        can_add = view is not None and hasattr(view, "url") and self._may_call(view, "add")
        return MenuEntry(
            str(item.label), item.icon, url, is_current, view.url("add") if can_add else None
        )


def init_appbuilder(app: Flask, security_manager: type[Any]) -> None:
    """Make FAB's AppBuilder ours, guard every form, and give every page its menu."""
    # Before the views: FAB takes an API that reads no form out of this as it registers it.
    csrf.init_app(app)
    with app.app_context():
        appbuilder = AppBuilder(
            app,
            db.session,
            indexview=HomeView,
            base_template="base/page.html",
            security_manager_class=security_manager,
            update_perms=False,
        )
    app.context_processor(_navigation)
    app.jinja_env.globals.update(menu=appbuilder.menu_groups, account_menu=_account_menu)


def _navigation() -> dict[str, Any]:
    """The addresses that stand on every page."""
    appbuilder: AppBuilder = current_app.appbuilder  # type: ignore[attr-defined]
    return {
        "home_url": appbuilder.get_url_for_index,
        "login_url": appbuilder.get_url_for_login_with(came_from()),
        "logout_url": appbuilder.get_url_for_logout,
    }


def _account_menu() -> list[MenuEntry]:
    """What the user's own menu holds besides logging out; security and core each add theirs."""
    appbuilder: AppBuilder = current_app.appbuilder  # type: ignore[attr-defined]
    entries = [
        MenuEntry(str(label), icon, url) for label, icon, url in appbuilder.sm.account_pages()
    ]
    return [*entries, MenuEntry(_("REST API"), "code", SwaggerView.get_default_url(version="v1"))]
