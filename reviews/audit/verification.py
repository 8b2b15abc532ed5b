"""Checking the audit log: every line against the one before in its lane, every head, and the anchors outside.

Nothing is believed that is in the database: a column may hold what no column of its kind holds. All places where the
log is broken are found, not the first alone: after a line that does not fit, its lane goes on from what it says.
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import TextClause, column, func, select, table, text
from sqlalchemy.exc import DBAPIError

from ladders.orm import Base
from reviews.audit import anchor
from reviews.audit.anchor import Anchored
from reviews.audit.chain import LANES, SIGNED, digest_of, head_mac, start_of
from reviews.db.extensions import db
from reviews.db.models.audit import AuditHead
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person

#: More places than these are only counted.
PLACES_SHOWN = 100
_BATCH = 1000
#: The columns of a line that name a row by its number, and whose rows those are.
_NAMED: dict[str, type[Base]] = {"actor_id": Person, "cycle_id": Cycle, "packet_id": Packet}

# As the database has it: a column that cannot be read would end the walk. Instants and details come as text, since to
# make values of them and text again would take a fifth of the time. With the era: a year before Christ is another one.
_AS_TEXT = {
    "at": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US AD') AS at",
    "details": "CAST(details AS text) AS details",
}


def _lines(read: Mapping[str, str]) -> TextClause:
    columns = ", ".join(read.get(name, name) for name in SIGNED)
    return text(f"SELECT id, lane, digest, {columns} FROM audit_event ORDER BY id")  # noqa: S608 - our names


@dataclass(frozen=True, slots=True)
class BrokenPlace:
    """Where the log is broken. What is not known is None: a line that is gone has no id, a file has no lane."""

    problem: str
    lane: int | None = None
    #: The number of the line in its lane, or in the file of an anchor.
    line: int | None = None
    id: int | None = None
    at: str | None = None

    def __str__(self) -> str:
        where = []
        if self.line is not None:
            where.append(f"line {self.line}")
        if self.lane is not None:
            where.append(f"lane {self.lane}")
        known = []
        if self.id is not None:
            known.append(f"id {self.id}")
        if self.at is not None:
            known.append(self.at)
        name = " of ".join(where) + (f" ({', '.join(known)})" if known else "")
        return f"{name}: {self.problem}" if name else self.problem


@dataclass(frozen=True, slots=True)
class Verification:
    #: How many lines there are.
    lines: int
    #: Where the log is broken, `PLACES_SHOWN` at most, and how many there are besides.
    places: tuple[BrokenPlace, ...] = ()
    more: int = 0


@dataclass(slots=True)
class _Lane:
    digest: str
    #: The beginning of each line's digest, one after the other, and the lines' ids.
    marks: bytearray = field(default_factory=bytearray)
    ids: "array[int]" = field(default_factory=lambda: array("q"))

    def mark(self, count: int) -> str:
        """The beginning of the digest of the lane's line of this number, from 1."""
        end = count * anchor.DIGITS
        return self.marks[end - anchor.DIGITS : end].decode()


class _Numbers:
    """The highest number in each column of `_NAMED`, of the lines that are as they were written."""

    def __init__(self) -> None:
        self.highest = dict.fromkeys(_NAMED, 0)

    def add(self, signed: Sequence[Any]) -> None:
        for name in _NAMED:
            number = signed[SIGNED.index(name)]
            if number is not None and number > self.highest[name]:
                self.highest[name] = number


class _Found:
    def __init__(self) -> None:
        self.places: list[BrokenPlace] = []
        self.more = 0

    def add(self, place: BrokenPlace) -> None:
        if len(self.places) < PLACES_SHOWN:
            self.places.append(place)
        else:
            self.more += 1


def verify(against: Sequence[Path] = ()) -> Verification:
    """Walk the log once, and then each anchor: the one that is set, and files of lines that were kept elsewhere.

    Finds and names a line that was edited, put in, taken out or moved, a head that somebody else wrote, an end that
    was cut off, and, by an anchor, an older copy in the place of the log; and a person, cycle or packet that the next
    new one would be taken for. People may go on writing meanwhile.
    """
    found = _Found()
    kept = Path(anchor.place()) if anchor.place() else None
    # Everything up to here was committed before the walk begins.
    sizes = {path: _size(path) for path in (*([kept] if kept else []), *against)}
    before = heads()
    lanes, named = _walk(found)
    after = heads()
    _check_heads(found, lanes, before, after)
    _check_numbers(found, named)
    for path, size in sizes.items():
        reached = _check_anchor(found, lanes, path, size)
        if path == kept:
            _check_reach(found, before, reached, path)
    return Verification(
        sum(len(lane.ids) for lane in lanes.values()), tuple(found.places), found.more
    )


