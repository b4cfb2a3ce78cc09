"""Logging in at another site and out of it again, in a browser that obeys our policy."""

from __future__ import annotations

import json
import re
import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.fixtures.browser import Visits
from tests.fixtures.server import LiveServer
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, identity_provider


@pytest.fixture
def provider():
    """A provider at another address of this machine."""
    with pytest.MonkeyPatch.context() as patch, identity_provider() as running:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        yield running


@pytest.fixture
def office(make_app, provider, browser):
    """A site that knows it, and a tab of a visitor."""
    options = {
        "label": "Home",
        "url": provider.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "register": True,
    }
    app = make_app(WTF_CSRF_ENABLED=True, BUREAU_OIDC=json.dumps({"home": options}))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    visits = Visits(browser, LiveServer(f"http://127.0.0.1:{server.server_port}", app))

    yield visits

    visits.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_one_logs_in_elsewhere_and_out_again(office, provider):
    page = office()
    page.goto("/login/?next=/profile/")

    page.get_by_role("link", name="Log in with Home").click()
    expect(page).to_have_url(re.compile("/profile/$"))
    expect(page.get_by_role("heading", name="Maria Sousa")).to_be_visible()

    page.locator("[popovertarget=account]").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log out there, too").click()
    expect(page).to_have_url(re.compile(r"/login/\?left=home"))
    assert provider.asked[-1]["client_id"] == CLIENT_ID
    blocked = [fault for fault in office.faults if "asked another host" not in fault]
    assert blocked == []
