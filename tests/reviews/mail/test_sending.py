"""No message is lost, none is sent twice once it was taken, and in doubt the same one is sent again."""

import re
from contextlib import suppress
from datetime import timedelta
from itertools import product
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from reviews import worker
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage, WorkerHeartbeat
from reviews.db.models.people import Person, SignInLink
from reviews.home.reminders import what_waits
from reviews.mail import sending
from reviews.mail.outbox import post
from reviews.mail.smtp import Delivery, Fate, deliver
from reviews.people import service
from reviews.rules.enums import MailKind, MailStatus
from reviews.rules.mail_server import Encryption, MailServer
from tests.builders import NOW, a_cycle, a_packet, a_person
from tests.canaries import SWEEP, marked
from tests.conftest import application, disconnect
from tests.mail_server import STEPS, mail_server

pytestmark = pytest.mark.both_databases

ABOUT = {
    MailKind.NEW_ADDRESS: {"goes_to": "old", "other": "b…@e…"},
    MailKind.NEW_DEVICE: {"device": "Firefox on Linux", "when": "27 Nov 2026, 17:00 CET"},
}


class KilledError(BaseException):
    """The worker is gone at this point: nothing of it runs any more."""


@pytest.fixture
def at(monkeypatch):
    """Hold the clock at so long from now."""

    def hold(**later: float) -> None:
        monkeypatch.setattr(clock, "_fixed", NOW + timedelta(**later))

    hold()
    return hold


def look(**replaced):
    db.session.commit()
    sending.send_due(
        replaced.get("hand_over", worker.hand_over),
        service.open_mailed_link,
        replaced.get("what_waits", lambda *_: ["Ratings to write: 2."]),
        stop=lambda: False,
    )


def killed_in(hand_over):
    with pytest.raises(KilledError):
        look(hand_over=hand_over)
    db.session.rollback()


def only():
    db.session.expire_all()
    return db.session.scalars(select(OutboxMessage)).one()


def left_for(name="Bo", kind=MailKind.INVITATION, *, email="", **columns):
    person = a_person("", **columns)
    person.name, person.email = name, email or person.email
    post(kind, person, at=NOW, about=ABOUT.get(kind, {}))
    db.session.commit()
    return person


@pytest.mark.usefixtures("session", "at")
@pytest.mark.parametrize("kind", MailKind)
def test_a_message_of_each_kind_arrives_as_text_and_as_a_page(kind, server):
    bo = left_for(
        "Bo <b>&amp; Sons",
        kind,
        is_active=kind is not MailKind.ACCOUNT_CLOSED,
        password_hash="x" if kind is MailKind.FORGOTTEN_PASSWORD else None,
    )

    look()

    [mail] = server.messages
    assert (mail["From"], mail["To"].addresses[0].addr_spec) == (
        "Levelset <levelset@example.org>",
        bo.email,
    )
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert "Hello Bo <b>&amp; Sons," in text
    assert "Hello Bo &lt;b&gt;&amp;amp; Sons," in html
    assert (only().status, only().reason, only().wording) == (MailStatus.SENT, "", None)
    addresses = set(re.findall(r"https?://[^\s\"<]+", text + html))
    assert {address.partition("/sign-in/link/")[0] for address in addresses} <= {
        "http://127.0.0.1:8000",
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/account",
    }


@pytest.mark.usefixtures("session", "at")
def test_the_link_of_a_message_lets_its_reader_choose_a_password_and_is_stored_nowhere(
    server, client
):
    bo = left_for()
    look()
    text = server.messages[0].get_body(("plain",)).get_content()
    [token] = re.findall(r"/sign-in/link/(\S+)", text)

    link = db.session.scalars(select(SignInLink)).one()
    assert (link.person_id, link.was_mailed, link.acknowledged_at) == (bo.id, True, NOW)
    assert link.expires_at == NOW + timedelta(days=7)
    row = only()
    assert token not in repr([getattr(row, column.key) for column in row.__mapper__.columns])
    assert client.get(f"/sign-in/link/{token}").status_code == 200


