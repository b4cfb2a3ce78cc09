"""The screens of the contacts, declared as a newcomer would."""

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.core.charts import Chart
from app.core.views import ModelView
from bench.crm.models import Company, Contact, Label, Task


class ContactView(ModelView):
    datamodel = SQLAInterface(Contact)
    list_columns = [
        "full_name",
        "email",
        "phone",
        "company",
        "status",
        "created_at",
        "amount",
        "tags",
    ]
    search_columns = ["full_name"]
    base_order = ("id", "asc")
    charts = [Chart("Contacts by status", group="status")]


class CompanyView(ModelView):
    datamodel = SQLAInterface(Company)


class LabelView(ModelView):
    datamodel = SQLAInterface(Label)


class TaskView(ModelView):
    datamodel = SQLAInterface(Task)
