"""How many times the least possible work the calibration board costs.

    python -m benchmarks.board --size S --size M

Loads candidates x dimensions x raters into a scratch database and asks in turn for the real board, signed in as the
chair through the whole application, and for the floor: a bare WSGI function with one aggregate statement and string
joins over the same rows. Prints the medians and their ratio, which is what may be compared between machines.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import flask_migrate
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.test import Client

from ladders import document, library
from ladders.models import DimensionRow, LevelRow
from reviews import create_app
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.calibration import Conflict
from reviews.db.models.cycles import Cycle, CycleLadder, Panel, PanelMember
from reviews.db.models.packets import Assignment, Packet, PacketRevision, RevisionCoverage
from reviews.db.models.people import Person
from reviews.db.models.ratings import Rating
from reviews.db.rating_counts import keep_rating_counts
from reviews.people.service import open_session
from reviews.rules.enums import (
    MISSING,
    SCALE,
    AssignmentState,
    Category,
    ConflictStanding,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
)


class Size(NamedTuple):
    candidates: int
    dimensions: int
    raters: int


SIZES = {"S": Size(30, 5, 4), "M": Size(200, 5, 6), "L": Size(1000, 5, 8)}
EXPECTATIONS = 6
#: Asks of each kind in one round, taken in turn.
ASKS = 5


# -- The data


def load(size: Size, *, seed: int = 1) -> tuple[Cycle, Person]:
    """A cycle in calibration with one target level, and its chair, who may judge everybody. May be called again."""
    first = _next(Packet.id)
    draw = random.Random(seed)  # noqa: S311 - the same data every time
    now = datetime.now(UTC).replace(microsecond=0)
    version = library.add_draft(
        db.session, _ladder(size.dimensions), public_id=random_source.public_id(), at=now
    )
    library.publish(db.session, version, at=now)
    staff, senior = db.session.scalars(
        select(LevelRow).where(LevelRow.version_id == version.id).order_by(LevelRow.rank.desc())
    )
    dimensions = db.session.scalars(
        select(DimensionRow.id).where(DimensionRow.version_id == version.id)
    ).all()
    cycle = _cycle(now)
    managers = _people(cycle, (f"m{n}" for n in range(max(1, size.candidates // 10))))
    chair = _people(cycle, ["chair"])[0]
    people = _people(cycle, (f"c{n}" for n in range(size.candidates)))
    panel = Panel(
        public_id=random_source.public_id(), cycle_id=cycle.id, name="Committee", quorum=1
    )
    db.session.add(panel)
    db.session.flush()
    _rows(PanelMember, [{"panel_id": panel.id, "person_id": chair.id, "is_chair": True}])
    _rows(CycleLadder, [{"cycle_id": cycle.id, "ladder_version_id": version.id}])
    packets = range(first, first + size.candidates)
    _rows(
        Packet,
        [
            {
                "id": packet,
                "public_id": random_source.public_id(),
                "cycle_id": cycle.id,
                "candidate_id": person.id,
                "manager_id": managers[packet % len(managers)].id,
                "panel_id": panel.id,
                "ladder_version_id": version.id,
                "current_level_id": senior.id,
                "target_level_id": staff.id,
                "roles": [],
                "state": PacketState.SUBMITTED,
                "stage": PacketStage.VOTING,
                "agenda_order": draw.getrandbits(31),
                "created_at": now,
                "submitted_at": now,
                "version": 1,
            }
            for packet, person in zip(packets, people, strict=True)
        ],
    )
    _rows(
        PacketRevision,
        [
            {"id": packet, "packet_id": packet, "number": 1, "submitted_at": now, "digest": ""}
            for packet in packets
        ],
    )
    db.session.execute(
        update(Packet).where(Packet.cycle_id == cycle.id).values(current_revision_id=Packet.id)
    )
    _rows(
        RevisionCoverage,
        [
            {
                "revision_id": packet,
                "dimension_id": dimension,
                "expectations": EXPECTATIONS,
                "covered": draw.randint(2, EXPECTATIONS),
            }
            for packet in packets
            for dimension in dimensions
        ],
    )
    _rows(
        Conflict,
        [
            {
                "packet_id": packet,
                "person_id": chair.id,
                "standing": ConflictStanding.NONE,
                "recorded_by_id": chair.id,
                "recorded_at": now,
                "version": 1,
            }
            for packet in packets
        ],
    )
    candidates = {packet: person.id for packet, person in zip(packets, people, strict=True)}
    _ratings(draw, size.raters, dimensions, candidates, managers, now)
    for packet in db.session.scalars(select(Packet).where(Packet.cycle_id == cycle.id)):
        keep_rating_counts(packet)
    db.session.commit()
    return cycle, chair


def _ladder(dimensions: int) -> document.Ladder:
    keys = [f"dimension-{n}" for n in range(dimensions)]
    return document.Ladder(
        id="bench",
        name="Bench",
        cascade=document.Cascade(mode="accumulate"),
        dimensions=tuple(document.Dimension(id=key, name=key.capitalize()) for key in keys),
        levels=tuple(
            document.Level(
                id=name.lower(),
                name=name,
                rank=rank,
                cells=tuple(
                    document.Cell(
                        dimension=key,
                        expectations=tuple(
                            document.Expectation(text=f"{name} {key} {n}.")
                            for n in range(EXPECTATIONS)
                        ),
                    )
                    for key in keys
                ),
            )
            for rank, name in enumerate(("Senior", "Staff"), start=1)
        ),
    )


def _next(column: InstrumentedAttribute[int]) -> int:
    return (db.session.scalar(select(func.max(column))) or 0) + 1


def _people(cycle: Cycle, keys: Iterable[str]) -> list[Person]:
    people = [
        Person(
            public_id=random_source.public_id(),
            employee_id=f"{cycle.id}-{key}",
            name=f"Alexandra Person-{key}",
            email=f"{key}.{cycle.id}@example.org",
            email_key=f"{key}.{cycle.id}@example.org",
        )
        for key in keys
    ]
    db.session.add_all(people)
    db.session.flush()
    return people


def _cycle(now: datetime) -> Cycle:
    cycle = Cycle(
        public_id=random_source.public_id(),
        name=f"Bench {_next(Cycle.id)}",
        phase=CyclePhase.CALIBRATION,
        time_zone="UTC",
        calibration_due=now + timedelta(days=7),
        scale={category.value: {"word": category.value, "hint": ""} for category in Category},
        created_at=now,
    )
    db.session.add(cycle)
    db.session.flush()
    return cycle


def _ratings(  # noqa: PLR0917 - what a cycle consists of
    draw: random.Random,
    raters_each: int,
    dimensions: Collection[int],
    candidates: Mapping[int, int],
    managers: Sequence[Person],
    now: datetime,
) -> None:
    """The manager and then peers from among the candidates, each within a category of how good the candidate is."""
    first = _next(Assignment.id)
    assignments, ratings = [], []
    for packet, candidate in candidates.items():
        others = [person for person in candidates.values() if person != candidate]
        raters = [managers[packet % len(managers)].id, *draw.sample(others, raters_each - 1)]
        for place, rater in enumerate(raters):
            number = first + len(assignments)
            assignments.append(
                {
                    "id": number,
                    "public_id": random_source.public_id(),
                    "packet_id": packet,
                    "rater_id": rater,
                    "kind": RaterKind.PEER if place else RaterKind.MANAGER,
                    "state": AssignmentState.SUBMITTED,
                    "proposed_by_id": candidate,
                    "peer_order": draw.getrandbits(31),
                    "created_at": now,
                    "submitted_at": now,
                    "version": 1,
                }
            )
            for dimension in dimensions:
                category = (
                    draw.choice(MISSING)
                    if draw.random() < 0.1
                    else SCALE[
                        min(3, max(0, (packet + dimension) % 4 + draw.choice((-1, 0, 0, 1))))
                    ]
                )
                ratings.append(
                    {
                        "assignment_id": number,
                        "dimension_id": dimension,
                        "rationale": "Seen in item 1.",
                        "category": category,
                        "shareable": False,
                        "updated_at": now,
                        "version": 1,
                    }
                )
    _rows(Assignment, assignments)
    _rows(Rating, ratings)


def _rows(table: Any, rows: list[dict[str, Any]]) -> None:
    db.session.execute(insert(table), rows)


# -- The floor

_FLOOR = """
SELECT p.public_id, c.name, r.dimension_id, count(*),
       {levels},
       sum(CASE WHEN r.category IN ('not_observed', 'no_opportunity') THEN 1 ELSE 0 END),
       max(CASE WHEN a.kind = 'manager' THEN r.category END)