@pytest.mark.usefixtures("session", "at")
def test_a_message_in_doubt_is_kept_without_its_token(server):
    left_for()
    server.breaks = ["after data"]

    look()

    text = server.messages[0].get_body(("plain",)).get_content()
    [token] = re.findall(r"/sign-in/link/(\S+)", text)
    assert "/sign-in/link/" in only().wording["text"]
    assert token not in repr(only().wording)


@pytest.mark.usefixtures("session", "at", "server")
def test_what_is_being_sent_is_sent_by_nobody_else():
    left_for()
    sent = []

    def hand_over(message_id, _wording, _token):
        sent.append(message_id)
        if len(sent) == 1:
            look(hand_over=hand_over)
        return Delivery(Fate.ACCEPTED)

    look(hand_over=hand_over)

    assert len(sent) == 1


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("step", "killed"), list(product(("", *STEPS), ("not", "before", "after")))
)
def test_no_message_is_lost_and_none_is_doubled_once_it_is_known_to_be_taken(
    step, killed, server, at
):
    left_for()
    server.breaks = [step]

    def die(message_id, wording, token):
        if killed == "after":
            worker.hand_over(message_id, wording, token)
        raise KilledError

    if killed == "not":
        look()
    else:
        killed_in(die)
    taken = len(server.accepted)
    for minutes in (20, 40, 60):
        at(minutes=minutes)
        look()

    assert only().status is MailStatus.SENT
    in_doubt = step == "after data" or (killed == "after" and taken == 1)
    assert len(server.accepted) == 1 + in_doubt
    # In doubt it is the same message.
    assert len(set(server.accepted)) == 1


@pytest.mark.usefixtures("session", "at")
def test_a_step_that_breaks_was_reached(server):
    """Else the test above would prove nothing of it."""
    reached = []
    for step in STEPS:
        server.breaks, server.accepted = [step], []
        mail = {
            "host": "a",
            "sender": "a@example.org",
            "to": "b@example.org",
            "message": b"A: b\r\n",
        }
        url = MailServer("127.0.0.1", int(server.url.rpartition(":")[2]), Encryption.NONE, "a", "b")
        fate = deliver(url, **mail).fate
        reached.append((step, fate.name, len(server.accepted)))

    assert reached == [
        ("connect", "SERVER_FAILED", 0),
        ("greeting", "SERVER_FAILED", 0),
        ("ehlo", "SERVER_FAILED", 0),
        ("auth", "SERVER_FAILED", 0),
        ("mail", "SERVER_FAILED", 0),
        ("rcpt", "SERVER_FAILED", 0),
        ("data", "IN_DOUBT", 0),
        ("in data", "IN_DOUBT", 0),
        ("after data", "IN_DOUBT", 1),
        ("after 250", "ACCEPTED", 1),
        ("quit", "ACCEPTED", 1),
    ]


@pytest.mark.parametrize(
    ("step", "answer", "fate", "reason"),
    [
        (
            "rcpt",
            "550 no such user",
            "REFUSED",
            "The mail server refused the address: “550 no such user”.",
        ),
        (
            "rcpt",
            "450 later",
            "DEFERRED",
            "The mail server did not take the address yet: “450 later”.",
        ),
        ("data", "554 no", "REFUSED", "The mail server refused the message: “554 no”."),
        (
            "after data",
            "552 too big",
            "REFUSED",
            "The mail server refused the message: “552 too big”.",
        ),
        (
            "after data",
            "451 busy",
            "DEFERRED",
            "The mail server did not take the message yet: “451 busy”.",
        ),
        # The settings are wrong, and no message: it waits until they are right.
        (
            "mail",
            "550 not you",
            "SERVER_FAILED",
            "The mail server takes nothing from a@example.org: “550 not you”.",
        ),
        (
            "auth",
            "535 no",
            "SERVER_FAILED",
            "The mail server does not let Levelset in: “535 no”. Look at MAIL_URL.",
        ),
    ],
)
def test_what_a_server_answers_is_said_in_a_sentence(step, answer, fate, reason):
    with mail_server() as server:
        server.answers = {step: answer}
        port = int(server.url.rpartition(":")[2])
        url = MailServer("127.0.0.1", port, Encryption.NONE, "a", "b")
        delivery = deliver(
            url, host="a", sender="a@example.org", to="b@example.org", message=b"A: b\r\n"
        )

    assert (delivery.fate.name, delivery.reason) == (fate, reason)
    assert server.accepted == []


