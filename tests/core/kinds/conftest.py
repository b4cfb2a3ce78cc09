import contextlib
import functools

import flask_babel
import pytest
from flask import Flask

from config import ROOT


@pytest.fixture(scope="session")
def reading():
    """`with reading("pt", "Europe/Lisbon"):` is an application context of such a reader."""

    @contextlib.contextmanager
    def read(locale="en", timezone="UTC"):
        with app_of(locale, timezone).app_context():
            yield

    return read


@functools.cache
def app_of(locale, timezone):
    app = Flask("reader", static_folder=None)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    flask_babel.Babel(app, locale_selector=lambda: locale, timezone_selector=lambda: timezone)
    return app
