"""Reminders: by choice, one on a morning at most, true when they are sent, and seen by nobody but their person."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from reviews import worker
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage, ReminderChoice
from reviews.db.models.packets import Assignment
from reviews.home import tasks
from reviews.home.reminders import KINDS, what_waits
from reviews.mail import reminders, sending
from reviews.mail.smtp import Delivery, Fate
from reviews.people import service
from reviews.rules.enums import (
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    MailStatus,
    PacketStage,
    ReminderDays,
)
from reviews.rules.reminders import reminder_day
from tests.builders import (
    a_conflict,
    a_cycle,
    a_packet,
    a_panel,
    a_person,
    an_assignment,
)
from tests.conftest import application, disconnect
from tests.pages import values_of
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

#: A Monday.
MONDAY = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
FORM = ".//form[@action='/account/reminders']"
DAILY, WEEKLY = ReminderDays.WORKING_DAYS, ReminderDays.MONDAYS


@pytest.fixture
def at(monkeypatch, session):  # noqa: ARG001 - needs a database
    """Hold the clock at so long from Monday's morning."""

    def hold(**later):
        db.session.commit()
        monkeypatch.setattr(clock, "_fixed", MONDAY + timedelta(**later))

    hold()
    return hold


def wants(person, days=DAILY):
    last_day = MONDAY.date() - timedelta(days=7)
    db.session.add(ReminderChoice(person_id=person.id, days=days, last_day=last_day))
    db.session.commit()
    return person


def asked_to_rate(name="Bo", **columns):
    """Somebody who is asked to rate somebody, in a cycle."""
    bo = a_person("", **columns)
    bo.name = name
    cycle = a_cycle(phase=CyclePhase.RATING, rating_due=MONDAY + timedelta(days=3))
    an_assignment(a_packet(cycle), bo, state=AssignmentState.ACCEPTED)
    db.session.commit()
    return bo


def left():
    db.session.commit()
    return reminders.leave_due()


def look(deliver=worker.hand_over):
    db.session.commit()
    sending.send_due(deliver, service.open_mailed_link, what_waits, stop=lambda: False)


def ends():
    db.session.expire_all()
    found = select(OutboxMessage.status, OutboxMessage.reason).order_by(OutboxMessage.id)
    return [tuple(row) for row in db.session.execute(found)]


# -- By choice


def test_nobody_is_reminded_who_has_not_chosen_so(at, client):
    bo = asked_to_rate(password_hash="x")
    client.sign_in(bo)
    form = client.page("/account").one(FORM)
    assert values_of(form)["days"] == ["never"]
    at(days=1)
    assert left() == 0


def test_a_choice_counts_from_the_next_morning_on_and_is_taken_back(at, client):
    bo = asked_to_rate(password_hash="x")
    client.sign_in(bo)

    def choose(days):
        client.submit("/account", {"days": days}, form=FORM)

    choose("working_days")
    assert left() == 0
    at(days=1)
    client.sign_in(bo)
    assert left() == 1
    form = client.page("/account").one(FORM)
    assert values_of(form)["days"] == ["working_days"]
    choose("never")
    at(days=2)
    assert left() == 0
    client.sign_in(bo)
    choose("mondays")
    at(days=4)
    assert left() == 0
    at(days=7)
    assert left() == 1


@pytest.mark.parametrize("sent", [{}, {"days": ""}, {"days": "sundays"}])
def test_what_is_no_choice_changes_nothing(sent, at, client):  # noqa: ARG001 - the clock
    bo = wants(asked_to_rate(password_hash="x"))
    client.sign_in(bo)
    [token] = values_of(client.page("/account").one(FORM))["csrf_token"]

    answer = client.post("/account/reminders", data={"csrf_token": token, **sent})

    assert answer.status_code == 422
    assert "Choose when you are reminded." in answer.text
    assert db.session.scalars(select(ReminderChoice.days)).all() == [DAILY]


def test_without_mail_the_account_page_offers_no_reminder(at, app, client, monkeypatch):  # noqa: ARG001
    monkeypatch.setitem(app.config, "MAIL_URL", "")
    client.sign_in(asked_to_rate(password_hash="x"))

    page = client.page("/account")

    assert page.all(FORM) == []
    assert "nobody is reminded" in page.text(".//main")