def test_nothing_is_sent_in_clear_to_a_server_that_cannot_encrypt():
    with mail_server() as server:
        port = int(server.url.rpartition(":")[2])
        url = MailServer("127.0.0.1", port, Encryption.STARTTLS, "user", "secret")
        steps = []
        server.at_step = steps.append
        delivery = deliver(
            url, host="a", sender="a@example.org", to="b@example.org", message=b"A: b\r\n"
        )

    assert (delivery.fate, steps) == (Fate.SERVER_FAILED, ["ehlo"])
    assert "STARTTLS" in delivery.reason


@pytest.mark.usefixtures("session")
def test_a_refused_address_is_given_up_at_once_and_a_server_that_is_away_after_days(server, at):
    left_for("Bo")
    server.answers = {"rcpt": "550 no such user"}
    look()
    assert (only().status, only().tries) == (MailStatus.FAILED, 1)

    db.session.delete(only())
    left_for("Cy")
    server.answers = {"mail": "550 not you"}
    tried = []
    for hours in range(200):
        at(hours=hours)
        look()
        tried.append((only().tries, only().status))

    assert tried[0] == (1, MailStatus.WAITING)
    assert only().status is MailStatus.FAILED
    assert only().reason.startswith("Given up after four days. The mail server takes nothing")
    # Once an hour at the most.
    assert 90 < only().tries < 100


@pytest.mark.usefixtures("session", "at")
def test_a_server_that_fails_is_not_asked_for_the_next_message(server):
    left_for("Bo")
    left_for("Cy")
    server.answers = {"mail": "421 not now"}

    look()

    tries = db.session.scalars(select(OutboxMessage.tries).order_by(OutboxMessage.id)).all()
    assert tries == [1, 0]


@pytest.mark.usefixtures("session", "at")
def test_who_may_not_get_it_any_more_gets_nothing_and_the_reason_is_kept(server):
    bo = left_for()
    bo.is_active = False
    db.session.commit()

    look()

    assert server.accepted == []
    assert (only().status, only().reason) == (MailStatus.NOT_SENT, "The account is closed.")
    assert db.session.scalars(select(SignInLink)).all() == []


@pytest.mark.usefixtures("session")
def test_a_message_in_doubt_does_not_go_to_an_address_that_the_person_gave_up(server, at):
    bo = left_for(email="old@example.org")
    server.breaks = ["after data"]
    look()
    bo.email, bo.email_key = "new@example.org", "new@example.org"
    db.session.commit()
    at(minutes=20)

    look()

    assert server.recipients == ["old@example.org", "new@example.org"]
    assert only().status is MailStatus.SENT


@pytest.mark.usefixtures("session")
def test_whoever_has_no_address_any_more_is_not_written_to(server):
    """Somebody else may have the one that was theirs."""
    bo = left_for(kind=MailKind.ACCOUNT_CLOSED, is_active=False)
    bo.email, bo.email_key = "", f"given up: {bo.public_id}"
    db.session.commit()

    look()

    assert server.accepted == []
    reason = "The person has no address any more."
    assert (only().status, only().reason) == (MailStatus.NOT_SENT, reason)


@pytest.mark.usefixtures("session")
def test_a_link_that_was_used_is_not_sent_again(server, at):
    left_for()
    server.breaks = ["after data"]
    look()
    db.session.execute(update(SignInLink).values(used_at=NOW))
    db.session.commit()
    at(minutes=20)

    look()

    assert len(server.accepted) == 1
    assert only().reason == "The link in it was used: it has arrived."


@pytest.mark.usefixtures("session")
def test_the_link_of_a_message_that_nobody_has_lives_from_when_it_is_sent(server, at):
    left_for()
    server.answers = {"rcpt": "450 later"}
    look()
    server.answers = {}
    at(days=3)

    look()

    [link] = db.session.scalars(select(SignInLink)).all()
    assert link.expires_at == NOW + timedelta(days=10)


