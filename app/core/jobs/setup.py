"""Makes jobs known to the application: their screens, and Celery where there is a broker."""

from __future__ import annotations

import importlib

from flask import Flask
from flask_babel import lazy_gettext as _

from app.core.feature import add_model_view
from app.core.jobs.views import JobScheduleView, JobView
from app.core.menu import LAST_GROUP


def init_jobs(app: Flask) -> None:
    """Add the screens to the last group of the menu, and bind Celery; start nothing."""
    with app.app_context():
        for view in (JobView, JobScheduleView):
            add_model_view(view, LAST_GROUP, _("Administration"), "shield")
    if app.config.get("CELERY_BROKER_URL"):
        # Importing Celery takes half a second, which a site without a broker has no use for.
        module = importlib.import_module("app.core.jobs.celery")
        app.extensions["celery"] = module.make_celery(app)


def stop_jobs(app: Flask) -> None:
    """Let the messages that wait be sent before the process ends."""
    messenger = app.extensions.get("bureau_messenger")
    if messenger is not None:
        messenger.stop()
