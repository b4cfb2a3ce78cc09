"""What the pages of users and roles offer beside their records: acting as them, their sessions."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, ngettext

from app.core.errors import Invalid
from app.core.presence import name_of
from app.core.views import ModelView, guard
from app.extensions import db
from app.security.accounts import current_account
from app.security.forms import ReasonForm
from app.security.rights.granting import lacking_for, require_reach
from app.security.sessions.acting import MAX_TIME, begin_acting, begin_seeing_as
from app.security.sessions.listing import ShownSession, end_one, sessions_of
from app.security.sessions.proof import require_confirmation
from app.security.sessions.store import end_other_sessions


class UserPages(ModelView):
    """The sessions of a user, and acting as them."""

    def sessions_of(self, user: User) -> list[ShownSession]:
        """The sessions that the user's page shows."""
        return sessions_of(user.id)

    def may_end_sessions(self, user: User) -> bool:
        """Whether to offer it: the user holds no right that whoever asks does not."""
        return self.gate.can("end_sessions") and not lacking_for([user.id])

    def may_impersonate(self, user: User) -> bool:
        """Whether to offer it."""
        account = current_account()
        if account is None or account.session is None or account.is_impersonated:
            return False
        is_other = user.id != account.user_id and bool(user.active)
        return is_other and self.gate.can("impersonate") and not lacking_for([user.id])

    @expose("/end-sessions/<pk>", methods=["POST"])
    @guard("end_sessions")
    def end_sessions(self, pk: str) -> Any:
        """End one session of a user, or all of them but the one that asks for it."""
        user = self.gate.get(pk, "end_sessions")
        require_reach(user.id)
        chosen = request.form.get("session", type=int)
        if chosen is not None:
            end_one(user, chosen)
            count = 1
        else:
            this = current_account()
            count = end_other_sessions(user, this.session if this is not None else None)
        db.session.commit()
        flash(
            ngettext("%(num)d session has ended.", "%(num)d sessions have ended.", count), "success"
        )
        return redirect(self.url("show", pk), 303)

    @expose("/impersonate/<pk>", methods=["GET", "POST"])
    @guard("impersonate")
    def impersonate(self, pk: str) -> Any:
        """Ask for the reason, and act as the user from then on."""
        user = self.gate.get(pk, "impersonate")
        require_confirmation()
        form = ReasonForm(request.form)
        if request.method == "POST" and form.validate():
            begin_acting(user, str(form.reason.data).strip())
            return redirect(self.appbuilder.get_url_for_index, 303)
        page = self.render_template(
            "security/impersonate.html",
            view=self,
            form=form,
            name=name_of(user),
            minutes=int(MAX_TIME.total_seconds() // 60),
            back_url=self.url("show", pk),
        )
        return (page, Invalid.status) if request.method == "POST" else page


class RolePages(ModelView):
    """Seeing the site as a role sees it."""

    @expose("/see-as/<pk>", methods=["POST"])
    @guard("see_as")
    def see_as(self, pk: str) -> Any:
        """Use from then on only those of one's rights that the role has, too."""
        role = self.gate.get(pk, "see_as")
        begin_seeing_as(role)
        flash(_("You see everything as the role %(role)s now.", role=role.name), "success")
        return redirect(self.appbuilder.get_url_for_index, 303)
