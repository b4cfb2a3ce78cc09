"""The pages that belong to no model: the dashboard and the description of the REST API."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, redirect, request, url_for
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.manager import OpenApi as FabOpenApi
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user

from app.core.errors import NotFound, Unauthorized

START = "bureau_start"
"""The extension with the endpoint of the first public start page that a feature has."""


class HomeView(BaseView):
    """Where a user starts."""

    route_base = ""
    default_view = "home"

    @expose("/")
    def index(self) -> Any:
        """Lead to where this site starts: a public page where there is one, else the dashboard."""
        start = current_app.config.get("BUREAU_START") or current_app.extensions.get(START)
        if start and start.startswith("/"):
            return redirect(f"{request.script_root}{start}")
        return redirect(url_for(start or f"{self.endpoint}.home"))

    @expose("/home/")
    def home(self) -> Any:
        """The dashboard: all that the user may open."""
        require_user()
        groups = self.appbuilder.menu_groups()
        return self.render_template("core/home.html", groups=groups)


class OpenApi(FabOpenApi):
    """The OpenAPI document; whoever is signed in may read it, whatever they may call."""

    # FAB names the permission of its own class, which we do not check.
    base_permissions: list[str] = []

    @expose("/<version>/_openapi", methods=["GET"])
    def get(self, version: str) -> Any:
        """All resources of one version."""
        require_user()
        spec = self._create_api_spec(version)
        cookie = current_app.config["SESSION_COOKIE_NAME"]
        scheme = {"type": "apiKey", "in": "cookie", "name": cookie}
        # A change that the cookie authorises needs the header X-CSRFToken as well.
        spec.components.security_scheme("cookie", scheme)
        apis = [
            view
            for view in current_app.appbuilder.baseviews  # type: ignore[attr-defined]
            if isinstance(view, BaseApi) and view.version == version and view is not self
        ]
        if not apis:
            raise NotFound
        for api in apis:
            api.add_api_spec(spec)
        return jsonify(spec.to_dict())


class SwaggerView(BaseView):
    """The same document to look at and to try out."""

    route_base = "/swagger"
    default_view = "show"

    @expose("/<version>")
    def show(self, version: str) -> Any:
        """The page; it loads the document by itself."""
        require_user()
        uri = f"{request.script_root}/api/{version}/_openapi"
        return self.render_template("appbuilder/swagger/swagger.html", openapi_uri=uri)


def require_user() -> None:
    """Raise `Unauthorized` for a visitor."""
    if not current_user.is_authenticated:
        raise Unauthorized
