"""The view that a developer declares."""

from __future__ import annotations

from app.core.views.bulk_edit import BulkEditPages
from app.core.views.calendar import CalendarPages
from app.core.views.cells import CellPages
from app.core.views.charting import ChartPages
from app.core.views.exporting import ExportPages
from app.core.views.files import FilePages
from app.core.views.history import HistoryPages
from app.core.views.trash import TrashPages


class ModelView(
    ChartPages,
    CalendarPages,
    ExportPages,
    BulkEditPages,
    CellPages,
    TrashPages,
    HistoryPages,
    FilePages,
):
    """All screens of one model: list, calendar, record, forms, bulk, charts, exports and so on.

    ::

        class StudentView(ModelView):
            datamodel = SQLAInterface(Student)

    is enough. `Options` has every attribute that may be declared, with what it means.
    """
