"""Signing in and out: one constant answer, our own pages only, and sessions that end when they should."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reviews.db.models.people import Person, SignInLink, SignInSession
from reviews.people import passwords, service
from reviews.rules.errors import RuleBroken
from tests.builders import NOW, a_person, viewer_of
from tests.pages import Page

pytestmark = pytest.mark.both_databases

PASSWORD = "a password of many words"
HASH = passwords.hash_password(PASSWORD)


@pytest.fixture
def bo(session):  # noqa: ARG001 - needs a database
    return a_person("Bo", password_hash=HASH)


def attempt(client, email: str, password: str = PASSWORD, next_: str = ""):
    token = client.page("/sign-in").one(".//input[@name='csrf_token']").get("value")
    return client.post(
        "/sign-in",
        data={"csrf_token": token, "email": email, "password": password, "next": next_},
    )


def test_the_right_password_opens_a_session_in_a_new_cookie(client, bo, session):
    with client.session_transaction() as cookie:
        cookie["left"] = "behind"

    answer = attempt(client, bo.email.upper() + " ")

    assert answer.headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    with client.session_transaction() as cookie:
        assert "left" not in cookie
    (row,) = session.scalars(select(SignInSession))
    assert row.person_id == bo.id


def test_every_failure_is_answered_alike(app, bo, session):
    gone = a_person("Gone", password_hash=HASH, is_active=False)
    silent = a_person("No password yet")
    pages = set()
    for email, password in (
        (bo.email, "a wrong password of words"),
        ("nobody@example.org", PASSWORD),
        (gone.email, PASSWORD),
        (silent.email, PASSWORD),
    ):
        answer = attempt(app.test_client(), email, password)
        assert answer.status_code == 422
        pages.add(Page(answer).text(".//div[@role='alert']"))

    assert pages == {
        (
            "You are not signed in."
            " This address and password do not belong together. Check both and try again."
        )
    }
    assert list(session.scalars(select(SignInSession))) == []


def test_a_demo_account_is_refused_outside_demo_and_test(app, bo, monkeypatch):
    bo.is_demo = True
    assert attempt(app.test_client(), bo.email).status_code == 302

    monkeypatch.setitem(app.config, "MODE", "production")

    assert attempt(app.test_client(), bo.email).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/account", "/account"),
        ("/people?q=x", "/people"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/account\n", "/"),
        ("/nowhere", "/"),
        ("/sign-out", "/"),
        ("/people/import/apply", "/"),
        ("/static/app.css", "/"),
        ("/healthz", "/"),
        ("/readyz", "/"),
        ("/sign-in", "/"),
        ("account", "/"),
    ],
)
def test_after_signing_in_one_is_led_to_our_own_pages_only(client, bo, wanted, led_to):
    assert attempt(client, bo.email, next_=wanted).headers["Location"] == led_to


def test_signing_out_ends_the_session_on_the_server(client, app, bo):
    client.sign_in(bo)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]

    answer = client.submit("/account", form=".//header//form")

    assert answer.headers["Location"] == "/sign-in"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert thief.get("/account").headers["Location"] == "/sign-in?next=/account"


def test_a_session_ends_by_itself(client, bo, session):
    client.sign_in(bo)
    session.execute(update(SignInSession).values(expires_at=NOW - timedelta(seconds=1)))

    assert client.get("/account").status_code == 302


def test_guessing_at_one_account_is_slowed_down_whatever_the_spelling(client, app, bo):
    for n in range(10):
        spelling = bo.email.upper() if n % 2 else bo.email
        assert attempt(client, spelling, "a wrong password of words").status_code == 422

    assert attempt(app.test_client(), bo.email).status_code == 429
    assert attempt(app.test_client(), "somebody@example.org").status_code == 422


def test_without_a_token_of_the_form_nothing_happens(client, bo, session):
    assert (
        client.post("/sign-in", data={"email": bo.email, "password": PASSWORD}).status_code == 403
    )
    assert list(session.scalars(select(SignInSession))) == []


# -- Links


def link_for(person: Person) -> str:
    return f"/sign-in/link/{service.issue_link(person, actor=None, at=NOW)}"


def test_a_link_works_once_and_ends_open_sessions(client, app, bo):
    other = app.test_client()
    other.sign_in(bo)
    link = link_for(bo)
    used = client.submit(link, {"password": "another password of words"})

    assert used.headers["Location"] == "/sign-in"
    assert other.get("/account").status_code == 302
    assert attempt(client, bo.email, "another password of words").status_code == 302
    again = app.test_client().submit(link, {"password": "a third password of words"})
    assert again.status_code == 422
    assert "This link has been used or has expired." in Page(again).text()


@pytest.mark.parametrize("cause", ["expired", "closed", "unknown"])
def test_a_link_that_is_no_longer_good_says_so(client, bo, session, cause):
    link = link_for(bo)
    if cause == "expired":
        session.execute(update(SignInLink).values(expires_at=NOW - timedelta(seconds=1)))
    elif cause == "closed":
        bo.is_active = False
    else:
        link = "/sign-in/link/unknown"

    answer = client.submit(link, {"password": "another password of words"})

    assert answer.status_code == 422
    assert Page(answer).texts(".//div[@role='alert']//li") == [
        "This link has been used or has expired. Ask for a new one."
    ]
    assert passwords.matches(PASSWORD, session.get(Person, bo.id).password_hash)


def test_no_owner_can_sign_in_as_somebody_who_has_a_password(client, session):
    owner = a_person("Owner", is_owner=True)
    person = a_person("Chair", password_hash="chosen before")
    client.sign_in(owner)

    page = client.page(f"/people/{person.public_id}")

    assert "Make a sign-in link for Chair" not in page.texts(".//main//button")
    with pytest.raises(RuleBroken, match="has a password"):
        service.issue_link(person, actor=viewer_of(owner), at=NOW)
    assert session.scalars(select(SignInLink)).all() == []
    assert service.issue_link(person, actor=None, at=NOW)
