"""The whole application with the help desk, for tests of the generated pages."""

import pytest

from tests.core.desk_site import make_site


@pytest.fixture(scope="session")
def site(make_app, database):
    """The application; what a test stores stays until the next one stores something else."""
    return make_site(make_app, database)
