"""Passkeys and codes in a real browser, with a device that Chromium plays; and the pages without a script."""

import os
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pyotp import TOTP

from reviews.db.extensions import db
from reviews.people import passwords
from tests import live_server as servers
from tests.browser import watched_pages
from tests.builders import a_person
from tests.live_server import LiveServer
from tests.reviews.signing_in.conftest import PASSWORD

pytestmark = [
    pytest.mark.test_all,
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SIZES = (390, 768, 1440)


@pytest.fixture
def named_server(database, tmp_path, monkeypatch):
    """Browsers keep passkeys for a name, and for no number of a machine."""
    port = servers.free_port()
    monkeypatch.setenv("PUBLIC_URL", f"http://localhost:{port}")
    monkeypatch.setattr(servers, "free_port", lambda: port)
    server = LiveServer.start(database, tmp_path / "server.log")
    with server.app.app_context():
        bo = a_person("Bo Ferreira", password_hash=passwords.hash_password(PASSWORD))
        bo.email = bo.email_key = "bo@example.org"
        db.session.commit()
    yield server
    server.kill()


@pytest.fixture
def open_named(browser, named_server):
    with watched_pages(browser, f"http://localhost:{named_server.port}") as open_page:
        yield open_page


def looked_at(page, name: str) -> None:
    """It fits every window, and axe finds nothing."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in SIZES:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} wide at {width}"
            if "SHOTS" in os.environ:
                path = Path(os.environ["SHOTS"]) / f"{name}-{width}-{scheme}.png"
                page.screenshot(path=path, full_page=True)
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def sign_in(page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill("bo@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_added_signs_in_and_is_asked_for(open_named):
    page = open_named()
    page.context.new_cdp_session(page).send("WebAuthn.enable")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto("/sign-in")
    looked_at(page, "sign-in")
    sign_in(page)
    page.goto("/account/ways")
    looked_at(page, "ways-empty")
    page.get_by_label("Name of the passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_selector("h1:has-text('Your recovery codes')")
    looked_at(page, "recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    looked_at(page, "ways")
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/")
    assert page.get_by_role("link", name="Bo Ferreira").count() == 1

    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    assert page.inner_text("h1") == "One more step"
    looked_at(page, "second-factor")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/")
    assert page.get_by_role("link", name="Bo Ferreira").count() == 1


def test_a_device_that_gives_nothing_says_so(open_named):
    page = open_named()
    page.goto("/sign-in")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    refusing = {**DEVICE, "isUserVerified": False}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": refusing})

    page.get_by_role("button", name="Use a passkey").click()

    page.get_by_text("The device gave no passkey. Try again, or go another way.").wait_for()


def test_without_a_script_there_is_a_code_and_no_button_for_a_passkey(open_named):
    page = open_named(java_script_enabled=False)
    sign_in(page)
    page.goto("/account/ways")
    assert page.get_by_role("button", name="passkey").count() == 0
    page.get_by_role("button", name="Set up an app").click()
    secret = page.inner_text("main code")
    assert page.locator("main svg.segno").bounding_box()["width"] > 150
    page.get_by_label("Code that the app shows now").fill(code_of_now(secret))
    page.get_by_role("button", name="Add the app").click()
    assert page.inner_text("h1") == "Your recovery codes"
    code = page.locator("main li code").first.inner_text()
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("button", name="Use a passkey").count() == 0

    sign_in(page)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()

    assert page.get_by_role("link", name="Bo Ferreira").count() == 1


def code_of_now(secret: str) -> str:
    return TOTP(secret).at(int(time.time()))


def test_the_app_page_holds(open_named):
    page = open_named()
    sign_in(page)
    page.goto("/account/ways")
    page.get_by_role("button", name="Set up an app").click()
    looked_at(page, "app")
    page.goto("/account")
    looked_at(page, "account")
    page.goto("/sign-in/forgotten")
    looked_at(page, "forgotten")
