"""Plain Flask-AppBuilder: three model views, a chart and a REST API, as its documentation says."""

import os

from flask import Flask
from flask_appbuilder import AppBuilder, Model
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.charts.views import GroupByChartView
from flask_appbuilder.models.group import aggregate_count
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.utils.legacy import get_sqla_class
from flask_appbuilder.views import ModelView
from flask_wtf.csrf import CSRFProtect
from tables import FORM, LIST, PAGE_SIZE, define

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"],
    AUTH_TYPE=1,
    WTF_CSRF_ENABLED=True,
)
CSRFProtect(app)
db = get_sqla_class()(app)
models = define(Model)
appbuilder = AppBuilder()


class ContactView(ModelView):
    datamodel = SQLAInterface(models.Contact)
    list_columns = LIST
    add_columns = edit_columns = show_columns = FORM
    search_columns = ["full_name", "email", "status", "company", "created_at"]
    base_order = ("id", "asc")
    page_size = PAGE_SIZE


class CompanyView(ModelView):
    datamodel = SQLAInterface(models.Company)
    list_columns = add_columns = edit_columns = ["name", "country"]
    page_size = PAGE_SIZE


class TaskView(ModelView):
    datamodel = SQLAInterface(models.Task)
    list_columns = add_columns = edit_columns = ["title", "contact"]
    page_size = PAGE_SIZE


class ContactChart(GroupByChartView):
    datamodel = SQLAInterface(models.Contact)
    chart_title = "Contacts by status"
    definitions = [
        {"label": "Status", "group": "status", "series": [(aggregate_count, "status")]},
    ]


class ContactApi(ModelRestApi):
    resource_name = "contact"
    datamodel = SQLAInterface(models.Contact)
    list_columns = ["id", *LIST[:3], "company.name", *LIST[4:7], "tags.name"]
    base_order = ("id", "asc")
    page_size = PAGE_SIZE


with app.app_context():
    appbuilder.init_app(app, db.session)
    appbuilder.add_view(ContactView, "Contacts", category="CRM")
    appbuilder.add_view(CompanyView, "Companies", category="CRM")
    appbuilder.add_view(TaskView, "Tasks", category="CRM")
    appbuilder.add_view(ContactChart, "By status", category="CRM")
    appbuilder.add_api(ContactApi)
    if "BENCH_PASSWORD" in os.environ and not appbuilder.sm.find_user("admin"):
        role = appbuilder.sm.find_role("Admin")
        password = os.environ["BENCH_PASSWORD"]
        appbuilder.sm.add_user("admin", "Ada", "Admin", "a@bench.example", role, password)
