"""`/confirm/`: proving again that it is oneself, before or after being asked for it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _

from app.core.home import require_user
from app.core.redirects import safe_next
from app.security.sessions.confirmation import WAY, confirm_page


class ConfirmView(BaseView):
    """The page that asks; `read_confirmation` has checked the answer before it is called."""

    route_base = ""
    default_view = "show"

    @expose("/confirm/", methods=["GET", "POST"])
    def show(self) -> Any:
        """Ask, and go on to where one wanted to go."""
        require_user()
        next_url = safe_next(request.args.get("next"), self.appbuilder.get_url_for_index)
        if request.method == "GET":
            return confirm_page(next_url)
        if WAY not in request.form:
            return confirm_page(next_url, problem=_("Choose a way to confirm that it is you.")), 422
        return redirect(next_url, 303)
