"""FAB's AppBuilder without its files, its menu permissions and its writing at start."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_appbuilder.base import AppBuilder as FabAppBuilder
from flask_appbuilder.baseviews import BaseView

from app.core.addresses import page_url
from app.core.home import HomeView, OpenApi, SwaggerView
from app.core.kept import Kept
from app.core.menu import MenuGroup, MenuPlan, groups_of
from app.core.redirects import came_from
from app.core.shell import MAX_PARTS, Shell
from app.extensions import csrf, db


class AppBuilder(FabAppBuilder):
    """Registers views the way FAB does, and serves none of FAB's own pages, styles or scripts."""

    _menu_plan: MenuPlan | None = None

    @property
    def menu_plan(self) -> MenuPlan:
        """All that the menu can show, of the views that are registered by now."""
        if self._menu_plan is None:
            self._menu_plan = MenuPlan(self.menu.get_list())
        return self._menu_plan

    def menu_groups(self) -> list[MenuGroup]:
        """The menu of whoever makes this request: only what they may read, without any SQL."""
        rights = self.sm.screen_rights()
        return groups_of(self.menu_plan.shown_to(rights), rights)

    def get_url_for_login_with(self, next_url: str | None = None) -> str:
        """The log-in page, which leads back to where one was."""
        return page_url(f"{self.sm.auth_view.endpoint}.login", next=next_url)

    def register_blueprint(
        self, baseview: Any, endpoint: str | None = None, static_folder: str | None = None
    ) -> None:
        """Register a view without FAB's folder of templates.

        A page that we have not written fails loudly then, instead of showing one of FAB's.
        """
        if isinstance(baseview, BaseView):
            baseview.template_folder = None
        super().register_blueprint(baseview, endpoint, static_folder)
        self._menu_plan = None

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
    kept: Kept[Any] = Kept(MAX_PARTS)

    def page_shell() -> Shell:
        manager = appbuilder.sm
        return Shell(kept, appbuilder.menu_plan, manager.screen_rights, manager.account_pages)

    app.jinja_env.globals.update(
        page_shell=page_shell,
        home_url=lambda: appbuilder.get_url_for_index,
        login_url=lambda: appbuilder.get_url_for_login_with(came_from()),
        logout_url=lambda: appbuilder.get_url_for_logout,
    )
