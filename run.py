"""The application that `flask --app run` and the server load."""

from app import create_app

app = create_app()
