import io

from babel.messages.extract import extract

from app.core.extraction import extract_models

SOURCE = b"""
import enum
from app import db
from flask_babel import lazy_gettext as _

class Status(enum.StrEnum):
    IN_REVIEW = "in_review"
    DONE = "done"
    _ignore_ = []

class Plain:
    colour: str = "red"

class Stamped:
    __abstract__ = True
    created_at: Mapped[datetime] = mapped_column()

    @declared_attr
    def created_by(cls): ...

    @declared_attr.directive
    def settings(cls): ...

class TodoList(Model):
    __tablename__ = "todo_list"
    title: Mapped[str]
    owner: "Mapped[User]" = orm.relationship()
    legacy = db.Column(db.String)
    help_text = _("Write something")
    _hidden: Mapped[int]
    limit: int = 3

    @property
    def is_late(self): ...

    @hybrid_property
    def full_title(self): ...

    @property
    def _secret(self): ...

    def close(self): ...
"""


def messages_of(source: bytes) -> dict[str, int]:
    found = extract(extract_models, io.BytesIO(source))
    return {message: line for line, message, *_rest in found}


def test_finds_every_derived_label():
    found = messages_of(SOURCE)

    assert found.keys() == {
        "In review",
        "Done",
        "Created at",
        "Created by",
        "Todo list",
        "Todo lists",
        "Title",
        "Owner",
        "Legacy",
        "Is late",
        "Full title",
        "Write something",
    }


def test_names_the_line():
    found = messages_of(SOURCE)

    assert found["In review"] == 7


def test_a_file_without_models_has_only_its_marked_texts():
    assert messages_of(b"x: int = 1\ny = _('Hello')\n") == {"Hello": 2}
