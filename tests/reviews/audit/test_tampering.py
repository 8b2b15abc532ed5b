"""Whoever can write to the database without the key changes nothing of the audit log unseen. Each place is named."""

from contextlib import contextmanager

import pytest
from flask import current_app
from sqlalchemy import Result, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from ladders.orm import Base
from reviews.audit import chain, service, verification
from reviews.audit.verification import Verification
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.rules.enums import Verb
from tests.builders import NOW, a_cycle, a_packet, a_person
from tests.reviews.audit.lines import (
    WRITTEN,
    break_in,
    places,
    problems,
    rows_of,
    verified,
    written_by,
)

pytestmark = pytest.mark.both_databases

#: What somebody who edits a line may put into each of its columns.
EDITS = {
    "at": NOW.replace(year=2020),
    "actor_id": None,
    "action": "release_cycle",
    "cycle_id": 1,
    "packet_id": 1,
    "summary": "Nothing happened",
    "details": {"quorum": 9},
    "lane": 15,
    "digest": "0" * 64,
}
#: Told by nothing but the order of a lane's lines, which the chain has.
OUTSIDE = {"id"}


@pytest.fixture
def lines(session):  # noqa: ARG001 - rolls back
    """Five lines of a log, all of one person, in a database that somebody has broken into."""
    found = written_by([a_person()] * 5)
    break_in()
    return found


@pytest.fixture
def mixed(session):  # noqa: ARG001 - rolls back
    """Six lines of a log: two people in lanes of their own, in turn. Their triggers are gone as well."""
    ada, bo = a_person(), a_person()
    found = written_by([ada, bo, ada, bo, ada, bo])
    break_in()
    return found


def change(line, **values):
    db.session.execute(update(AuditEvent).where(AuditEvent.id == line).values(values))


def at(line, lane, number):
    """Where a line that is there is named."""
    return (lane, number, line, WRITTEN)


# -- The database itself


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET summary = 'x'",
        "UPDATE audit_event SET id = id + 100",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event LIMIT 1",
        "TRUNCATE audit_event",
    ],
)
def test_the_database_refuses_to_change_a_line(session, statement):
    of_one = {"INSERT OR REPLACE": "sqlite", "TRUNCATE": "postgresql"}
    for beginning, product in of_one.items():
        if statement.startswith(beginning) and product != db.engine.dialect.name:
            pytest.skip(f"{product} alone has this statement")
    written_by([a_person()] * 2)
    before = rows_of(AuditEvent)

    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text(statement))

    assert rows_of(AuditEvent) == before


# -- One line


def test_every_column_of_a_line_is_covered():
    columns = {column.name for column in AuditEvent.__table__.columns}

    assert columns == EDITS.keys() | OUTSIDE
    assert EDITS.keys() == set(chain.SIGNED) | {"lane", "digest"}


@pytest.mark.parametrize("column", [name for name in EDITS if name != "digest"])
def test_an_edited_line_is_found(lines, column):
    # So that the row that is pointed at is there.
    a_packet(a_cycle(id=1), id=1)
    lane, third = lines[2].lane, lines[2].id
    value = (lane + 1) % chain.LANES if column == "lane" else EDITS[column]
    change(third, **{column: value})

    found = places()

    if column == "lane":  # it is missed in its own as well
        assert found[0] == at(third, value, 1)
    elif column == "at":
        assert found == [(lane, 3, third, "2020" + WRITTEN[4:])]
    else:
        assert found == [at(third, lane, 3)]


def test_an_edited_digest_is_found_at_its_line_and_the_next(lines):
    lane, third, fourth = lines[2].lane, lines[2].id, lines[3].id
    change(third, digest=EDITS["digest"])

    assert places() == [at(third, lane, 3), at(fourth, lane, 4)]


def test_an_edited_digest_of_the_last_line_is_found_at_the_head_too(lines):
    lane, last = lines[4].lane, lines[4].id
    change(last, digest=EDITS["digest"])

    assert places() == [at(last, lane, 5), (lane, 5, None, None)]


