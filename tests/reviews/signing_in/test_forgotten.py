"""A forgotten password: one answer for every address, a link by mail that works once, and news of a new device."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reviews import worker
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import SignInLink
from reviews.db.models.signing_in import PasswordRequest
from reviews.people import service as people
from reviews.signing_in import forgotten, views
from tests.builders import NOW, a_person
from tests.clients import one_request_id, without_token
from tests.mail_server import mail_server
from tests.pages import Page
from tests.recording import recorded
from tests.reviews.signing_in.conftest import PASSWORD

pytestmark = pytest.mark.both_databases

ON_ITS_WAY = "If an account has this address, a link is on its way to it."
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def server(app, monkeypatch):
    with mail_server() as stub:
        monkeypatch.setitem(app.config, "MAIL_URL", stub.url)
        monkeypatch.setitem(app.config, "MAIL_FROM", "levelset@example.org")
        yield stub


def ask(client, email: str):
    return client.submit("/sign-in/forgotten", {"email": email})


def look() -> None:
    """As the worker does, who is woken."""
    db.session.commit()
    worker.look(stop=lambda: False)


def kinds() -> list[str]:
    return list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def test_a_link_comes_by_mail_and_signs_in_once(client, app, bo, server):
    other = app.test_client()
    other.sign_in(bo)
    older = people.issue_link(bo, actor=None, at=NOW)
    assert ON_ITS_WAY in Page(ask(client, bo.email.upper())).text()
    look()

    [mail] = server.messages
    [link] = set(re.findall(r"/sign-in/link/[\w-]+", mail.get_body(("plain",)).get_content()))
    chosen = client.submit(link, {"password": "another password of words"})

    assert chosen.status_code == 302
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    for path in (link, f"/sign-in/link/{older}"):
        again = app.test_client().submit(path, {"password": "a third password of words"})
        assert "This link has been used or has expired." in Page(again).text()


@pytest.mark.usefixtures("server")
def test_every_address_is_answered_alike_to_the_byte(app, bo, monkeypatch):
    monkeypatch.setattr(clock, "_fixed", NOW)
    gone = a_person("Gone", password_hash=bo.password_hash, is_active=False)
    silent = a_person("No password yet")
    seen = []
    for email in (bo.email, "nobody@example.org", gone.email, silent.email):
        client = app.test_client()
        with one_request_id(), recorded() as sent:
            answer = ask(client, email)
        headers = [pair for pair in answer.headers if pair[0] != "Set-Cookie"]
        seen.append((answer.status_code, headers, without_token(answer), sent.texts))

    assert seen[1:] == seen[:1] * 3


def test_whoever_has_no_password_or_account_gets_nothing(client, bo, server):
    bo.is_active = False
    silent = a_person("No password yet")
    for email in (bo.email, "nobody@example.org", silent.email):
        ask(client, email)
    look()

    assert (kinds(), list(server.messages)) == ([], [])
    assert db.session.scalar(select(PasswordRequest.id)) is None


@pytest.mark.usefixtures("server")
def test_nobody_can_fill_a_mailbox(client, app, bo):
    answers = [ask(client if n % 2 else app.test_client(), bo.email) for n in range(6)]
    look()
    assert {answer.status_code for answer in answers} == {200}
    assert kinds() == ["forgotten_password"] * forgotten.MOST_MESSAGES

    db.session.execute(update(OutboxMessage).values(made_at=NOW - timedelta(days=1000)))
    ask(client, bo.email)
    look()
    lately = select(OutboxMessage.id).where(OutboxMessage.made_at > NOW - timedelta(days=1000))
    assert len(db.session.scalars(lately).all()) == 1


@pytest.mark.usefixtures("server")
def test_whoever_asks_for_very_many_is_slowed_down(client, bo, monkeypatch):
    monkeypatch.setattr(views, "_FORGOTTEN", views.Limit("forgotten passwords", most=3, seconds=60))

    statuses = [ask(client, bo.email).status_code for _ in range(5)]

    assert statuses == [200] * 3 + [429] * 2


@pytest.mark.usefixtures("server")
def test_what_is_asked_for_names_nobody_in_the_database(client, bo):
    ask(client, bo.email)

    (kept,) = db.session.scalars(select(PasswordRequest.address))
    assert bo.email.partition("@")[0] not in kept


@pytest.mark.usefixtures("server")
def test_what_was_asked_for_long_ago_is_forgotten(client, bo):
    ask(client, bo.email)
    db.session.execute(update(PasswordRequest).values(at=NOW - timedelta(days=1000)))
    look()

    assert kinds() == []


def test_without_mail_the_page_says_who_helps(client):
    page = client.page("/sign-in/forgotten")

    assert page.all(".//main//form") == []
    assert "This site sends no mail" in page.text()
    assert "Whoever runs the server can make a link." in page.text()
    links = client.page("/sign-in").all(".//main//a")
    assert [(link.get("href"), link.text) for link in links] == [
        ("/sign-in/forgotten", "Forgotten password")
    ]


@pytest.mark.usefixtures("server")
def test_a_mailed_link_is_good_for_an_hour(client, bo):
    ask(client, bo.email)
    look()

    (link,) = db.session.scalars(select(SignInLink))
    assert link.expires_at - link.made_at == timedelta(hours=1)


# -- A new device


@pytest.mark.usefixtures("server")
def test_a_sign_in_from_a_new_device_is_told_of_and_from_a_known_one_not(app, bo):
    fields = {"email": bo.email, "password": PASSWORD}
    known = app.test_client()
    known.environ_base["HTTP_USER_AGENT"] = FIREFOX
    for _ in range(2):
        assert known.submit("/sign-in", fields, form=".//form[@id='sign-in']").status_code == 302
    assert kinds() == []

    another = app.test_client()
    another.environ_base["HTTP_USER_AGENT"] = FIREFOX
    another.submit("/sign-in", fields, form=".//form[@id='sign-in']")

    (message,) = db.session.scalars(select(OutboxMessage))
    assert (message.kind, message.person_id) == ("new_device", bo.id)
    assert message.about["device"] == "Firefox on Linux"
    assert "Firefox on Linux, signed in on" in known.page("/account").text(".//main")
