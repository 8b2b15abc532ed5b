"""The fixtures keep their promises: nothing leaks from test to test or from request to request."""

import pytest
import sqlalchemy as sa

from reviews.db.extensions import db
from reviews.db.models.people import Person
from tests.browser import watched_pages
from tests.pages import Page, values_of
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


def a_person(name: str) -> Person:
    return Person(
        public_id=name.ljust(22, "-"),
        employee_id=name,
        name=name,
        email=f"{name}@example.org",
        email_key=f"{name}@example.org",
    )


@pytest.mark.parametrize("_time", [1, 2])
def test_what_a_test_commits_ends_with_it(session, _time):
    session.add(a_person("Ada"))
    session.commit()
    session.rollback()

    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_each_request_is_its_own_signed_in_person(app, client, session):
    ada, grace = a_person("Ada"), a_person("Grace")
    session.add_all([ada, grace])
    session.flush()
    other = app.test_client()
    client.sign_in(ada)
    other.sign_in(grace)

    names = [c.page("/").text(".//header//span") for c in (client, other, client)]

    assert names == ["Ada", "Grace", "Ada"]


def test_a_request_reads_nothing_from_the_session_of_the_test(client, session):
    ada = a_person("Ada")
    session.add(ada)
    session.flush()
    client.sign_in(ada)
    client.get("/")

    with recorded() as seen:
        client.get("/")

    assert [statement for statement in seen.texts if "FROM sign_in_session" in statement] != []


def test_a_client_follows_where_it_is_sent(client):
    response = client.get("/", follow_redirects=True)

    assert (response.status_code, response.request.path) == (200, "/sign-in")


def test_a_form_is_sent_as_a_browser_would_send_it(client):
    response = client.submit("/sign-in?next=/", {"email": "ada@example.org", "password": "wrong"})

    form = Page(response).one(".//main//form")
    assert response.status_code == 422
    assert values_of(form)["email"] == ["ada@example.org"]
    assert values_of(form)["next"] == ["/"]


def test_a_form_is_not_sent_with_a_field_that_it_lacks(client):
    with pytest.raises(AssertionError, match="shoe_size"):
        client.submit("/sign-in", {"shoe_size": "40"})


@pytest.mark.test_all
def test_a_live_server_has_a_database_of_its_own(live_server):
    with live_server.app.app_context():
        db.session.add(a_person("Ada"))
        db.session.commit()
        live_server.kill()
        live_server.restart()

        assert db.session.scalars(sa.select(Person.name)).all() == ["Ada"]


@pytest.mark.test_all
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_browser_sees_pages_with_their_styles_and_no_complaint(browser_page):
    browser_page.goto("/")

    assert browser_page.title() == "Sign in · Levelset"
    assert browser_page.locator("h1").count() == 1


COMPLAINTS = (
    ("() => console.error('a complaint')", "a complaint"),
    ("() => setTimeout(() => { throw new Error('a crash') })", "a crash"),
    ("() => document.body.append(show('/static/none.png'))", "/static/none.png: 404"),
    ("() => document.body.append(show('http://127.0.0.2/a.png'))", "Content Security Policy"),
    ("() => document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
)


@pytest.mark.test_all
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_page_that_complains_fails_its_test(browser, live_server):
    for script, complaint in COMPLAINTS:
        with pytest.raises(AssertionError, match=complaint):
            visit(browser, live_server, script)


def visit(browser, live_server, script):
    """Open a page on which this happens."""
    with watched_pages(browser, live_server.url) as open_page:
        page = open_page()
        page.goto("/")
        page.evaluate("window.show = (src) => Object.assign(new Image(), {src})")
        page.evaluate(script)
        page.wait_for_load_state("networkidle")
