import flask_babel
import pytest
from flask import Flask


@pytest.fixture(scope="session")
def speaking():
    """An application that can translate, and nothing else."""
    app = Flask("speaking", static_folder=None)
    flask_babel.Babel(app)
    return app
