"""FAB's security manager, asking our sets of rights and registering our views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from flask_limiter import Limiter
from flask_login import LoginManager, current_user

from app.core.feature import add_model_view
from app.extensions import limiter
from app.security import tokens
from app.security.accounts import current_rights, find_user, load_account, remember_account
from app.security.admin import GroupView, PermissionView, RoleView, UserView
from app.security.api import SecurityApi
from app.security.attempts import authenticate
from app.security.sessions import is_current
from app.security.sync import sync_permissions
from app.security.views import AuthView, ProfileView

ADMINISTRATION = "administration"


class SecurityManager(FabSecurityManager):
    """Keeps FAB's models, commands and log-in back ends; answers from one set for each user."""

    userstatschartview = None

    # Rights

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether whoever makes this request holds the permission on the subject."""
        return (permission_name, view_name) in current_rights()

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Whether everybody holds the permission, signed in or not."""
        return not current_user.is_authenticated and self.has_access(permission_name, view_name)

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """FAB's permissions on menu entries: there are none, an entry follows its page."""
        return set()

    def sync_permissions(self) -> None:
        """Store what the registered views declare, and nothing when nothing is missing."""
        sync_permissions(self.appbuilder)

    # Who makes the request

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Let sessions and tokens say who it is; nobody is redirected by Flask-Login."""
        manager = LoginManager(app)
        # It would write the session on a GET whenever an address changes.
        manager.session_protection = None
        manager.user_loader(self.load_user)
        return manager

    def create_limiter(self, app: Flask) -> Limiter:
        """Bind the one limiter that views can use; log-in counts its attempts by itself."""
        limiter.init_app(app)
        return limiter

    def load_user(self, pk: Any) -> User | None:
        """The user of the session, unless they were disabled or changed their password."""
        # A caller who sends a token means the token, also where a cookie comes along.
        if tokens.has_token():
            return None
        account = load_account(int(pk))
        if account is None or not is_current(account.user):
            return None
        remember_account(account)
        return account.user

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> User | None:
        """The user of a token, under the same conditions."""
        account = load_account(int(jwt_data["sub"]))
        if account is None or not tokens.is_current(jwt_data, account.user):
            return None
        remember_account(account)
        return account.user

    def before_request(self) -> None:
        """Make the user known, and refuse a bad token before anything is done with it."""
        g.user = current_user
        if tokens.has_token():
            # While the token is read nobody is signed in, whatever the cookie says.
            g._login_user = self.lm.anonymous_user()
            user = self.load_user_jwt({}, tokens.read_claims())
            if user is None:
                raise tokens.invalid_token()
            g._login_user = user

    # Accounts

    def auth_user_db(self, username: str, password: str) -> User | None:
        """The user with this name and password."""
        return authenticate(username, password)

    def find_user(self, username: str | None = None, email: str | None = None) -> User | None:
        """The user with this name or address."""
        return find_user(username or email or "")

    # Set-up

    def create_db(self) -> None:
        """Do nothing: migrations make the tables, and `fab create-permissions` the roles."""

    def account_pages(self) -> Iterable[tuple[Any, str, str]]:
        """What a user's own menu leads to: label, icon, address."""
        return [
            (_("Profile"), "user", ProfileView.get_default_url()),
            (_("Change the password"), "key", ProfileView.password_url()),
        ]

    def register_views(self) -> None:
        """Register our views; none of FAB's."""
        self.auth_view = self.appbuilder.add_view_no_menu(AuthView)
        self.appbuilder.add_view_no_menu(ProfileView)
        self.appbuilder.add_api(SecurityApi)
        for view in (UserView, RoleView, GroupView, PermissionView):
            add_model_view(view, ADMINISTRATION, _("Administration"), "shield")
        self.user_view = self.appbuilder.menu.find(UserView.__name__).baseview
