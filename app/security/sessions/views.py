"""`/profile/sessions/`: where one is signed in, and signing out there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _, ngettext

from app.extensions import db
from app.security.accounts import own_account
from app.security.sessions.listing import end_one, sessions_of, this_session_id
from app.security.sessions.store import end_other_sessions, sign_out


class OwnSessionsView(BaseView):
    """One's own sessions, whatever rights one holds."""

    route_base = "/profile/sessions"
    default_view = "show"

    @expose("/")
    def show(self) -> Any:
        """All places where one is signed in, this one first."""
        return self.render_template(
            "security/sessions.html",
            sessions=sessions_of(own_account().user_id),
            end_url=lambda key: url_for(f"{self.endpoint}.end", key=key),
            end_others_url=url_for(f"{self.endpoint}.end_others"),
            back_url=url_for("ProfileView.show"),
        )

    @expose("/end/<int:key>", methods=["POST"])
    def end(self, key: int) -> Any:
        """End one session; to end this one is to log out."""
        account = own_account()
        if key == this_session_id():
            sign_out()
            return redirect(url_for("AuthView.login"), 303)
        end_one(account.user, key)
        db.session.commit()
        flash(_("The session has ended."), "success")
        return redirect(url_for(f"{self.endpoint}.show"), 303)

    @expose("/end-others", methods=["POST"])
    def end_others(self) -> Any:
        """End all sessions but this one."""
        account = own_account()
        count = end_other_sessions(account.user, account.session)
        db.session.commit()
        flash(
            ngettext("%(num)d session has ended.", "%(num)d sessions have ended.", count), "success"
        )
        return redirect(url_for(f"{self.endpoint}.show"), 303)
