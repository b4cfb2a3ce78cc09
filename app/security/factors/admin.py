"""What administrators decide: which roles ask for a factor, and whose factors are taken away."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext as _

from app.core.errors import Conflict, Forbidden
from app.core.home import require_user
from app.core.query.gate import gate_of
from app.core.views import ModelView, guard
from app.extensions import db
from app.security.accounts import rights_to_give
from app.security.audit import record_event
from app.security.factors.changes import reset_factors
from app.security.factors.policy import (
    Factors,
    count_without_factor,
    factors_of,
    requires_factor,
    set_requires_factor,
)
from app.security.rights.granting import lacking_for, require_reach
from app.security.rights.holders import pairs_of_roles
from app.security.sessions.proof import require_confirmation


class RolePolicyView(BaseView):
    """`/administration/roles/policy/<pk>`: whether a role asks for a second factor."""

    route_base = "/administration/roles"

    @expose("/policy/<pk>", methods=["GET", "POST"])
    def policy(self, pk: str) -> Any:
        """Ask, and keep the answer; whoever has no factor sets one up at the next request."""
        require_user()
        gate = gate_of(Role)
        gate.require("edit")
        role = gate.get(pk, "edit")
        back_url = url_for("RoleView.show", pk=pk)
        if request.method == "POST":
            _require_all_of(role)
            require_confirmation()
            is_required = bool(request.form.get("requires_factor"))
            set_requires_factor(role, is_required=is_required)
            record_event("role-policy", target=role, requires_factor=is_required)
            db.session.commit()
            flash(_("The role was saved."), "success")
            return redirect(back_url, 303)
        return self.render_template(
            "security/role_policy.html",
            role=role,
            is_required=requires_factor(role.id),
            lacking=count_without_factor(role.id),
            back_url=back_url,
        )


class FactorPages(ModelView):
    """What the page of a user says of their factors."""

    def factors_of(self, user: User) -> Factors:
        """What the user has."""
        return factors_of(user.id)

    def may_reset_factors(self, user: User) -> bool:
        """Whether to offer it: the user holds no right that whoever asks does not."""
        return self.gate.can("reset_factors") and not lacking_for([user.id])

    @expose("/reset-factors/<pk>", methods=["POST"])
    @guard("reset_factors")
    def reset_factors(self, pk: str) -> Any:
        """Take all second factors away from a user, who has lost them."""
        user = self.gate.get(pk, "reset_factors")
        require_reach(user.id)
        require_confirmation()
        if not factors_of(user.id).has_any:
            raise Conflict(_("This user has no second factor."))
        reset_factors(user)
        db.session.commit()
        flash(_("The second factors were removed, and all sessions of the user ended."), "success")
        return redirect(self.url("show", pk), 303)


def _require_all_of(role: Role) -> None:
    """Whoever does not hold all that a role gives does not decide how it is protected."""
    if pairs_of_roles(db.session.connection(), [role.id]) - rights_to_give():
        raise Forbidden(_("This role holds rights that you do not hold yourself."))