def test_every_edited_line_is_found(mixed):
    places_of = [at(line.id, line.lane, number // 2 + 1) for number, line in enumerate(mixed)]
    for line in (mixed[0].id, mixed[3].id, mixed[4].id):
        change(line, summary="Nothing happened")

    assert places() == [places_of[0], places_of[3], places_of[4]]


def test_of_many_edited_lines_the_first_are_named_and_the_others_counted(lines, monkeypatch):
    monkeypatch.setattr(verification, "PLACES_SHOWN", 2)
    lane, ids = lines[0].lane, [line.id for line in lines]
    for line in ids:
        change(line, summary="Nothing happened")

    found = verified()

    assert [place.line for place in found.places] == [1, 2]
    assert (found.more, found.places[0].lane) == (3, lane)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("details", "no JSON"),
        ("details", b"\xff"),
        ("details", "[" * 100_000),
        ("at", "yesterday"),
        ("at", "2027-03-01 09:12:44.000000+05:00"),
        ("at", 7),
        ("summary", b"\xff\xfe"),
        ("action", 7),
        ("digest", b"\xff"),
    ],
)
def test_a_line_that_cannot_even_be_read_is_found(session, lines, column, value):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite keeps what a column is not for")
    lane, third = lines[2].lane, lines[2].id
    statement = text(f"UPDATE audit_event SET {column} = CAST(:value AS BLOB) WHERE id = :id")  # noqa: S608 - our names
    session.execute(statement, {"value": value, "id": third})
    if isinstance(value, str):
        session.execute(
            text(f"UPDATE audit_event SET {column} = CAST({column} AS TEXT) WHERE id = :id"),  # noqa: S608 - our names
            {"id": third},
        )

    assert places()[0][:3] == (lane, 3, third)


def test_json_in_a_text_is_not_what_was_written(session, lines):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no type of its own for JSON")
    lane, third = lines[2].lane, lines[2].id
    session.execute(
        text("UPDATE audit_event SET details = to_json(details::text) WHERE id = :id"),
        {"id": third},
    )

    assert places() == [at(third, lane, 3)]


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("to_char(at, 'YYYY-MM-DD HH24:MI:SSOF') || ' BC'", f"{WRITTEN[:19]} UTC"),
        ("'infinity'", None),
        ("'12026-01-01 00:00+00'", "12026-01-01 00:00:0 UTC"),
    ],
    ids=["before Christ", "the end of all time", "five digits"],
)
def test_an_instant_that_no_clock_has_shown_is_not_what_was_written(session, lines, instant, said):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite keeps instants as text")
    lane, third = lines[2].lane, lines[2].id
    session.execute(
        text(f"UPDATE audit_event SET at = CAST({instant} AS timestamptz) WHERE id = :id"),  # noqa: S608 - our words
        {"id": third},
    )

    assert places() == [(lane, 3, third, said)]


# -- What it costs


@pytest.mark.usefixtures("session")
def test_lines_are_fetched_a_thousand_at_a_time(monkeypatch):
    written_by([a_person()] * 50)
    fetched = []
    partitions = Result.partitions

    def recorded(self, size=None):
        for each in partitions(self, size):
            fetched.append(len(each))
            yield each

    monkeypatch.setattr(Result, "partitions", recorded)

    assert verified().places == ()
    assert fetched == [50]


# -- Several lines


def test_a_deleted_line_is_found_at_the_next(session, lines):
    lane, second, third = lines[0].lane, lines[1].id, lines[2].id
    session.execute(delete(AuditEvent).where(AuditEvent.id == second))

    # What follows stands one place further up, and the head knows how many there were.
    assert places() == [at(third, lane, 2), (lane, 5, None, None)]


def forged(session, lane, **values):
    line = {
        "at": NOW,
        "action": "edit_panels",
        "summary": "Never happened",
        "details": {},
        **values,
    }
    columns = [chain.instant_text(NOW), *(line.get(name) for name in chain.SIGNED[1:])]
    line["digest"] = chain.digest_of(chain.start_of(lane), columns)
    return session.scalar(insert(AuditEvent).values(lane=lane, **line).returning(AuditEvent.id))


