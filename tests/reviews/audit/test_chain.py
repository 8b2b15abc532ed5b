"""The chain of the audit log shows every change that somebody made behind its back."""

import pytest
from sqlalchemy import delete, select, update

from reviews.audit import chain, service
from reviews.audit.queries import verify
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.rules.enums import Verb
from tests.builders import NOW, a_person

pytestmark = pytest.mark.both_databases


@pytest.fixture
def lines(session):
    """Five lines of a log."""
    actor = a_person()
    found = [
        service.record(actor, Verb.EDIT_PANELS, f"Change {number}", at=NOW, quorum=number)
        for number in range(1, 6)
    ]
    session.expire_all()
    return found


def first_broken():
    db.session.expire_all()
    found = verify()
    return found.intact, found.broken


@pytest.mark.usefixtures("lines")
def test_an_untouched_log_is_whole():
    assert first_broken() == (5, None)


@pytest.mark.usefixtures("session")
def test_an_empty_log_is_whole():
    assert first_broken() == (0, None)


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Nothing happened"},
        {"at": NOW.replace(year=2020)},
        {"actor_id": None},
        {"action": "release_cycle"},
        {"details": {"quorum": 9}},
    ],
)
def test_an_edited_line_is_found(session, lines, change):
    session.execute(update(AuditEvent).where(AuditEvent.id == lines[2].id).values(change))

    intact, broken = first_broken()

    assert intact == 2
    assert broken.startswith(f"line 3 (id {lines[2].id}, ")


def test_a_deleted_line_is_found_at_the_next(session, lines):
    session.execute(delete(AuditEvent).where(AuditEvent.id == lines[1].id))

    intact, broken = first_broken()

    assert intact == 1
    assert f"(id {lines[2].id}, " in broken


def test_an_inserted_line_is_found(session, lines):
    forged = AuditEvent(at=NOW, action="edit_panels", summary="Never happened", details={})
    forged.digest = chain.digest_of(forged, "0" * 64)
    session.add(forged)
    session.flush()
    inserted = forged.id

    intact, broken = first_broken()

    assert (intact, f"(id {inserted}, " in broken) == (len(lines), True)


def test_a_tail_that_was_cut_off_is_found(session, lines):
    session.execute(delete(AuditEvent).where(AuditEvent.id.in_([line.id for line in lines[3:]])))

    assert first_broken() == (3, "the log ends after 3 lines; it should hold 5.")


@pytest.mark.usefixtures("lines")
def test_a_log_that_was_emptied_is_found(session):
    session.execute(delete(AuditEvent))

    assert first_broken() == (0, "the log ends after 0 lines; it should hold 5.")


def test_two_lines_that_changed_places_are_found(session, lines):
    second, third = lines[1].id, lines[2].id
    rows = {row.id: row for row in session.scalars(select(AuditEvent))}
    swapped = {second: rows[third].summary, third: rows[second].summary}
    for line, summary in swapped.items():
        session.execute(update(AuditEvent).where(AuditEvent.id == line).values(summary=summary))

    assert first_broken()[0] == 1


def test_another_key_makes_another_chain(app, lines):
    chain.sign_with("another key")
    try:
        assert first_broken()[0] == 0
    finally:
        chain.sign_with(app.config["AUDIT_KEY"])
    assert first_broken() == (len(lines), None)


@pytest.mark.usefixtures("lines")
def test_the_head_counts_what_was_written(session):
    assert session.scalars(select(AuditHead.count)).one() == 5


@pytest.mark.usefixtures("lines")
def test_the_command_says_whether_the_log_is_whole(app, session):
    whole = app.test_cli_runner().invoke(args=["audit", "verify"])
    session.execute(delete(AuditEvent))
    broken = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (whole.exit_code, whole.output) == (0, "The audit log is whole: 5 lines.\n")
    assert (broken.exit_code, broken.output) == (
        1,
        "Error: The audit log is broken: the log ends after 0 lines; it should hold 5.\n",
    )
