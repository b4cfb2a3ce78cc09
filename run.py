"""The application that `flask --app run`, `celery -A run:celery` and the server load."""

from app import create_app
from app.core.garbage import collection_paused

with collection_paused(keep=True):
    app = create_app()
celery = app.extensions.get("celery")
