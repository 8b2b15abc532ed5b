"""A passkey signs in alone, is asked for as a second factor, and its answer is taken once, from its own person."""

import copy

import pytest
from sqlalchemy import select, update

from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.people import Person
from reviews.db.models.signing_in import Passkey
from tests.builders import a_person
from tests.pages import Page
from tests.reviews.signing_in.conftest import (
    ORIGIN,
    Device,
    add_passkey,
    first_step,
    question_of,
    second_step,
)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("named_site")]

NOBODYS = "No passkey of yours was found. Sign in with your password."


@pytest.fixture
def device(client, bo) -> Device:
    client.sign_in(bo)
    device = Device()
    answer = add_passkey(client, device)
    assert "The passkey is added." in Page(answer).text(".//main")
    return device


def sign_in(client, answer, page=None, **fields: str):
    """Send the answer of a device, or of a function that is given the question."""
    page = page or client.page("/sign-in")
    sent = answer if isinstance(answer, str) else answer(question_of(page))
    return second_step(client, page, passkey=sent, **fields)


def test_a_passkey_alone_signs_its_person_in(app, bo, device):
    client = app.test_client()

    answer = sign_in(client, device.use, next="/people?q=x")

    assert (answer.status_code, answer.location) == (302, "/people?q=x")
    assert client.page("/account").text(".//p[@class='lede']") == bo.email


def test_an_answer_is_taken_once_and_none_to_an_older_question(app, device):
    client = app.test_client()
    assert sign_in(client, device.use).status_code == 302
    older, newer = client.page("/sign-in"), client.page("/sign-in")
    db.session.execute(update(Passkey).values(use_count=0))  # as devices have it that do not count
    answers = []
    for page in (newer, newer, older):
        device.sign_count = -1
        answers.append(sign_in(client, device.use(question_of(page)), page))

    # The browser's forms stay good while the same person signs in.
    assert [answer.status_code for answer in answers] == [302, 422, 422]
    assert {Page(answer).text(".//div[@role='alert']") for answer in answers[1:]} == {
        f"You are not signed in. {NOBODYS}"
    }


def test_a_device_that_counts_backwards_may_be_a_copy(app, device):
    twin = copy.copy(device)
    assert sign_in(app.test_client(), device.use).status_code == 302

    assert sign_in(app.test_client(), twin.use).status_code == 422


@pytest.mark.parametrize(
    "wrong", ["unseen", "elsewhere", "no object", "no answer", "other browser"]
)
def test_what_is_no_answer_of_a_device_opens_nothing(app, device, wrong):
    client = app.test_client()
    device.seen = wrong != "unseen"
    origin = "http://evil.example" if wrong == "elsewhere" else ORIGIN
    sent = device.use(question_of(client.page("/sign-in")), origin)
    if wrong in {"no object", "no answer"}:
        sent = "[1]" if wrong == "no object" else "{}"
    if wrong == "other browser":
        client = app.test_client()

    answer = sign_in(client, sent)

    assert NOBODYS in Page(answer).text(".//div[@role='alert']")
    assert client.get("/account").status_code == 302


def test_a_closed_account_and_one_of_the_demo_are_not_let_in(app, bo, device, monkeypatch):
    bo.is_demo = True
    monkeypatch.setitem(app.config, "MODE", "production")
    assert sign_in(app.test_client(), device.use).status_code == 422
    monkeypatch.setitem(app.config, "MODE", "test")
    bo.is_active = False
    assert sign_in(app.test_client(), device.use).status_code == 422
    bo.is_active = True
    assert sign_in(app.test_client(), device.use).status_code == 302


def test_a_passkey_is_asked_for_after_the_password(app, bo, device):
    client = app.test_client()
    page = first_step(client, bo.email)

    assert sign_in(client, device.use, page).status_code == 302


def test_a_passkey_of_another_person_is_no_second_factor(app, bo, device):
    eve = a_person("Eve")
    eves = app.test_client()
    eves.sign_in(eve)
    hers = Device()
    add_passkey(eves, hers, "Eve's")
    client = app.test_client()
    page = first_step(client, bo.email)

    answer = sign_in(client, hers.use, page)

    assert answer.status_code == 422
    assert client.get("/account").status_code == 302
    del device


def test_a_passkey_is_added_once_and_removed(client, app, bo, device):
    page = client.page("/account/ways")
    assert "Bo's key" in page.text(".//main")
    (row,) = db.session.scalars(select(Passkey))
    form = f".//form[@action='/account/ways/passkeys/{row.handle}/remove']"

    assert client.submit("/account/ways", form=form).status_code == 302

    assert sign_in(app.test_client(), device.use).status_code == 422
    assert db.session.scalar(select(Passkey.id)) is None
    assert db.session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id)).all() == [
        "Bo added a passkey",
        "Bo removed the passkey “Bo's key”",
    ]
    assert db.session.scalar(select(Person.password_is_short).where(Person.id == bo.id)) is False


def test_a_new_passkey_answers_a_question_of_this_browser(client, bo):
    client.sign_in(bo)
    device = Device()
    device.seen = False

    answer = add_passkey(client, device)

    assert "The passkey could not be checked. Try again." in Page(answer).text()
    nameless = add_passkey(client, Device(), " ")
    assert "Give it a name by which you know the device." in Page(nameless).text()


def test_a_site_without_a_name_offers_no_passkeys(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "http://127.0.0.1:8000")

    assert client.page("/sign-in").all(".//button[@data-passkey]") == []
