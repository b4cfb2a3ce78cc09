"""The screens of administration: users, roles, groups, permissions."""

from app.security.admin.groups import GroupView
from app.security.admin.permissions import PermissionView
from app.security.admin.registrations import RegistrationView
from app.security.admin.roles import RoleView
from app.security.admin.sessions import SessionView
from app.security.admin.users import UserView

__all__ = [
    "GroupView",
    "PermissionView",
    "RegistrationView",
    "RoleView",
    "SessionView",
    "UserView",
]
