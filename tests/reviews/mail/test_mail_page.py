"""The owner's page about mail: whether it is sent, what did not arrive and why, and sending that again."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.mail import OutboxMessage
from reviews.mail import commands, sending, service
from reviews.mail.bounces import read_bounce
from reviews.mail.outbox import post
from reviews.rules.enums import MailKind, MailStatus
from reviews.rules.errors import RuleBroken
from tests.builders import NOW, a_person, viewer_of

pytestmark = pytest.mark.both_databases

REPORT = """\
From: MAILER-DAEMON@mail.example.org
To: levelset@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; bo@example.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: {kind}

Message-ID: {message_id}
Subject: You can sign in to Levelset

--b--
"""


@pytest.fixture
def owner(session):  # noqa: ARG001 - needs a database
    return a_person("Olga", is_owner=True, password_hash="x")


@pytest.fixture
def window(client, owner):
    client.sign_in(owner)
    return client


def a_message(person, state=MailStatus.WAITING, reason="", **columns):
    post(MailKind.INVITATION, person, at=NOW)
    message = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    if state is not MailStatus.WAITING:
        sending.end(message, state, reason, NOW)
    for name, value in columns.items():
        setattr(message, name, value)
    db.session.flush()
    return message


def bounced(monkeypatch, capsys, text):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    commands.bounced()
    return capsys.readouterr().out.strip()


def report(message_id, action="failed", kind="text/rfc822-headers"):
    return REPORT.format(message_id=message_id, action=action, kind=kind)


def test_it_says_when_the_worker_is_away_and_how_many_messages_wait(window, monkeypatch):
    a_message(a_person("Bo"))
    a_message(a_person("Cy"))
    page = window.get("/mail").text
    assert "the worker that sends it was never seen" in page
    assert "2 messages wait, and nothing is lost" in page

    db.session.commit()
    monkeypatch.setattr(clock, "_fixed", NOW)
    sending.beat()
    assert "Mail waits" not in window.get("/mail").text + window.get("/people").text

    monkeypatch.setattr(clock, "_fixed", NOW + timedelta(minutes=6))
    for path in ("/mail", "/people"):
        assert "Mail waits: the worker that sends it was last seen" in window.get(path).text


def test_the_home_page_tells_site_owners_alone_that_messages_wait(window, client):
    bo = a_person("Bo", password_hash="x")
    assert "Mail waits" not in window.get("/").text
    a_message(bo)
    db.session.commit()

    assert "1 message waits, and nothing is lost" in window.get("/").text
    client.sign_in(bo)
    assert "Mail waits" not in client.get("/").text


def test_what_did_not_arrive_stands_there_with_the_reason_and_is_sent_again_once(window):
    bo = a_person("Bo")
    failed = a_message(bo, MailStatus.FAILED, "The mail server refused the address: “550 no”.")
    a_message(a_person("Cy"), MailStatus.NOT_SENT, "The account is closed.")
    a_message(a_person("Di"), MailStatus.SENT)
    db.session.commit()
    page = window.page("/mail")
    rows = page.texts(".//main//tbody/tr/th")
    assert rows == ["Cy", "Bo"]
    assert "The mail server refused the address: “550 no”." in window.get("/mail").text
    assert "did not arrive" in window.get(f"/people/{bo.public_id}").text
    # What may not be sent any more has no button.
    assert len(page.all(".//main//tbody//form")) == 1

    path = f"/mail/{failed.public_id}/again"
    window.submit("/mail", form=f".//form[@action='{path}']")

    db.session.expire_all()
    states = db.session.scalars(
        select(OutboxMessage.status).filter_by(person_id=bo.id).order_by(OutboxMessage.id)
    ).all()
    assert states == [MailStatus.FAILED, MailStatus.WAITING]
    lines = db.session.scalars(select(AuditEvent.summary)).all()
    assert lines == ["Sent the invitation to sign in to Bo again"]
    assert window.page("/mail").texts(".//main//tbody/tr/th") == ["Cy"]
    (line,) = db.session.scalars(select(AuditEvent))
    assert line.summary == "Sent the invitation to sign in to Bo again"
    with pytest.raises(RuleBroken, match="sent again already"):
        service.repeat(failed, actor=viewer_of(bo), at=NOW)


def test_a_long_list_comes_in_pages(window):
    for number in range(60):
        a_message(a_person(f"P{number}"), MailStatus.FAILED, "No.")
    db.session.commit()

    assert len(window.page("/mail").all(".//main//tbody/tr")) == 50
    assert len(window.page("/mail?page=2").all(".//main//tbody/tr")) == 10
    assert window.get("/mail?page=3").status_code == 404


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_message_that_comes_back_is_noted(kind, window, monkeypatch, capsys):
    bo = a_person("Bo")
    a_message(bo, MailStatus.SENT, message_id="<abc@example.org>")
    db.session.commit()

    said = bounced(monkeypatch, capsys, report("<abc@example.org>", kind=kind))

    assert said == "Noted: a message to Bo came back."
    for path in ("/mail", f"/people/{bo.public_id}"):
        assert "The message came back: “smtp; 550 5.1.1 no such user”." in window.get(path).text


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Subject: hello\n\nI am on holiday.",
        report("<other@example.org>"),
        report("<abc@example.org>", action="delayed"),
        report("<abc@example.org>", action="delivered"),
        report("<abc@example.org>").replace("multipart/report", "multipart/mixed"),
        report("<abc@example.org>")[:400],
        report("' OR 1=1 --"),
        "\x00\xff" * 5000,
        "Content-Type: multipart/report; boundary=b\n\n" + "--b\n" * 10000,
    ],
)
def test_what_is_no_report_of_ours_changes_nothing(text, monkeypatch, capsys):
    a_message(a_person("Bo"), MailStatus.SENT, message_id="<abc@example.org>")
    db.session.commit()

    said = bounced(monkeypatch, capsys, text)

    db.session.expire_all()
    assert said == "This is no report about a message that was sent, and nothing was noted."
    assert db.session.scalars(select(OutboxMessage.status)).one() is MailStatus.SENT


@pytest.mark.usefixtures("session")
def test_only_what_was_sent_can_come_back(monkeypatch, capsys):
    a_message(a_person("Bo"), message_id="<abc@example.org>")
    db.session.commit()

    assert "nothing was noted" in bounced(monkeypatch, capsys, report("<abc@example.org>"))


def test_a_report_is_read_as_one_line_of_plain_text():
    hostile = report("<a@b>").replace("no such user", "no\x1b[31m such\u202e user " + "x" * 900)

    found = read_bounce(hostile.encode())

    assert found is not None
    assert found.reason.isprintable()
    assert len(found.reason) < 250