def line_of_heads(at: datetime) -> str | None:
    """The present heads as one line of an anchor; None where they are not to be believed."""
    heads = db.session.scalars(select(AuditHead).order_by(AuditHead.lane)).all()
    if [head.lane for head in heads] != list(range(LANES)):
        return None
    if any(head.mac != head_mac(head.lane, head.count, head.digest) for head in heads):
        return None
    return anchor.line_of([head for head in heads if head.count], at)


# -- The lines


def _walk(found: _Found) -> tuple[dict[int, _Lane], _Numbers]:
    try:
        return _walk_over(found)
    except DBAPIError:
        if _is_postgresql():
            raise
    # Bytes that are no text, where a text should be: SQLite keeps them, and its driver stops there.
    found.places.clear()
    driver: Any = db.session.connection().connection.dbapi_connection
    driver.text_factory = lambda data: data.decode(errors="surrogateescape")
    try:
        return _walk_over(found)
    finally:
        driver.text_factory = str


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def _walk_over(found: _Found) -> tuple[dict[int, _Lane], _Numbers]:
    """The lanes, with what their lines say of themselves, and the numbers that they name."""
    lanes = {lane: _Lane(start_of(lane)) for lane in range(LANES)}
    named = _Numbers()
    lines = _lines(_AS_TEXT if _is_postgresql() else {})
    rows = db.session.execute(lines, execution_options={"yield_per": _BATCH})
    # Closed by the block: a failure halfway would leave the server's cursor open.
    with rows:
        for row in chain.from_iterable(rows.partitions(_BATCH)):
            id_, number, digest, at, *others, details = row
            lane = lanes.get(number)
            if lane is None:
                found.add(BrokenPlace("is in a lane that does not exist.", id=id_, at=_said(at)))
                continue
            try:
                signed = (_as_signed(at), *others, json.loads(details))
                expected = digest_of(lane.digest, signed)
            except (ValueError, TypeError, AttributeError, RecursionError):
                expected = None  # the product cannot have written this
            if expected != digest:
                problem = (
                    "does not follow from the line before in its lane: one of the two changed."
                )
                found.add(BrokenPlace(problem, number, len(lane.ids) + 1, id_, _said(at)))
                digest = str(digest)
            else:
                named.add((_as_signed(at), *others))
            lane.digest = digest
            lane.ids.append(id_)
            lane.marks += digest[: anchor.DIGITS].encode("ascii", "replace").ljust(anchor.DIGITS)
    return lanes, named


def _as_signed(at: Any) -> str:
    """An instant as `instant_text` writes it, from the text that the database has of it."""
    signed: str = at.removesuffix(" AD").replace(" ", "T", 1).removesuffix(".000000") + "+00:00"
    return signed


def _said(at: Any) -> str | None:
    """What the database says of an instant; None where it is none, such as the end of all time."""
    return None if at is None else f"{str(at)[:19]} UTC".encode(errors="replace").decode()


# -- The heads


@dataclass(frozen=True, slots=True)
class _Head:
    count: int
    digest: str
    is_ours: bool


def heads() -> dict[int, _Head]:
    """What the heads say at this moment, and whether they are ours."""
    rows = db.session.execute(text("SELECT lane, count, digest, mac FROM audit_head"))
    return {
        lane: _Head(count, digest, mac == head_mac(lane, count, digest))
        for lane, count, digest, mac in rows
    }


def _check_heads(
    found: _Found, lanes: dict[int, _Lane], before: dict[int, _Head], after: dict[int, _Head]
) -> None:
    """Compare where the lanes end with where they should.

    What was written while the lines were read lies between the two readings.
    """
    for number, lane in lanes.items():
        head, now = before.get(number), after.get(number)
        count = len(lane.ids)
        if head is None or now is None:
            found.add(BrokenPlace("its head was taken out.", number))
        elif not (head.is_ours and now.is_ours):
            found.add(
                BrokenPlace("its head was edited, exchanged or written with another key.", number)
            )
        elif not head.count <= count <= now.count:
            problem = f"the lane has {count} lines, and its head says {now.count}."
            found.add(BrokenPlace(problem, number, min(count, now.count) + 1))
        elif head.count and head.digest[: anchor.DIGITS] != lane.mark(head.count):
            found.add(
                BrokenPlace("is not the line that the head of the lane ends with.", number, count)
            )
    for number in sorted(before.keys() - lanes.keys(), key=str):
        found.add(BrokenPlace(f"there is a head of a lane that does not exist, {number}."))


