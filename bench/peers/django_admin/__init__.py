"""Django's admin."""

from __future__ import annotations

from bench import facts
from bench.contestant import Contestant, Site
from bench.crm.data import PASSWORD, USER
from bench.forms import Fields, changed

LIST = "/admin/contacts/contact/"
FORM = LIST + "{record}/change/"


class Django(Contestant):
    name = "django_admin"
    title = "Django 5.2 admin"
    driver = "postgresql"
    login_page = "/admin/login/"
    # What it has instead of a record page is its edit form.
    pages = {
        "list": LIST,
        "deep": LIST + "?p={page}",
        "filter": LIST + "?status__exact={status}&o=-6",
        "search": LIST + "?q={needle}",
        "edit_form": FORM,
        "edit": FORM,
        "create": LIST + "add/",
        "big_form": "/admin/contacts/task/{task}/change/",
        "anonymous": LIST,
    }

    def environ(self, site: Site) -> dict[str, str]:
        return super().environ(site) | {"BENCH_STATIC": str(site.folder / "static")}

    def prepare(self, site: Site) -> None:
        self.run(site, "admin_site.py", "migrate")
        self.run(site, "admin_site.py", "collectstatic", "--noinput")
        if not site.facts.ask("SELECT id FROM auth_user WHERE username = :name", name=USER):
            self.run(
                site,
                *f"admin_site.py createsuperuser --noinput --username {USER}".split(),
                *("--email", "a@bench.example"),
                DJANGO_SUPERUSER_PASSWORD=PASSWORD,
            )

    def new_contact(self, form: Fields) -> Fields:
        day, moment = facts.NEW_CONTACT["created_at"].split()
        form = changed(super().new_contact(form), created_at=[])
        return changed(form, created_at_0=day, created_at_1=moment)
