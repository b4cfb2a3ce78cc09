"""Passkeys and apps in a browser, with a device that Chromium plays."""

from __future__ import annotations

import pyotp
import pytest
from flask_appbuilder.security.sqla.models import Role
from playwright.sync_api import Page, expect

from app.extensions import db
from app.security.factors.policy import set_requires_factor
from tests.browser.axe import violations
from tests.browser.factor_steps import (
    FACTORS,
    give_the_password,
    log_out,
    set_up_an_app,
)
from tests.fixtures.browser import Visits
from tests.fixtures.server import LiveServer

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def visit_by_name(browser, live_server):
    """The same tabs at `localhost`: passkeys belong to a name, and 127.0.0.1 is none."""
    named = LiveServer(live_server.url.replace("127.0.0.1", "localhost"), live_server.app)
    visits = Visits(browser, named)
    before = live_server.app.config["BUREAU_URL"]
    live_server.app.config["BUREAU_URL"] = named.url

    yield visits

    live_server.app.config["BUREAU_URL"] = before
    visits.close()
    assert visits.faults == []


@pytest.fixture
def tab(visit_by_name, new_person):
    """A tab of a new person, in a browser with a device for passkeys, and their name."""
    username = new_person()
    page = visit_by_name(username)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page, username


def add_passkey(page: Page, name: str = "Laptop") -> None:
    page.goto(FACTORS)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_is_made_used_and_removed(tab):
    page, username = tab
    add_passkey(page)
    assert page.locator("#codes li").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    log_out(page)

    page.goto(f"/login/?next={FACTORS}")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Second factors")).to_be_visible()
    expect(page.get_by_text("last used")).to_be_visible()

    log_out(page)
    give_the_password(page, username)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/login/" not in url)

    page.goto(FACTORS)
    page.get_by_role("button", name="Remove Laptop").click()
    page.locator("#confirm").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()
    log_out(page)
    give_the_password(page, username)
    assert "/login/" not in page.url


def test_a_passkey_is_renamed(tab):
    page, _username = tab
    add_passkey(page)
    page.goto(FACTORS)

    page.get_by_text("Rename", exact=True).click()
    page.locator(".rename input.input").fill("Telephone")
    page.locator(".rename").get_by_role("button", name="Save").click()

    expect(page.locator(".keys strong")).to_have_text("Telephone")


def test_the_page_for_a_passkey_is_accessible_and_says_what_went_wrong(tab):
    page, _username = tab
    add_passkey(page)
    page.goto(f"{FACTORS}passkeys/add/")
    page.get_by_label("Name").fill("Once more")

    # The device has a key for this user already.
    page.get_by_role("button", name="Make a passkey").click()

    expect(page.locator("[data-problem]")).to_contain_text("No passkey was made.")
    assert violations(page) == []


def test_a_browser_without_passkeys_offers_none(page):
    page.add_init_script("delete window.PublicKeyCredential")

    page.goto("/login/")

    expect(page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Log in with a passkey")).to_have_count(0)


def test_codes_are_copied(tab):
    page, _username = tab
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(FACTORS)
    set_up_an_app(page)
    shown = page.locator("#codes li").all_inner_texts()

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == shown


def test_whoever_must_have_a_factor_sets_one_up_first(visit, storing, new_role, new_person):
    key = new_role()
    with storing():
        role = db.session.get(Role, key)
        set_requires_factor(role, is_required=True)
        db.session.commit()
        name = role.name
    username = new_person(name)
    page = visit()

    give_the_password(page, username)
    expect(page.get_by_text("One of your roles asks for a second factor")).to_be_visible()
    assert violations(page) == []
    page.goto("/profile/")
    expect(page.locator("#password")).to_be_visible()

    page.goto(FACTORS)
    page.get_by_role("button", name="Set up an app").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn it on").click()
    assert violations(page) == []
    page.get_by_role("link", name="I have kept them").click()

    expect(page.locator("[popovertarget=account]")).to_be_visible()
