"""Forms made from fields. The same form reads a page's fields and an API client's JSON."""

from app.core.forms.form import RecordForm, form_for

__all__ = ["RecordForm", "form_for"]
