"""The company's sign-in in a real browser, with a provider of another site; and its pages as people see them."""

import os

import pytest
from sqlalchemy import update

from reviews.db.extensions import db
from reviews.db.models.people import SignInSession
from reviews.people import passwords
from reviews.people.queries import now
from tests import live_server as servers
from tests.browser import watched_pages
from tests.builders import a_person
from tests.company_provider import CLIENT, SECRET, company_provider
from tests.live_server import LiveServer
from tests.reviews.signing_in.conftest import PASSWORD
from tests.web.test_passkeys_by_hand import looked_at

pytestmark = [
    pytest.mark.test_all,
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),
]
BACK = "/sign-in/company/back"


@pytest.fixture
def served(database, tmp_path, monkeypatch):
    """The provider has a number and we a name: to a browser they are two sites."""
    port = servers.free_port()
    origin = f"http://localhost:{port}"
    monkeypatch.setattr(servers, "free_port", lambda: port)
    with company_provider(origin + BACK) as provider:
        for name, value in (
            ("PUBLIC_URL", origin),
            ("OIDC_ISSUER", provider.issuer),
            ("OIDC_CLIENT_ID", CLIENT),
            ("OIDC_CLIENT_SECRET", SECRET),
            ("SIGN_IN_BY", os.environ.get("SIGN_IN_BY", "both")),
        ):
            monkeypatch.setenv(name, value)
        server = LiveServer.start(database, tmp_path / "server.log")
        with server.app.app_context():
            bo = a_person("Bo Ferreira", password_hash=passwords.hash_password(PASSWORD))
            bo.email = bo.email_key = "bo@example.org"
            bo.is_owner = True
            db.session.commit()
            a_person("Cal Weber")
            db.session.commit()
        provider.sits_there("bo", "bo@example.org")
        yield server, provider, origin
        server.kill()


@pytest.fixture
def open_served(browser, served):
    with watched_pages(browser, served[2]) as open_page:
        yield open_page


def by_company(page, origin: str) -> None:
    page.goto("/sign-in?next=/people?q=weber")
    page.get_by_role("button", name="Company sign-in").click()
    page.wait_for_url(f"{origin}/people?q=weber")


def test_the_whole_way_to_the_provider_and_back(open_served, served):
    server, _, origin = served
    page = open_served()
    page.goto("/sign-in")
    looked_at(page, "company-sign-in")
    by_company(page, origin)
    assert "Cal Weber" in page.inner_text("table")
    page.goto("/account")
    looked_at(page, "company-account")
    page.goto("/people")
    assert "Company sign-in" in page.inner_text("table")

    # An hour later: the form waits, the provider is asked anew, and it goes on.
    with server.app.app_context():
        earlier = now().replace(year=2026, month=1, day=1)
        db.session.execute(update(SignInSession).values(proved_at=earlier))
        db.session.commit()
    page.get_by_role("link", name="Cal Weber").click()
    page.get_by_role("link", name="Close account").click()
    page.locator("main form button").first.click()
    assert page.inner_text("h1") == "Is it still you?"
    looked_at(page, "company-prove")
    page.get_by_role("button", name="Show it with the company's sign-in").click()
    page.wait_for_selector("h1:has-text('It is you')")
    looked_at(page, "company-proved")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("text=Account closed")


def test_without_a_script_it_goes_the_same_way(open_served, served):
    page = open_served(java_script_enabled=False)

    by_company(page, served[2])


def test_somebody_unknown_reads_one_sentence(open_served, served):
    _, provider, _ = served
    provider.sits_there("stranger", "stranger@example.org")
    page = open_served()
    page.goto("/sign-in")
    page.get_by_role("button", name="Company sign-in").click()

    page.wait_for_selector("text=no open account here is yours")

    looked_at(page, "company-nobody")
