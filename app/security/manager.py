"""FAB's security manager, asking our sets of rights and registering our views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g, session
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from flask_limiter import Limiter
from flask_login import LoginManager, current_user

from app.core.errors import Unauthorized
from app.core.feature import add_model_view
from app.core.preferences import forget_preferences
from app.extensions import limiter
from app.security.accounts import (
    Account,
    ScreenRights,
    current_account,
    find_user,
    has_only_public_rights,
    has_right,
    load_account_of_browser,
    load_account_of_client,
    remember_account,
)
from app.security.admin import (
    GroupView,
    PermissionView,
    RegistrationView,
    RoleView,
    SessionView,
    UserView,
)
from app.security.attempts import authenticate
from app.security.factors.admin import RolePolicyView
from app.security.factors.login import FactorView
from app.security.factors.profile import FactorsView
from app.security.keys.admin import KeyView
from app.security.keys.checking import load_account_of_key
from app.security.keys.secret import looks_like_key
from app.security.keys.views import OwnKeysView
from app.security.links.views import AskView, LinkView
from app.security.providers.arrival import is_vouched_for
from app.security.providers.registry import providers
from app.security.providers.views import IdentitiesView, ProviderView
from app.security.rights.sync import sync_permissions
from app.security.sessions.acting import check_acting
from app.security.sessions.acting_views import ActingView
from app.security.sessions.confirm_views import ConfirmView
from app.security.sessions.confirmation import read_confirmation
from app.security.sessions.store import browser_digest, note_use
from app.security.sessions.views import OwnSessionsView
from app.security.tokens import bearer as tokens
from app.security.tokens.api import SecurityApi
from app.security.tokens.limits import count_call
from app.security.views import AuthView, ProfileView
from app.security.why.views import WhyView

ADMINISTRATION = "administration"

ACCOUNT_PAGES = (
    (_("Profile"), "user", f"{ProfileView.__name__}.{ProfileView.default_view}"),
    (_("Change the password"), "key", f"{ProfileView.__name__}.password"),
    (_("Second factors"), "shield", f"{FactorsView.__name__}.{FactorsView.default_view}"),
    (_("My sessions"), "screen", f"{OwnSessionsView.__name__}.{OwnSessionsView.default_view}"),
    (_("API keys"), "code", f"{OwnKeysView.__name__}.{OwnKeysView.default_view}"),
    (_("Other log-ins"), "link", f"{IdentitiesView.__name__}.{IdentitiesView.default_view}"),
)
"""Label, icon and endpoint of the pages about one's own account; the last where there are any."""


class OurLoginManager(LoginManager):
    """Flask-Login, which asks the session who it is and nothing else: no cookie, no fingerprint."""

    def _load_user(self) -> None:
        key = session.get("_user_id")
        # Meanwhile nobody is signed in: what goes wrong is said in some language.
        self._update_request_context_with_user(None)
        if key is not None:
            self._update_request_context_with_user(self._user_callback(key))
            forget_preferences()


class SecurityManager(FabSecurityManager):
    """Keeps FAB's models, commands and log-in back ends; answers from one set for each user."""

    userstatschartview = None

    # Rights

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether whoever makes this request holds the permission on the subject."""
        return has_right(permission_name, view_name)

    def screen_rights(self) -> ScreenRights:
        """What opens a screen to whoever makes this request, to be asked many times."""
        return ScreenRights()

    def has_only_public_rights(self, view_name: str) -> bool:
        """Whether whoever makes this request may do with a subject just what everybody may."""
        return has_only_public_rights(view_name)

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
        manager = OurLoginManager()
        manager.user_loader(self.load_user)
        # Its own way to bind itself also looks after a cookie of its own, with every response.
        app.login_manager = manager  # type: ignore[attr-defined]
        app.add_template_global(current_user, "current_user")
        return manager

    def create_limiter(self, app: Flask) -> Limiter:
        """Bind the one limiter that views can use; log-in counts its attempts by itself."""
        limiter.init_app(app._get_current_object())  # type: ignore[attr-defined]
        return limiter

    def load_user(self, pk: Any) -> User | None:
        """The user of the browser's session, as long as it counts."""
        # A caller who sends a token means the token, also where a cookie comes along.
        if tokens.has_token():
            return None
        digest = browser_digest()
        account = load_account_of_browser(digest) if digest is not None else None
        # Flask-Login's own note of who it is must agree, or the cookie was put together.
        if account is None or str(account.real_user.id) != str(pk):
            return None
        if not is_vouched_for(account.session):
            return None
        return self._welcome(account)

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> User | None:
        """The user of a token, under the same conditions."""
        account = load_account_of_client(tokens.session_key_of(jwt_data))
        if account is None or str(account.user_id) != str(jwt_data["sub"]):
            return None
        return self._welcome(account)

    def _welcome(self, account: Account) -> User:
        remember_account(account)
        if account.session is not None:
            note_use(account.session)
        return account.user

    def before_request(self) -> Any:
        """Make the user known, refuse a bad token or key, and count calls of the API.

        Then look after those who act as somebody else, and at a proof that comes with a form.
        """
        g.user = current_user
        if tokens.has_token():
            # While the token is read nobody is signed in, whatever the cookie says.
            g._login_user = self.lm.anonymous_user()
            try:
                g._login_user = self._user_of_token(tokens.sent_token())
            except Unauthorized:
                # Whoever tries tokens out is counted by their address.
                count_call()
                raise
        count_call()
        check_acting()
        return read_confirmation()

    def _user_of_token(self, sent: str) -> User:
        if looks_like_key(sent):
            return self._welcome(load_account_of_key(sent))
        user = self.load_user_jwt({}, tokens.read_claims())
        if user is None:
            raise tokens.invalid_token()
        return user

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
        """What a user's own menu leads to: label, icon, endpoint."""
        account = current_account()
        if account is None or account.is_impersonated:
            return ()
        return ACCOUNT_PAGES if list(providers()) else ACCOUNT_PAGES[:-1]

    def register_views(self) -> None:
        """Register our views; none of FAB's."""
        self.auth_view = self.appbuilder.add_view_no_menu(AuthView)
        for view in (ProfileView, AskView, LinkView, OwnSessionsView, ConfirmView, ActingView):
            self.appbuilder.add_view_no_menu(view)
        for view in (FactorView, FactorsView, RolePolicyView):
            self.appbuilder.add_view_no_menu(view)
        for view in (ProviderView, IdentitiesView, OwnKeysView):
            self.appbuilder.add_view_no_menu(view)
        self.appbuilder.add_api(SecurityApi)
        for model_view in (
            UserView,
            RegistrationView,
            RoleView,
            GroupView,
            PermissionView,
            SessionView,
            KeyView,
        ):
            add_model_view(model_view, ADMINISTRATION, _("Administration"), "shield")
        self.appbuilder.add_view(
            WhyView(), WhyView.__name__, label=_("Why?"), icon="info", category=ADMINISTRATION
        )
        self.user_view = self.appbuilder.menu.find(UserView.__name__).baseview
