"""How the lines of the audit log hang together, and who waits for whom."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from reviews.audit import chain, service, verification
from reviews.audit.verification import Verification, verify
from reviews.db.extensions import db
from reviews.db.models.audit import AuditHead
from reviews.db.models.people import Person
from reviews.rules.enums import Verb
from tests.builders import NOW, a_person, viewer_of
from tests.conftest import application, disconnect
from tests.reviews.audit.lines import break_in, verified, written_by

pytestmark = pytest.mark.both_databases


@pytest.mark.usefixtures("session")
def test_an_untouched_log_is_whole():
    written_by([a_person()] * 5)

    assert verified() == Verification(5)


@pytest.mark.usefixtures("session")
def test_an_empty_log_is_whole():
    assert verified() == Verification(0)


@pytest.mark.usefixtures("session")
def test_a_log_of_several_people_is_whole():
    written_by([a_person(), a_person()] * 3)

    assert verified() == Verification(6)


def test_the_heads_count_what_was_written(session):
    lines = written_by([a_person(), a_person()] * 3)

    counts = dict.fromkeys(range(chain.LANES), 0)
    for line in lines:
        counts[line.lane] += 1
    assert sorted(counts.values())[-2:] == [3, 3]
    assert {h.lane: h.count for h in session.scalars(select(AuditHead))} == counts


def test_people_of_different_lanes_do_not_wait_for_each_other():
    assert {chain.lane_of(person) for person in range(1, 17)} == set(range(16))
    assert chain.lane_of(None) == chain.lane_of(16) == 0


def test_the_command_says_whether_the_log_is_whole_and_where_it_is_not(app, session):
    lines = written_by([a_person()] * 5)
    lane, second = lines[0].lane, lines[1].id
    whole = app.test_cli_runner().invoke(args=["audit", "verify"])
    break_in()
    session.execute(text("UPDATE audit_event SET summary = 'x' WHERE id = :id"), {"id": second})
    session.execute(text("UPDATE audit_head SET count = 4 WHERE lane = :lane"), {"lane": lane})
    broken = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (whole.exit_code, broken.exit_code) == (0, 1)
    assert whole.output == (
        "The audit log is whole: 5 lines.\n"
        "No anchor was asked: whether newer lines were taken away is not known.\n"
    )
    assert broken.output == (
        "Error: The audit log is broken.\n"
        f"- line 2 of lane {lane} (id {second}, {NOW:%Y-%m-%d %H:%M:%S} UTC): does not follow from the line before"
        " in its lane: one of the two changed.\n"
        f"- lane {lane}: its head was edited, exchanged or written with another key.\n"
    )


@pytest.fixture
def two_people(database):
    """An application over a database of its own, and the row ids of two people in lanes of their own."""
    app = application(database)
    with app.app_context():
        people = [a_person().id, a_person().id]
        db.session.commit()
    yield app, people
    with app.app_context():
        disconnect()


def test_people_in_different_lanes_write_at_the_same_time(two_people):
    app, (ada, bo) = two_people
    if "sqlite" in app.config["SQLALCHEMY_DATABASE_URI"]:
        pytest.skip("SQLite has one writer")
    with app.app_context():
        service.record(viewer_of(db.session.get(Person, ada)), Verb.EDIT_PANELS, "First", at=NOW)
        with app.app_context():
            db.session.execute(text("SET LOCAL lock_timeout = '2s'"))
            bo = viewer_of(db.session.get(Person, bo))
            service.record(bo, Verb.EDIT_PANELS, "Second", at=NOW)
            db.session.commit()
            db.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            ada = viewer_of(db.session.get(Person, ada))
            with pytest.raises(OperationalError, match="lock timeout"):
                service.record(ada, Verb.EDIT_PANELS, "Third", at=NOW)
            db.session.rollback()
        db.session.commit()
        assert verify() == Verification(2)


def test_what_is_written_while_the_log_is_read_is_no_break(two_people, monkeypatch):
    app, (ada, _) = two_people
    heads_of = verification.heads
    with app.app_context():
        ada = viewer_of(db.session.get(Person, ada))
        service.record(ada, Verb.EDIT_PANELS, "First", at=NOW)
        db.session.commit()

        def and_then_somebody_writes():
            found = heads_of()
            monkeypatch.setattr(verification, "heads", heads_of)
            service.record(ada, Verb.EDIT_PANELS, "Second", at=NOW)
            db.session.commit()
            return found

        monkeypatch.setattr(verification, "heads", and_then_somebody_writes)
        assert verify() == Verification(2)
