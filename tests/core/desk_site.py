"""The whole application with the help desk as one feature more."""

from __future__ import annotations

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.charts import Chart, month, total
from app.core.feature import add_model_view
from app.core.query.rules import hidden, rows
from app.core.views import ModelView
from app.extensions import db
from scripts.commands import command
from tests.core.desk import DeskBase, Person, Ticket


class TicketView(ModelView):
    datamodel = SQLAInterface(Ticket)
    list_columns = ["title", "status", "person", "shout"]
    charts = [
        Chart("By status", group="status"),
        Chart("By month", group=month("opened_on"), series="channel", kind="line"),
        Chart("Revenue", group="country", measure=total("amount"), kind="hbar"),
        Chart("Hours", group="hours", kind="pie"),
    ]
    row_rules = [rows(lambda _user: Ticket.title != "not yours")]
    field_rules = [hidden("hours", unless="see_hours")]
    exclude_columns = ["ratio"]
    calendar_column = "opened_on"
    calendar_state = "status"


class PersonView(ModelView):
    datamodel = SQLAInterface(Person)


def make_site(make_app, database):
    """The application on a database of its own; its administrator holds all but `see_hours`."""
    site = make_app(database)
    with site.app_context():
        for view in (TicketView, PersonView):
            add_model_view(view, "desk", "Desk", "list")
        DeskBase.metadata.create_all(db.engine)
        command(site, "fab", "create-permissions")
        db.session.remove()
    return site


def browser_of(site, login, name: str):
    """A client in which one of the cast is signed in."""
    client = site.test_client()
    with site.app_context():
        user = db.session.scalars(select(User).where(User.username == f"cast-{name}")).one()
        login(client, user)
        db.session.remove()
    return client


def store(site, *new_rows) -> None:
    """Replace what the help desk has."""
    with site.app_context():
        for table in reversed(DeskBase.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.add_all(new_rows)
        db.session.commit()
        db.session.remove()


def allow(site, name: str, *rights: str) -> None:
    """Give one of the cast a role with just these rights, as `read Ticket`."""
    with site.app_context():
        security = site.appbuilder.sm
        role = security.find_role(f"only-{name}") or security.add_role(f"only-{name}")
        role.permissions = [
            security.find_permission_view_menu(f"can_{verb}", subject)
            for verb, subject in (right.split() for right in rights)
        ]
        user = db.session.scalars(select(User).where(User.username == f"cast-{name}")).one()
        user.roles = [role]
        db.session.commit()
        db.session.remove()
