"""Pictures to send, and the addresses they are sent to."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from PIL import Image

from app.content.attachments import Attachment
from app.extensions import db

JSON = {"Accept": "application/json"}


def photograph(width: int = 800, height: int = 600, kind: str = "JPEG") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 60)).save(file, kind)
    return file.getvalue()


def send(client, path: str, content: bytes | None = None, name: str = "bridge.jpg", **words):
    """Upload a picture as the script does."""
    content = photograph() if content is None else content
    data = {"file": (io.BytesIO(content), name), "alt": "A bridge", **words}
    return client.post(path, data=data, headers=JSON)


@pytest.fixture
def attached(people, post, clients):
    """A picture of the published post, as its author has uploaded it."""
    answer = send(clients["author"], f"/attachments/of/posts/{post.id}")
    assert answer.status_code == 201
    row = db.session.get(Attachment, answer.json["id"])
    return SimpleNamespace(**answer.json | {"row": row})
