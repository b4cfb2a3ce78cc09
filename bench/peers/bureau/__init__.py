"""Bureau itself, with its settings of production."""

from __future__ import annotations

import html
import re
import secrets
from pathlib import Path
from urllib.parse import urljoin

from bench.client import Visitor
from bench.contestant import ROOT, Contestant, Site, expected
from bench.forms import Fields, changed, read_form
from bench.operations import CONNECTIONS, SAVED, Operation, WrongAnswer
from bench.peers.fab import token
from bench.plain.tables import LIST as COLUMNS

LIST = "/crm/contacts/list/"
FORM = "/crm/contacts/edit/{record}"
CHART = "/crm/contacts/chart/"
NEXT = re.compile(r'id="page-next"[^>]*href="([^"]+)"')
OTHER = 4100
"""A record that is saved so that charts are made anew."""


class Bureau(Contestant):
    name = "bureau"
    title = "Bureau"
    prefix = "crm_"
    driver = "postgresql"
    has_environment = False
    pages = {
        "list": LIST,
        "deep": LIST + "?page={page}",
        "next": LIST + "?page={page}",
        "filter": LIST + "?filter=status:any:{status}&sort=-created_at",
        "search": LIST + "?q={needle}",
        "show": "/crm/contacts/show/{record}",
        "edit_form": FORM,
        "edit": FORM,
        "create": "/crm/contacts/add",
        "big_form": "/crm/tasks/edit/{task}",
        "rest": "/api/v1/contacts/?page_size=25",
        "chart": CHART,
        "chart_cached": CHART,
        "export": f"/crm/contacts/export/csv?columns={','.join(COLUMNS)}",
        "anonymous": LIST,
    }

    @property
    def folder(self) -> Path:
        return ROOT

    def environ(self, site: Site) -> dict[str, str]:
        return super().environ(site) | {
            "BUREAU_ENV": "production",
            "BUREAU_INSTANCE": str(site.folder),
            "BUREAU_TRUSTED_HOSTS": "127.0.0.1",
            "BUREAU_PROCESSES": "1",
            "BUREAU_THREADS": str(CONNECTIONS),
            # As the documentation says where somebody else counts the calls.
            "BUREAU_API_RATE": "1000000000 per minute",
            "PORT": str(site.port),
        }

    def command(self, site: Site) -> list[str]:
        return [str(site.programs / "python"), "-m", "bench.crm.serve"]

    def prepare(self, site: Site) -> None:
        self.run(site, "-m", "bench.crm.site", str(site.facts.contacts))

    def headers(self, name: str, visitor: Visitor) -> dict[str, str]:
        return token(visitor) if name == "rest" else super().headers(name, visitor)

    def find(self, name: str, visitor: Visitor, site: Site) -> str:
        path = super().find(name, visitor, site)
        if name != "next":
            return path
        link = NEXT.search(visitor.get(path).text)
        if link is None:
            raise WrongAnswer("the page in the middle leads to no next page")
        return urljoin(path, html.unescape(link[1]))

    def operation(self, name: str, visitor: Visitor, site: Site) -> Operation | None:
        made = super().operation(name, visitor, site)
        if made is not None and name == "chart":
            path = FORM.format(record=OTHER)
            form = read_form(visitor.get(path).text, "full_name")

            def save() -> None:
                """Make what is cached of the contacts old."""
                nonlocal form
                form = changed(
                    form, status="lead" if dict(form)["status"] == "active" else "active"
                )
                SAVED.check(visitor.post(path, form))
                form = self.renewed(form)
                made.page = expected(name, site.facts)

            made.before = save
        return made

    def new_contact(self, form: Fields) -> Fields:
        # When a row was made is not for anybody to say.
        return changed(super().new_contact(form), created_at=[])

    def renewed(self, form: Fields) -> Fields:
        names = dict(form)
        if "_version" in names:
            return changed(form, _version=str(int(names["_version"]) + 1))
        return changed(form, _once=secrets.token_urlsafe(18))


class BureauOnSqlite(Bureau):
    name = "bureau_sqlite"
    title = "Bureau on SQLite"
    driver = "sqlite"
