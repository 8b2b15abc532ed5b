"""The chain of the audit log shows every change that somebody made behind its back."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import OperationalError

from reviews.audit import chain, service
from reviews.audit.queries import Verification, verify
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.db.models.people import Person
from reviews.rules.enums import Verb
from tests.builders import NOW, a_person, viewer_of
from tests.conftest import application, disconnect

pytestmark = pytest.mark.both_databases


def written_by(actors):
    """A line of each, in this order."""
    found = [
        service.record(actor, Verb.EDIT_PANELS, f"Change {number}", at=NOW, quorum=number)
        for number, actor in enumerate(actors, start=1)
    ]
    db.session.expire_all()
    return found


@pytest.fixture
def lines(session):  # noqa: ARG001 - rolls back
    """Five lines of a log, all of one person."""
    return written_by([a_person()] * 5)


@pytest.fixture
def mixed(session):  # noqa: ARG001 - rolls back
    """Six lines of a log: two people in lanes of their own, in turn."""
    ada, bo = a_person(), a_person()
    return written_by([ada, bo, ada, bo, ada, bo])


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


def forged(session, lane):
    line = AuditEvent(at=NOW, action="edit_panels", summary="Never happened", details={}, lane=lane)
    line.digest = chain.digest_of(line, chain.start_of(lane))
    session.add(line)
    session.flush()
    return line.id


def test_an_inserted_line_is_found(session, lines):
    inserted = forged(session, lines[0].lane)

    intact, broken = first_broken()

    assert (intact, f"(id {inserted}, " in broken) == (len(lines), True)


def test_a_line_in_a_lane_that_nobody_wrote_to_is_found(session, lines):
    forged(session, (lines[0].lane + 1) % chain.LANES)

    assert first_broken() == (6, "the log ends after 6 lines; it should have 5.")


def test_a_tail_that_was_cut_off_is_found(session, lines):
    session.execute(delete(AuditEvent).where(AuditEvent.id.in_([line.id for line in lines[3:]])))

    assert first_broken() == (3, "the log ends after 3 lines; it should have 5.")


@pytest.mark.usefixtures("lines")
def test_a_log_that_was_emptied_is_found(session):
    session.execute(delete(AuditEvent))

    assert first_broken() == (0, "the log ends after 0 lines; it should have 5.")


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


def test_the_heads_count_what_was_written(session, mixed):
    counts = dict.fromkeys(range(chain.LANES), 0)
    for line in mixed:
        counts[line.lane] += 1
    assert sorted(counts.values())[-2:] == [3, 3]
    assert {h.lane: h.count for h in session.scalars(select(AuditHead))} == counts


# -- Several lanes


@pytest.mark.usefixtures("mixed")
def test_a_log_of_several_people_is_whole():
    assert first_broken() == (6, None)


def test_a_line_that_was_taken_out_between_those_of_others_is_found(session, mixed):
    session.execute(delete(AuditEvent).where(AuditEvent.id == mixed[2].id))

    intact, broken = first_broken()

    assert (intact, f"(id {mixed[4].id}, " in broken) == (3, True)


@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_line_that_was_moved_to_another_lane_is_found(session, mixed, place):
    free = next(lane for lane in range(chain.LANES) if lane not in {m.lane for m in mixed})
    line = mixed[place].id
    session.execute(update(AuditEvent).where(AuditEvent.id == line).values(lane=free))

    intact, broken = first_broken()

    assert (intact, f"(id {line}, " in broken) == (place, True)


def test_a_whole_lane_that_was_moved_is_found(session, mixed):
    used = {line.lane for line in mixed}
    free = next(lane for lane in range(chain.LANES) if lane not in used)
    session.execute(update(AuditEvent).where(AuditEvent.lane == mixed[0].lane).values(lane=free))

    assert first_broken()[0] == 0


@pytest.mark.parametrize("with_its_head", [True, False])
def test_a_lane_that_was_taken_out_is_found(session, mixed, with_its_head):
    session.execute(delete(AuditEvent).where(AuditEvent.lane == mixed[0].lane))
    if with_its_head:
        session.execute(delete(AuditHead).where(AuditHead.lane == mixed[0].lane))

    intact, broken = first_broken()

    assert intact == 3
    assert broken.startswith("the log ends after 3 lines")


def test_an_end_that_was_cut_off_one_lane_is_found(session, mixed):
    session.execute(delete(AuditEvent).where(AuditEvent.id == mixed[4].id))

    assert first_broken() == (5, "the log ends after 5 lines; it should have 6.")


def test_a_line_in_a_lane_that_does_not_exist_is_found(session, mixed):
    session.execute(update(AuditEvent).where(AuditEvent.id == mixed[5].id).values(lane=99))

    assert first_broken()[0] == 5


def test_people_of_different_lanes_do_not_wait_for_each_other():
    assert {chain.lane_of(person) for person in range(1, 17)} == set(range(16))
    assert chain.lane_of(None) == chain.lane_of(16) == 0


@pytest.mark.usefixtures("lines")
def test_the_command_says_whether_the_log_is_whole(app, session):
    whole = app.test_cli_runner().invoke(args=["audit", "verify"])
    session.execute(delete(AuditEvent))
    broken = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (whole.exit_code, whole.output) == (0, "The audit log is whole: 5 lines.\n")
    assert (broken.exit_code, broken.output) == (
        1,
        "Error: The audit log is broken: the log ends after 0 lines; it should have 5.\n",
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
        assert verify() == Verification(2, None)