@pytest.mark.usefixtures("session", "at")
@pytest.mark.parametrize(
    "name",
    [
        "Bo\r\nBcc: evil@example.org",
        "Bo\x07\u2028\u202e",
        '"Bo" <evil@example.org>,',
        "é" * 150,
        "=?utf-8?q?Bcc?=",
    ],
)
def test_no_name_breaks_a_header(name, server):
    bo = left_for(name)

    look()

    [mail] = server.messages
    assert [address.addr_spec for address in mail["To"].addresses] == [bo.email]
    assert server.recipients == [bo.email]
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "X-Peer",
    } - {"X-Peer"}  # fmt: skip
    assert max(len(line) for line in server.accepted[0].split(b"\r\n")) < 999


@pytest.mark.usefixtures("session", "at", "server")
def test_a_mail_with_a_text_of_a_packet_fails_its_test():
    packet = a_packet(a_cycle())
    left_for(marked("Bo of whom somebody wrote that all is very well", "R16", packet))

    with SWEEP.expecting() as found:
        look()

    assert set(found) == {f"A mail holds zq7r16p{packet.id}a0n0q."}


@pytest.mark.usefixtures("session", "at")
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("bo@bücher.example", "bo@xn--bcher-kva.example"),
        ("bö@example.org", "bö@example.org"),
        ("bo@intranet", "bo@intranet"),
    ],
)
def test_addresses_of_other_letters_get_mail(address, said, server):
    left_for(email=address)

    look()

    assert (only().reason, server.recipients) == ("", [said])


@pytest.mark.usefixtures("session", "at")
@pytest.mark.parametrize("address", ["bo", "a b@example.org", "bo@exa\nmple.org", "@", "a@b@c"])
def test_an_address_that_cannot_be_written_keeps_no_other_from_being_sent(address, server):
    left_for(email=address)
    left_for("Cy")

    look()

    first, second = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert (first.status, second.status) == (MailStatus.FAILED, MailStatus.SENT)
    assert len(server.accepted) == 1


@pytest.mark.usefixtures("session", "at", "server")
def test_no_transaction_is_open_while_the_server_is_spoken_to():
    left_for()
    asked = []

    def watched(*given):
        assert not db.session().in_transaction()
        asked.append(given)
        return worker.hand_over(*given)

    look(hand_over=watched)

    assert len(asked) == 1


@pytest.mark.usefixtures("session", "server")
def test_the_worker_is_seen_when_it_looks(at):
    look()
    at(minutes=3)
    look()

    [row] = db.session.scalars(select(WorkerHeartbeat)).all()
    assert row.seen_at == NOW + timedelta(minutes=3)


def test_two_workers_never_send_one_message_twice(database):
    app = application(database, MAIL_URL="smtp://127.0.0.1:9", MAIL_FROM="l@example.org")
    sent, start = [], Barrier(2)
    with app.app_context():
        for number in range(30):
            left_for(f"P{number}")

    def taken(message_id, _wording, _token):
        sent.append(message_id)
        return Delivery(Fate.ACCEPTED)

    def work():
        with app.app_context():
            start.wait()
            while db.session.scalar(
                select(OutboxMessage.id).where(OutboxMessage.status == MailStatus.WAITING).limit(1)
            ):
                db.session.rollback()
                # A lock that is not had in time is waited for at the next look.
                with suppress(OperationalError):
                    sending.send_due(
                        taken, service.open_mailed_link, what_waits, stop=lambda: False
                    )
                db.session.rollback()
            db.session.remove()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sent) == len(set(sent)) == 30
    with app.app_context():
        disconnect()


@pytest.mark.usefixtures("session")
def test_what_ended_long_ago_is_forgotten(server, at):
    left_for()
    look()
    left_for("Cy")
    at(days=91)

    sending.forget_old()

    assert only().person_id == db.session.scalars(select(Person.id).filter_by(name="Cy")).one()
    assert len(server.accepted) == 1