def test_an_inserted_line_is_found(session, lines):
    lane = lines[0].lane
    with another_key():
        inserted = forged(session, lane)

    assert places() == [at(inserted, lane, 6), (lane, 6, None, None)]


def test_a_line_that_was_inserted_between_others_is_found(session, lines):
    lane, ids = lines[0].lane, [line.id for line in lines]
    for line in reversed(ids[2:]):
        change(line, id=line + 1)
    with another_key():
        forged(session, lane, id=ids[2])

    assert places() == [
        at(ids[2], lane, 3),
        at(ids[2] + 1, lane, 4),
        (lane, 6, None, None),
    ]


def test_a_line_in_a_lane_that_nobody_wrote_to_is_found(session, lines):
    free = (lines[0].lane + 1) % chain.LANES
    with another_key():
        inserted = forged(session, free)

    assert places() == [at(inserted, free, 1), (free, 1, None, None)]


def test_reordered_lines_are_found(lines):
    lane, second, third, fourth = lines[0].lane, lines[1].id, lines[2].id, lines[3].id
    change(second, id=10_000)
    change(third, id=second)
    change(10_000, id=third)

    assert places() == [at(second, lane, 2), at(third, lane, 3), at(fourth, lane, 4)]


@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_line_that_was_moved_to_another_lane_is_found(mixed, place):
    free = next(lane for lane in range(chain.LANES) if lane not in {m.lane for m in mixed})
    line = mixed[place].id
    change(line, lane=free)

    assert at(line, free, 1) in places()


def test_a_whole_lane_that_was_moved_is_found(session, mixed):
    old, first = mixed[0].lane, mixed[0].id
    used = {line.lane for line in mixed}
    free = next(lane for lane in range(chain.LANES) if lane not in used)
    session.execute(update(AuditEvent).where(AuditEvent.lane == old).values(lane=free))

    assert sorted(places(), key=str) == sorted(
        [at(first, free, 1), (free, 1, None, None), (old, 1, None, None)], key=str
    )


def test_a_line_in_a_lane_that_does_not_exist_is_found(mixed):
    lane, last = mixed[5].lane, mixed[5].id
    change(last, lane=99)

    assert places() == [(None, None, last, WRITTEN), (lane, 3, None, None)]


# -- The end of the log


def test_an_end_that_was_cut_off_is_found(session, lines):
    lane = lines[0].lane
    session.execute(delete(AuditEvent).where(AuditEvent.id.in_([line.id for line in lines[3:]])))

    assert problems() == [f"line 4 of lane {lane}: the lane has 3 lines, and its head says 5."]


def test_an_end_that_was_cut_off_one_lane_is_found(session, mixed):
    lane = mixed[4].lane
    session.execute(delete(AuditEvent).where(AuditEvent.id == mixed[4].id))

    assert places() == [(lane, 3, None, None)]


def test_an_end_that_was_cut_off_with_its_head_set_to_match_is_found(session, lines):
    lane, third = lines[0].lane, lines[2].digest
    session.execute(delete(AuditEvent).where(AuditEvent.id.in_([line.id for line in lines[3:]])))
    session.execute(update(AuditHead).where(AuditHead.lane == lane).values(count=3, digest=third))

    assert problems() == [
        f"lane {lane}: its head was edited, exchanged or written with another key."
    ]


@pytest.mark.usefixtures("lines")
def test_what_is_written_later_does_not_make_such_a_head_good(session):
    author = a_person()
    lane = chain.lane_of(author.id)
    (one, two) = written_by([author] * 2)
    one = one.digest
    session.execute(delete(AuditEvent).where(AuditEvent.id == two.id))
    session.execute(update(AuditHead).where(AuditHead.lane == lane).values(count=1, digest=one))
    session.expire_all()

    service.record(author, Verb.EDIT_PANELS, "Third", at=NOW)
    service.record(author, Verb.EDIT_PANELS, "Fourth", at=NOW)

    assert places() == [(lane, None, None, None)]