FROM packet p
JOIN person c ON c.id = p.candidate_id
JOIN assignment a ON a.packet_id = p.id AND a.state = 'submitted'
JOIN rating r ON r.assignment_id = a.id
GROUP BY p.id, p.public_id, c.name, r.dimension_id
ORDER BY p.id, r.dimension_id
""".format(
    levels=",\n       ".join(
        f"sum(CASE WHEN r.category = '{word}' THEN 1 ELSE 0 END)" for word in SCALE
    )
)


def floor(engine: Engine) -> Callable[..., Iterator[bytes]]:
    """The same candidates and counts as plain text in a table: no sign-in, no policy, no picture."""

    def answer(_environ: Any, start_response: Callable[..., Any]) -> Iterator[bytes]:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(_FLOOR)
            rows = cursor.fetchall()
        finally:
            connection.close()
        parts = ["<!doctype html><title>Board</title><table>"]
        before = None
        for packet, name, _, rated, low, partly, met, high, missing, manager in rows:
            if packet != before:
                parts.append(f'<tr><th><a href="/packets/{packet}">{escape(name)}</a></th>')
                before = packet
            parts.append(f"<td>{low} {partly} {met} {high} <i>{rated - missing} {manager}</i></td>")
        parts.append("</table>")
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        yield "".join(parts).encode()

    return answer


# -- The measurement


def timed(ask: Callable[[], int]) -> tuple[float, int]:
    begun = time.perf_counter()
    size = ask()
    return (time.perf_counter() - begun) * 1000, size


def measure(url: str, size: Size, rounds: int) -> str:
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        flask_migrate.upgrade()
        cycle, chair = load(size)
        address = f"/cycles/{cycle.public_id}/board"
        token = open_session(chair, at=datetime.now(UTC), hours=1)
        db.session.commit()
        engine = db.engine
    signed_in = app.test_client()
    with signed_in.session_transaction() as cookie:
        cookie["_user_id"] = token
    bare = Client(floor(engine))

    def ours() -> int:
        response = signed_in.get(address)
        assert response.status_code == 200, response.status  # noqa: S101 - a measurement of an error page says nothing
        return len(response.data)

    def least() -> int:
        return len(bare.get("/").data)

    ours(), least()
    medians: list[tuple[float, float]] = []
    for _ in range(rounds):
        pairs = [(timed(ours), timed(least)) for _ in range(ASKS)]
        medians.append(
            (
                statistics.median(mine[0] for mine, _ in pairs),
                statistics.median(theirs[0] for _, theirs in pairs),
            )
        )
    size_of_page = ours() / 1024
    engine.dispose()
    ratios = sorted(mine / theirs for mine, theirs in medians)
    return (
        f"{size.candidates:5} x {size.dimensions} x {size.raters}"
        f"   board {statistics.median(m for m, _ in medians):7.1f} ms"
        f"   floor {statistics.median(f for _, f in medians):7.1f} ms"
        f"   ratio {statistics.median(ratios):5.2f} [{ratios[0]:.2f} to {ratios[-1]:.2f}]"
        f"   {size_of_page:6.0f} kB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", action="append", choices=SIZES, help="S and M if not given")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--database-url", help="an empty database, for one size; a SQLite file if not given"
    )
    asked = parser.parse_args()
    os.environ["LEVELSET_MODE"] = "test"
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.size or ["S", "M"]:
            url = asked.database_url or f"sqlite:///{Path(folder) / f'{size}.db'}"
            print(f"{size}  {measure(url, SIZES[size], asked.rounds)}", flush=True)


if __name__ == "__main__":
    main()
