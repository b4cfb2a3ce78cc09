"""Flask-Admin."""

from __future__ import annotations

from bench.contestant import Contestant

LIST = "/admin/contact/"
FORM = LIST + "edit/?id={record}"


class FlaskAdmin(Contestant):
    name = "flask_admin"
    title = "Flask-Admin 2"
    login_page = "/admin/login/"
    # The form of a log-in is left to whoever uses it.
    has_login_form = False
    pages = {
        "list": LIST,
        "deep": LIST + "?page={page_from_zero}",
        "filter": LIST + "?flt0_2={status}&sort=5&desc=1",
        "search": LIST + "?search={needle}",
        "show": LIST + "details/?id={record}",
        "edit_form": FORM,
        "edit": FORM,
        "create": LIST + "new/",
        "big_form": "/admin/task/edit/?id={task}",
        "export": LIST + "export/csv/",
        "anonymous": LIST,
    }
