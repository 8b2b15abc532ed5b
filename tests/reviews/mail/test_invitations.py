"""Inviting people: the link goes to the person alone, everybody is invited in one act, and nobody twice in a day."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from reviews import worker
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import SignInLink
from reviews.home.reminders import what_waits
from reviews.mail import sending
from reviews.people import service
from reviews.rules.enums import MailStatus
from reviews.rules.errors import RuleBroken
from tests.builders import NOW, a_person, viewer_of
from tests.pages import Page
from tests.recording import recorded

pytestmark = pytest.mark.both_databases


@pytest.fixture
def owner(session):  # noqa: ARG001 - needs a database
    return a_person("Olga", is_owner=True, password_hash="x")


@pytest.fixture
def window(client, owner):
    client.sign_in(owner)
    return client


def kinds():
    found = select(OutboxMessage.kind, OutboxMessage.person_id).order_by(OutboxMessage.id)
    return [tuple(row) for row in db.session.execute(found)]


def look():
    db.session.commit()
    sending.send_due(worker.hand_over, service.open_mailed_link, what_waits, stop=lambda: False)


def test_an_owner_never_sees_the_link_that_a_person_gets_by_mail(window, server):
    bo = a_person("Bo")
    db.session.commit()

    sent = window.submit(
        f"/people/{bo.public_id}", form=f".//form[@action='/people/{bo.public_id}/invite']"
    )
    look()

    [mail] = server.messages
    [token] = set(re.findall(r"/sign-in/link/([\w-]+)", mail.get_body(("plain",)).get_content()))
    assert "/sign-in/link/" not in sent.text
    after = window.get(f"/people/{bo.public_id}").text
    assert token not in after
    assert "was sent." in after
    assert [line.summary for line in db.session.scalars(select(AuditEvent))] == [
        "Invited Bo to sign in"
    ]


def test_with_mail_no_link_is_made_for_an_owner_to_see(owner, window):
    bo = a_person("Bo")
    db.session.commit()

    with pytest.raises(RuleBroken, match="the link goes to the person alone"):
        service.issue_link(bo, actor=viewer_of(owner), at=NOW)
    page = window.get(f"/people/{bo.public_id}").text

    assert db.session.scalar(select(func.count()).select_from(SignInLink)) == 0
    assert "Make a sign-in link" not in page
    # Whoever runs the server has the database in any case.
    assert service.issue_link(bo, actor=None, at=NOW)


def test_without_mail_nobody_is_invited_and_the_pages_say_so(app, owner, window, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "")
    bo = a_person("Bo")
    db.session.commit()

    with pytest.raises(RuleBroken, match="Mail is not set up"):
        service.invite(bo, actor=viewer_of(owner), at=NOW)
    with pytest.raises(RuleBroken, match="Mail is not set up"):
        service.invite_all(actor=viewer_of(owner), at=NOW, again=False, go_on=db.session.commit)

    assert "Make a sign-in link" in window.get(f"/people/{bo.public_id}").text
    assert "No mail server is set up" in window.get("/people/invite").text
    assert "no mail server is set up" in window.get("/mail").text
    assert "invite them" not in window.get("/people").text


def test_all_who_have_no_password_are_invited_in_one_act_and_only_once(window):
    people = [a_person(f"P{n}") for n in range(3)]
    a_person("Closed", is_active=False)
    a_person("Has one", password_hash="x")
    db.session.commit()
    assert "3 people cannot sign in yet." in window.get("/people").text
    assert "3 people have an open account and no password." in window.get("/people/invite").text

    window.submit("/people/invite")
    window.submit("/people/invite")

    assert kinds() == [("invitation", person.id) for person in people]
    assert "3 were invited within the last day" in window.get("/people/invite").text
    lines = db.session.scalars(select(AuditEvent.summary)).all()
    assert lines == ["Invited 3 people to sign in"]


def test_who_was_invited_within_a_day_is_invited_again_if_asked_or_if_it_did_not_arrive(owner):
    first, second, third = (a_person(f"P{n}") for n in range(3))
    invite = {"actor": viewer_of(owner)}
    service.invite(first, at=NOW - timedelta(hours=25), **invite)
    service.invite(second, at=NOW - timedelta(hours=23), **invite)
    service.invite(third, at=NOW - timedelta(hours=1), **invite)
    failed = db.session.scalars(select(OutboxMessage).filter_by(person_id=third.id)).one()
    sending.end(failed, MailStatus.FAILED, "No.", NOW)
    db.session.flush()

    invite |= {"go_on": db.session.commit}
    assert service.invite_all(at=NOW, again=False, **invite) == 2
    assert service.invite_all(at=NOW, again=False, **invite) == 0
    assert service.invite_all(at=NOW, again=True, **invite) == 3


def test_a_whole_company_is_invited_in_parts_and_nobody_twice(window, monkeypatch):
    monkeypatch.setattr(service, "INVITED_AT_ONCE", 2)
    people = [a_person(f"P{n}") for n in range(5)]

    answer = window.submit("/people/invite")

    assert answer.status_code == 302
    assert "5 people are sent an invitation." in window.get("/people").text
    assert kinds() == [("invitation", person.id) for person in people]
    lines = db.session.scalars(select(AuditEvent.summary).order_by(AuditEvent.id)).all()
    assert lines == [f"Invited {each} to sign in" for each in ("2 people", "2 people", "1 person")]


def test_inviting_that_was_broken_off_goes_on_where_it_was(owner, monkeypatch):
    monkeypatch.setattr(service, "INVITED_AT_ONCE", 2)
    people = [a_person(f"P{n}") for n in range(5)]
    invite = {"actor": viewer_of(owner), "at": NOW, "again": False}
    parts = []

    def break_off():
        db.session.commit()
        parts.append(len(kinds()))
        if len(parts) == 2:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        service.invite_all(**invite, go_on=break_off)

    assert parts == [2, 4]
    assert service.invite_all(**invite, go_on=db.session.commit) == 1
    assert kinds() == [("invitation", person.id) for person in people]


@pytest.mark.parametrize("again", [False, True])
def test_inviting_costs_the_same_statements_for_however_many(owner, again):
    costs = []
    for number in (2, 40):
        for n in range(number):
            a_person(f"P{number}.{n}")
        db.session.commit()
        with recorded() as seen:
            service.invite_all(actor=viewer_of(owner), at=NOW, again=again, go_on=db.session.commit)
        costs.append(len(seen))

    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"is_active": False}, "This account is closed"),
        ({"password_hash": "x"}, "needs no invitation"),
    ],
)
def test_who_cannot_use_an_invitation_gets_none(columns, sentence, owner):
    bo = a_person("Bo", **columns)

    with pytest.raises(RuleBroken, match=sentence):
        service.invite(bo, actor=viewer_of(owner), at=NOW)

    assert kinds() == []


def test_a_mailed_link_is_no_news_at_the_next_sign_in(window, owner, server):
    bo = a_person("Bo")
    service.invite(bo, actor=viewer_of(owner), at=NOW)
    look()

    assert len(server.accepted) == 1
    window.sign_in(bo)
    page = window.get("/account/links").text
    assert "No link was made for you" in page


def test_closing_an_account_is_told_to_its_person(window):
    bo = a_person("Bo", password_hash="x")
    db.session.commit()

    window.submit(f"/people/{bo.public_id}/deactivate")

    assert kinds() == [("account_closed", bo.id)]


def test_the_page_of_somebody_with_a_password_says_where_a_link_is_asked_for(window):
    bo = a_person("Bo", password_hash="x")
    db.session.commit()

    page = Page(window.get(f"/people/{bo.public_id}")).text()

    assert (
        "Whoever has forgotten the password asks for a link on the page for signing in."
        f" It comes to {bo.email}."
    ) in page


def test_thirty_people_are_invited_by_two_presses_and_each_gets_in_by_the_own_link(
    app, window, server
):
    people = {person.email: person for person in (a_person(f"P{n}") for n in range(30))}
    window.submit("/people/invite")
    look()

    tokens = {}
    for mail in server.messages:
        [address] = mail["To"].addresses
        [token] = re.findall(r"/sign-in/link/([\w-]+)", mail.get_body(("plain",)).get_content())
        tokens[address.addr_spec] = token
    assert set(tokens) == set(people)
    assert len(set(tokens.values())) == 30
    for address, token in list(tokens.items())[:3]:
        own = app.test_client()
        own.submit(f"/sign-in/link/{token}", {"password": "a sentence about seven lamps"})
        answer = own.submit(
            "/sign-in", {"email": address, "password": "a sentence about seven lamps"}
        )
        # Straight to the home page: nobody else has seen the link, so there is nothing to be told.
        assert answer.location == "/"
        assert own.page("/account").texts(".//h1") == ["Your account"]
    assert "27 people cannot sign in yet." in window.get("/people").text
