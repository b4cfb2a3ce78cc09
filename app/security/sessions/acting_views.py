"""Ending what narrows a session; it needs no right, so it works whatever is left of them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _

from app.core.errors import BadParameter
from app.core.home import require_user
from app.security.sessions.acting import stop_acting, stop_seeing_as

STOPS = {"user": stop_acting, "role": stop_seeing_as}


class ActingView(BaseView):
    """`POST /acting/stop/`."""

    route_base = "/acting"
    default_view = "stop"

    @expose("/stop/", methods=["POST"])
    def stop(self) -> Any:
        """Be oneself again, or hold all of one's own rights again."""
        require_user()
        stop = STOPS.get(request.form.get("what", ""))
        if stop is None:
            raise BadParameter
        stop()
        flash(_("You are yourself again, with all your own rights."), "success")
        # The page one is on may be none that one can see as oneself.
        return redirect(self.appbuilder.get_url_for_index, 303)
