"""A very small application, for tests of one part of the platform without the others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import Babel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.extensions import db


class Base(DeclarativeBase):
    """Tables of these tests alone."""


shelf_book = sa.Table(
    "shelf_book",
    Base.metadata,
    sa.Column("shelf_id", sa.ForeignKey("shelf.id"), primary_key=True),
    sa.Column("book_id", sa.ForeignKey("book.id"), primary_key=True),
)


class Book(Base):
    """Something to change."""

    __tablename__ = "book"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class Shelf(Base):
    """Something that has books without being changed itself when it gets one."""

    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list[Book]] = relationship(secondary=shelf_book)


@pytest.fixture
def make_tiny(tmp_path) -> Iterator:
    """A function that makes a small application on a new SQLite file."""
    apps: list[Flask] = []

    def make(*parts, **config) -> Flask:
        app = Flask(f"tiny{len(apps)}", root_path=str(tmp_path), static_folder=None)
        app.config.from_mapping(
            TESTING=True,
            SECRET_KEY="a secret of the tests",
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / f'tiny{len(apps)}.sqlite'}",
            LANGUAGES={"en": {"name": "English"}, "pt": {"name": "Português"}},
            BABEL_DEFAULT_LOCALE="en",
            BABEL_DEFAULT_TIMEZONE="UTC",
            CACHE_KEY_PREFIX="test:",
        )
        app.config.update(config)
        db.init_app(app)
        Babel(app)
        for part in parts:
            part(app)
        apps.append(app)
        return app

    yield make

    for app in apps:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@contextlib.contextmanager
def tables(app: Flask) -> Iterator[None]:
    """An application context in which the tables of these tests exist."""
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield
        db.session.remove()
