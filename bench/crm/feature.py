"""What the platform is told about the contacts."""

from app.core.feature import Feature
from bench.crm.views import CompanyView, ContactView, LabelView, TaskView

FEATURE = Feature(
    name="crm",
    label="Contacts",
    icon="users",
    views=(ContactView, CompanyView, LabelView, TaskView),
)