# -- One on a morning at most


@pytest.mark.parametrize(
    ("days", "later", "due"),
    [
        (DAILY, {"hours": -1}, None),  # Sunday's morning still
        (DAILY, {}, 0),
        (DAILY, {"hours": 23}, 0),
        (DAILY, {"days": 1}, 1),
        (DAILY, {"days": 4, "hours": 23}, 4),
        (DAILY, {"days": 5}, None),
        (DAILY, {"days": 6}, None),
        (WEEKLY, {}, 0),
        (WEEKLY, {"days": 3}, 0),
        (WEEKLY, {"days": 5}, None),
        (WEEKLY, {"days": 7}, 7),
    ],
)
def test_on_which_day_a_reminder_is_due(days, later, due):
    expected = None if due is None else (MONDAY + timedelta(days=due)).date()
    assert reminder_day(days, MONDAY + timedelta(**later)) == expected


def test_there_is_one_on_a_morning_and_one_after_days_without_a_worker(at, server):
    wants(asked_to_rate())
    assert [left(), left()] == [1, 0]
    at(hours=12)
    assert left() == 0
    # Nothing was sent until Wednesday.
    at(days=2)
    assert [left(), left()] == [1, 0]
    look()

    assert len(server.accepted) == 1
    assert ends() == [(MailStatus.NOT_SENT, "Its morning is over."), (MailStatus.SENT, "")]


