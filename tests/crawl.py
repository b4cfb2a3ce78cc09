"""Walks through an application as somebody who can open everything."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User

from app.core.views import ModelView
from app.extensions import db
from app.security.sessions.store import session_of
from tests.core.zoo import find_row


def sign_in(app: Flask, name: str) -> FlaskClient:
    """The browser of one of the cast."""
    client = app.test_client()
    with app.app_context():
        held = session_of(find_row(User, username=f"cast-{name}"))
        db.session.remove()
    with client.session_transaction() as session:
        session.update(held)
    return client


def model_views(app: Flask) -> list[ModelView]:
    """All views of models."""
    return [view for view in app.appbuilder.baseviews if isinstance(view, ModelView)]


def first_key(client: FlaskClient, view: ModelView) -> str | None:
    """The key of a row that whoever asks may see."""
    answer = client.get(f"/api/v1/{view.plural}/?page_size=1")
    keys = answer.json["ids"] if answer.status_code == 200 else []
    return keys[0] if keys else None
