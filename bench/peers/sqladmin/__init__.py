"""SQLAdmin."""

from __future__ import annotations

from bench.contestant import Contestant, Site
from bench.forms import Fields, changed

LIST = "/admin/contact/list"
FORM = "/admin/contact/edit/{record}"


class SqlAdmin(Contestant):
    name = "sqladmin"
    title = "SQLAdmin"
    server = "uvicorn"
    driver = "postgresql+asyncpg"
    login_page = "/admin/login"
    pages = {
        "list": LIST,
        "deep": LIST + "?page={page}",
        "filter": LIST + "?status={status}&sortBy=created_at&sort=desc",
        "search": LIST + "?search={needle}",
        "show": "/admin/contact/details/{record}",
        "edit_form": FORM,
        "edit": FORM,
        "create": "/admin/contact/create",
        "big_form": "/admin/task/edit/{task}",
        "export": "/admin/contact/export/csv",
        "anonymous": LIST,
    }

    def new_contact(self, form: Fields) -> Fields:
        return changed(super().new_contact(form), save="Save")

    def opened(self, form: Fields, record: int, site: Site) -> Fields:
        del record, site
        return changed(form, save="Save")