@pytest.mark.usefixtures("lines")
def test_everything_deleted_with_heads_reset_is_found(session):
    session.execute(delete(AuditEvent))
    for lane in range(chain.LANES):
        session.execute(
            update(AuditHead)
            .where(AuditHead.lane == lane)
            .values(count=0, digest=chain.start_of(lane))
        )

    found = verified()

    assert [place.lane for place in found.places] == [
        head["lane"]
        for head in rows_of(AuditHead)
        if head["mac"] != chain.head_mac(head["lane"], 0, head["digest"])
    ]
    assert len(found.places) == 1


# -- The numbers


@pytest.mark.parametrize("table", ["person", "cycle", "packet"])
def test_a_number_that_would_be_given_again_is_found(session, table):
    """The next one would be taken for the last: its lines, what it was shown and what it may."""
    packet = a_packet(a_cycle())
    service.record(packet.candidate, Verb.EDIT_PANELS, "One", at=NOW, packet=packet)
    last_person = a_person()
    service.record(last_person, Verb.EDIT_PANELS, "Two", at=NOW)
    number = {"person": last_person.id, "cycle": packet.cycle_id, "packet": packet.id}[table]
    session.flush()
    assert problems() == []

    if db.engine.dialect.name == "postgresql":
        sequence = select(func.pg_get_serial_sequence(table, "id")).scalar_subquery()
        session.execute(select(func.setval(sequence, number, False)))
    else:
        session.commit()
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(delete(Base.metadata.tables[table]).where(text("id = :id")), {"id": number})

    assert problems() == [
        f"the next {table} would be number {number}, and the log knows them up to {number}."
    ]


# -- The heads


@pytest.mark.parametrize("with_its_lines", [True, False])
def test_a_head_that_was_taken_out_is_found(session, mixed, with_its_lines):
    lane = mixed[0].lane
    if with_its_lines:
        session.execute(delete(AuditEvent).where(AuditEvent.lane == lane))
    session.execute(delete(AuditHead).where(AuditHead.lane == lane))

    assert problems() == [f"lane {lane}: its head was taken out."]


def test_a_lane_that_was_taken_out_is_found(session, mixed):
    lane = mixed[0].lane
    session.execute(delete(AuditEvent).where(AuditEvent.lane == lane))

    assert places() == [(lane, 1, None, None)]


def test_two_heads_that_were_exchanged_are_found(session, mixed):
    one, two = (line.lane for line in mixed[:2])
    heads = {head["lane"]: head for head in rows_of(AuditHead)}
    for lane, other in ((one, two), (two, one)):
        values = {**heads[other], "lane": lane}
        session.execute(update(AuditHead).where(AuditHead.lane == lane).values(values))

    assert places() == [(lane, None, None, None) for lane in sorted((one, two))]


def test_a_head_of_a_lane_that_does_not_exist_is_found(session, lines):
    session.execute(
        insert(AuditHead).values(lane=99, count=0, digest="0" * 64, mac=chain.head_mac(99, 0, ""))
    )

    assert problems() == ["there is a head of a lane that does not exist, 99."]
    assert verified().lines == len(lines)


# -- The key


@contextmanager
def another_key():
    """Inside the block, the log is written with a key that is not ours."""
    chain.sign_with("another key")
    try:
        yield
    finally:
        chain.sign_with(current_app.config["AUDIT_KEY"])


def test_a_line_that_was_written_with_another_key_is_found(session):
    author = a_person()
    lane = chain.lane_of(author.id)
    written_by([author] * 2)
    with another_key():
        (foreign,) = written_by([author])
    written_by([author])

    # A head that was not ours stays without a mac.
    assert places() == [at(foreign.id, lane, 3), (lane, None, None, None)]
    assert session.scalar(select(AuditHead.mac).where(AuditHead.lane == lane)) == ""


def test_another_key_makes_another_chain(lines):
    with another_key():
        found = verified()

    assert [place.line for place in found.places[:5]] == [1, 2, 3, 4, 5]
    assert [place.lane for place in found.places[5:]] == list(range(chain.LANES))
    assert verified() == Verification(len(lines))