# -- The numbers


def _check_numbers(found: _Found, named: _Numbers) -> None:
    """Look whether a new row would get the number of one that the log knows, and with it what that one did and may.

    The keys between the tables keep such a row from being deleted: it takes somebody who has switched them off, or put
    the count of the numbers back.
    """
    for name, highest in named.highest.items():
        rows = _NAMED[name]
        following = _following(rows)
        if following <= highest:
            found.add(
                BrokenPlace(
                    f"the next {rows.__tablename__} would be number {following}, and the log knows them up to"
                    f" {highest}."
                )
            )


def _following(rows: type[Base]) -> int:
    """The number that the next row of a table gets."""
    numbers = rows.__table__.c.id
    if not _is_postgresql():
        return (db.session.execute(select(func.max(numbers))).scalar() or 0) + 1
    found = select(func.pg_get_serial_sequence(rows.__tablename__, numbers.name))
    schema, _, name = db.session.execute(found).scalar_one().partition(".")
    sequence = table(name, column("last_value"), column("is_called"), schema=schema)
    last, is_called = db.session.execute(select(sequence)).one()
    return int(last) + int(is_called)


# -- The anchors


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _check_anchor(found: _Found, lanes: dict[int, _Lane], path: Path, size: int) -> dict[int, int]:
    """Compare the log with what an anchor knows of it; how far the anchor reaches in each lane.

    What the anchor had beyond this size was committed after the walk began.
    """
    reached: dict[int, int] = {}
    # By lane, the first line that the anchor knew as another one, and the first that the log does not have.
    changed: dict[int, tuple[int, str]] = {}
    gone: dict[int, tuple[int, str]] = {}
    for offset, said in _read_anchor(found, path):
        for number, count, mark in said.states:
            reached[number] = max(reached.get(number, 0), count)
            if count > len(lanes[number].ids):
                if offset < size:
                    gone[number] = min(gone.get(number, (count, said.at)), (count, said.at))
            elif lanes[number].mark(count) != mark:
                changed[number] = min(changed.get(number, (count, said.at)), (count, said.at))
    for number, (count, at) in sorted(changed.items()):
        problem = f"is another line than the one that {path.name} knew at {at}."
        found.add(BrokenPlace(problem, number, count, lanes[number].ids[count - 1]))
    for number, (_, at) in sorted(gone.items()):
        count = len(lanes[number].ids)
        problem = f"gone, up to line {reached[number]}: {path.name} knew of more at {at}."
        found.add(BrokenPlace(problem, number, count + 1))
    return reached


def _read_anchor(found: _Found, path: Path) -> Iterator[tuple[int, Anchored]]:
    """What the lines of a file say, each with its place in it in bytes."""
    foreign: list[int] = []
    offset = number = 0
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, start=1):
                said = anchor.read(data.decode(errors="replace"))
                if said is not None:
                    yield offset, said
                elif data.strip():
                    foreign.append(number)
                offset += len(data)
    except FileNotFoundError:
        return  # it may be that nothing was written yet
    except OSError:
        found.add(BrokenPlace(f"{path.name} cannot be read."))
    if foreign and len(foreign) == number:
        found.add(
            BrokenPlace(
                f"{path.name} is of another installation or key: none of its lines is ours."
            )
        )
        return
    for number in foreign:
        found.add(BrokenPlace(f"of {path.name} was edited, or is not whole.", line=number))


def _check_reach(
    found: _Found, ends: dict[int, _Head], reached: dict[int, int], path: Path
) -> None:
    """An anchor is written right after the commit: one that ends early was cut, or could not be written."""
    behind = {
        number: head.count
        for number, head in sorted(ends.items())
        if head.is_ours and head.count > reached.get(number, 0)
    }
    if behind and not reached:
        found.add(BrokenPlace(f"{path.name} is missing, empty or not ours, and the log has lines."))
        return
    for number, count in behind.items():
        known = reached.get(number, 0)
        problem = (
            f"{path.name} ends here, and the lane has {count} lines: it was cut, or not written."
        )
        found.add(BrokenPlace(problem, number, known))
