"""Plain Flask-AppBuilder."""

from __future__ import annotations

import json

from bench.client import Request, Visitor
from bench.contestant import Contestant, Site
from bench.crm.data import PASSWORD, USER
from bench.forms import Fields, changed

LIST = "/contactview/list/"
FORM = "/contactview/edit/{record}"


class Fab(Contestant):
    name = "fab"
    title = "FAB 5.3"
    pages = {
        "list": LIST,
        "deep": LIST + "?page_ContactView={page_from_zero}",
        "filter": LIST + "?_flt_3_status={status}&_oc_ContactView=created_at&_od_ContactView=desc",
        "search": LIST + "?_flt_2_full_name={needle}",
        "show": "/contactview/show/{record}",
        "edit_form": FORM,
        "edit": FORM,
        "create": "/contactview/add",
        "big_form": "/taskview/edit/{task}",
        "rest": "/api/v1/contact/?q=(page:0,page_size:25)",
        "chart": "/contactchart/chart/",
        "anonymous": LIST,
    }

    def prepare(self, site: Site) -> None:
        self.run(site, "-c", "import admin_site", BENCH_PASSWORD=PASSWORD)

    def headers(self, name: str, visitor: Visitor) -> dict[str, str]:
        if name != "rest":
            return super().headers(name, visitor)
        return token(visitor)

    def opened(self, form: Fields, record: int, site: Site) -> Fields:
        del record, site
        # It writes the moment with a zone, and then refuses to read one.
        return changed(form, created_at=dict(form)["created_at"].partition("+")[0])


def token(visitor: Visitor) -> dict[str, str]:
    """What a program says that has signed in at the API."""
    given = {"username": USER, "password": PASSWORD, "provider": "db"}
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    body = json.dumps(given).encode()
    stranger = Visitor(visitor.port)
    answer = stranger.send(Request("/api/v1/security/login", "POST", headers, body))
    stranger.close()
    return stranger.headers({"Authorization": f"Bearer {json.loads(answer.body)['access_token']}"})
