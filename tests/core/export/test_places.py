"""A few exports at a time: whoever asks for one more is told so, and pages are still answered."""

import pytest

from tests.core.desk_site import browser_of, make_site, store
from tests.core.downloads import EXPORT, MANY, broken_table, fill, unbuffered, under_way

pytestmark = pytest.mark.both_databases


@pytest.fixture(scope="module")
def site(make_app, database):
    """The help desk, which writes one export at a time."""
    site = make_site(make_app, database)
    site.config["BUREAU_EXPORTS_AT_ONCE"] = 1
    return site


@pytest.fixture
def admin(site, login):
    """The administrator's browser."""
    store(site)
    return browser_of(site, login, "admin")


def test_one_export_more_than_there_are_places_for_is_told_to_wait(site, login):
    fill(site, MANY)
    client = unbuffered(site, login)

    with under_way(client, f"{EXPORT}csv?columns=title,country"):
        refused = client.get(f"{EXPORT}xlsx")
        page = client.get("/desk/tickets/list/")

    assert (refused.status_code, page.status_code) == (503, 200)
    assert refused.headers["Retry-After"] == "20"
    assert "Try again in half a minute" in refused.text
    assert client.get(f"{EXPORT}csv").status_code == 200


def test_an_export_that_fails_gives_its_place_back(admin, site):
    with broken_table(site):
        failed = [admin.get(f"{EXPORT}csv").status_code for _ in range(3)]

    assert set(failed) <= {500, 503}
    assert admin.get(f"{EXPORT}csv").status_code == 200


def test_a_request_for_the_head_alone_gives_its_place_back(site, login):
    fill(site, MANY)
    client = unbuffered(site, login)

    heads = [client.head(f"{EXPORT}csv").status_code for _ in range(3)]

    assert heads == [200] * 3
