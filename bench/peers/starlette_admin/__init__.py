"""Starlette-Admin."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from bench import facts
from bench.client import FORM as AS_FORM, Request, Visitor
from bench.contestant import Contestant, Site
from bench.forms import Fields, changed, read_form
from bench.operations import Operation

LIST = "/admin/contact/list"
FORM = "/admin/contact/edit?pk={record}"
CREATE = "/admin/contact/create"


class StarletteAdmin(Contestant):
    name = "starlette_admin"
    title = "Starlette-Admin 1.0"
    server = "uvicorn"
    driver = "postgresql+asyncpg"
    login_page = "/admin/login"
    pages = {
        "list": LIST,
        "deep": LIST + "?page={page}",
        "filter": LIST + "?filter=status__eq%3D{status}&sort=created_at__desc",
        "search": LIST + "?q={needle}",
        "show": "/admin/contact/detail?pk={record}",
        "edit_form": FORM,
        "edit": FORM,
        "create": CREATE,
        "big_form": "/admin/task/edit?pk={task}",
        "export": "/admin/_api/contact/action?name=export&all=1",
        "anonymous": LIST,
    }

    def operation(self, name: str, visitor: Visitor, site: Site) -> Operation | None:
        if name == "export":
            # The token of its forms is that of any form.
            self._form = read_form(visitor.get(CREATE).text, "full_name")
        return super().operation(name, visitor, site)

    def request(self, name: str, request: Request) -> Request:
        if name != "export":
            return request
        token = [(field, value) for field, value in self._form if "csrf" in field]
        form = changed(token, scope="all", format="csv", filename="contacts")
        body = urlencode(form).encode()
        return Request(request.path, "POST", {**request.headers, **AS_FORM}, body)

    def parts(self, name: str, visitor: Visitor, site: Site) -> Sequence[Request]:
        if name == "edit_form":
            company, tags = site.facts.relations(facts.RECORD)
            return [_lookup(visitor, "company", company), _lookup(visitor, "tag", *tags)]
        if name == "big_form":
            return [_lookup(visitor, "contact", str(site.facts.contact_of_task()))]
        return ()

    def opened(self, form: Fields, record: int, site: Site) -> Fields:
        company, tags = site.facts.relations(record)
        return changed(form, company=company, tags=tags)


def _lookup(visitor: Visitor, model: str, *keys: str) -> Request:
    """The request by which a form learns what its chosen rows are called."""
    query = "&".join(f"pks={key}" for key in keys)
    return visitor.page(f"/admin/_api/{model}/relation-lookup?{query}")