def test_two_workers_at_once_leave_one(databases, migrated):
    url = databases.make(copy_of=migrated)
    app = application(url, MAIL_URL="smtp://127.0.0.1:9", MAIL_FROM="levelset@example.org")
    start, left_by = Barrier(2), []

    def work():
        with app.app_context():
            start.wait()
            left_by.append(reminders.leave_due())
            disconnect()

    with app.app_context(), clock.fixed(MONDAY):
        for number in range(20):
            wants(a_person(f"P{number}"))
        workers = [Thread(target=work) for _ in range(2)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()

        assert sum(left_by) == 20
        assert db.session.scalar(select(func.count(OutboxMessage.person_id.distinct()))) == 20
        assert db.session.scalar(select(func.count(OutboxMessage.id))) == 20
        disconnect()
    databases.drop(url)


def test_those_of_a_company_are_left_some_at_a_time(at, monkeypatch):  # noqa: ARG001 - the clock
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    for number in range(3):
        wants(a_person(f"P{number}"))

    assert [left(), left(), left()] == [2, 1, 0]
    assert db.session.scalar(select(func.count(OutboxMessage.person_id.distinct()))) == 3


def test_it_costs_the_same_for_however_many(at, app):
    costs = []
    for people, day in ((2, 0), (20, 1)):
        for number in range(people):
            wants(a_person(f"P{day}.{number}"))
        at(days=day)
        with app.app_context(), recorded(*db.engines.values()) as seen:
            left()
        costs.append(len(seen))

    assert costs[0] == costs[1]


def test_a_closed_account_is_not_reminded(at, server):  # noqa: ARG001 - the clock
    bo = wants(asked_to_rate())
    left()
    bo.is_active = False
    wants(asked_to_rate(is_active=False))

    assert left() == 0
    look()
    assert server.accepted == []
    assert ends() == [(MailStatus.NOT_SENT, "The account is closed.")]


# -- True when it is sent


def test_it_says_how_much_waits_until_when_and_no_name(at, server):  # noqa: ARG001 - the clock
    bo = wants(asked_to_rate("Bo <b>"))
    cycle = a_cycle(phase=CyclePhase.RATING, rating_due=MONDAY + timedelta(days=2), name="Secret")
    ann = a_person("Ann")
    an_assignment(a_packet(cycle, candidate=ann), bo, state=AssignmentState.ACCEPTED)
    left()
    look()

    [mail] = server.messages
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert mail["Subject"] == "What waits for you on Levelset"
    assert text == (
        "Hello Bo <b>,\n\nthis waits for you:\n\n- Ratings to write: 2, the first due on 2 Dec 2026.\n\n"
        "See it on your home page:\n\nhttp://127.0.0.1:8000/\n\n"
        "You chose to be reminded. To change that, or to end it:\n\nhttp://127.0.0.1:8000/account\n\n"
        "Levelset, at http://127.0.0.1:8000/\n"
    )
    html = mail.get_body(("html",)).get_content()
    assert "<li>Ratings to write: 2, the first due on 2 Dec 2026.</li>" in html
    assert "Secret" not in html + text
    assert "Ann" not in html + text


def test_what_is_done_meanwhile_is_not_told(at, server):  # noqa: ARG001 - the clock
    bo = wants(asked_to_rate())
    left()
    assignment = db.session.scalars(
        select(Assignment)
        .where(Assignment.rater_id == bo.id)
        .options(joinedload(Assignment.packet))
    ).one()
    assignment.state = AssignmentState.SUBMITTED
    assignment.submitted_at = MONDAY
    assignment.revision_id = assignment.packet.current_revision_id

    look()

    assert server.accepted == []
    assert ends() == [(MailStatus.NOT_SENT, "Nothing waits.")]


@pytest.mark.parametrize("standing", [ConflictStanding.NONE, ConflictStanding.DECLARED])
def test_a_member_with_a_new_conflict_hears_of_the_packet_no_more(at, server, standing):  # noqa: ARG001
    member = wants(a_person("Bo"))
    cycle = a_cycle(phase=CyclePhase.CALIBRATION, calibration_due=MONDAY + timedelta(days=5))
    panel = a_panel(cycle, chair=a_person("Chair"), members=[member])
    packet = a_packet(cycle, panel=panel, stage=PacketStage.VOTING)
    left()
    a_conflict(packet, member, standing)

    look()

    if standing is ConflictStanding.NONE:
        [mail] = server.messages
        assert "- Packets to vote on: 1, due on 5 Dec 2026.\n" in text_of(mail)
    else:
        assert ends() == [(MailStatus.NOT_SENT, "Nothing waits.")]


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_in_doubt_the_same_is_sent_again_if_it_is_still_true(at):
    bo = wants(asked_to_rate())
    left()
    fates = [Fate.IN_DOUBT, Fate.IN_DOUBT, Fate.ACCEPTED]
    sent = []

    def doubtful(message_id, wording, _token):
        sent.append((message_id, wording))
        return Delivery(fates[len(sent) - 1], "It broke.")

    look(doubtful)
    at(hours=1)
    look(doubtful)
    assert sent[0] == sent[1]
    an_assignment(a_packet(a_cycle(phase=CyclePhase.RATING)), bo, state=AssignmentState.ACCEPTED)
    at(hours=3)
    look(doubtful)

    assert len(sent) == 2
    assert ends() == [(MailStatus.NOT_SENT, "What it said is true no more.")]


def test_every_task_of_the_home_page_has_its_words(app):
    tree = ast.parse(Path(tasks.__file__).read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    assert texts & {rule.endpoint for rule in app.url_map.iter_rules()} == set(KINDS)


# -- Seen by nobody else


@pytest.mark.parametrize("status", MailStatus)
def test_no_owner_learns_of_it_by_any_page(status, at, client):  # noqa: ARG001 - the clock
    bo = asked_to_rate()
    client.sign_in(a_person("Olga", is_owner=True, password_hash="x"))
    pages = ("/mail", "/people", f"/people/{bo.public_id}", "/")
    before = [client.page(path).text(".//main") for path in pages]
    wants(bo)
    left()
    message = db.session.scalars(select(OutboxMessage)).one()
    if status is not MailStatus.WAITING:
        sending.end(message, status, "A reason.", MONDAY)
    db.session.commit()

    assert [client.page(path).text(".//main") for path in pages] == before
    [token] = values_of(client.page("/account").one(FORM))["csrf_token"]
    again = client.post(f"/mail/{message.public_id}/again", data={"csrf_token": token})
    assert again.status_code == 404


def test_that_it_was_sent_is_forgotten_after_a_week(at, server):  # noqa: ARG001 - it takes it
    wants(asked_to_rate())
    left()
    look()
    at(days=6)
    sending.forget_old()
    assert len(ends()) == 1
    at(days=8)
    sending.forget_old()

    assert ends() == []
