"""The last hour before a deadline: many people submit, save and read at once, on a real server.

    python -m benchmarks.rush --database SQLite --rate 100 --seconds 60

Requests are due at instants that were fixed beforehand, whether or not the server keeps up. Afterwards every write that
was acknowledged is looked for in the database. Then this server and the floor's are kept busy in turn: the ratio of
what they answer in a second may be compared between machines.
"""

import argparse
import math
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle as in_turn
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from benchmarks import data, floor
from benchmarks.data import PROSE, Company, Given, Size
from benchmarks.machine import (
    application,
    backend_seconds,
    backends_of,
    engine_of,
    servers,
    url_of,
)
from benchmarks.offering import Answer, Offered, Request, Write, offer
from benchmarks.report import Table, in_markdown, number
from benchmarks.serving import ROOT, cookie_of, form_token, serving
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.cycles import CycleLadder
from reviews.db.models.packets import (
    Assignment,
    EvidenceDimension,
    EvidenceExpectation,
    EvidenceItem,
    Packet,
)
from reviews.db.models.people import Person
from reviews.db.models.ratings import Rating
from reviews.people.service import open_session
from reviews.rules.enums import AssignmentState, Category, CyclePhase, PacketStage, PacketState
from tests.databases import Databases

RATE = 100
SECONDS = 60
#: Of ten requests.
MIX = ("submit",) * 2 + ("draft",) * 3 + ("evidence",) * 2 + ("read",) * 3
WORKERS = {"SQLite": 2, "PostgreSQL": 3}

#: Connections that may be open at once. Who is due and finds none free waits, and that counts.
_CONNECTIONS = 64
_WARM_UP = 100
#: How often and how long a server is kept busy, and by how many, who send one request after the other.
_BUSY_ROUNDS = 3
_BUSY_SECONDS = 5
_BUSY_PEOPLE = 16
#: More than each server answers in a second of that: ours, and the floor's.
_BUSY_RATE = 500
_FLOOR_RATE = 10_000
_RATERS = 6
_DIMENSIONS = 5


# -- People who are about to write


def prepare(app: Flask, count: int) -> list[Request]:
    """Load two cycles, one before the deadline of evidence and one before that of ratings, and make the requests.

    No two of them write the same: all that is acknowledged has to be there at the end.
    """
    draw = random.Random(1)  # noqa: S311 - the same requests every time
    share = Counter(MIX)
    submits, drafts, items = (
        math.ceil(count * share[kind] / len(MIX)) for kind in ("submit", "draft", "evidence")
    )
    assignments = submits + math.ceil(drafts / _DIMENSIONS)
    people = math.ceil(max(assignments / _RATERS, items / _DIMENSIONS)) + _RATERS
    now = datetime.now(UTC).replace(microsecond=0)
    cycle = data.add_cycle(CyclePhase.RATING, now)
    company = data.add_company(cycle, Size(people, _DIMENSIONS, _RATERS), now)
    rated = data.add_packets(cycle, company, None, draw, stage=PacketStage.WAITING)
    given = _ratings(rated, company, draw)
    collecting = data.add_cycle(CyclePhase.EVIDENCE, now)
    data.write(CycleLadder, [{"cycle_id": collecting.id, "ladder_version_id": company.version.id}])
    written = data.add_packets(
        collecting,
        company,
        None,
        draw,
        stage=PacketStage.WAITING,
        states=(PacketState.DRAFT,),
    )
    _items(written, company)
    db.session.commit()
    data.settle()
    crowd = _Crowd(app, company)
    submitted, drafted = given[:submits], given[submits:]
    made: dict[str, Iterator[Request]] = {
        "submit": crowd.submits(submitted),
        "draft": crowd.drafts(drafted),
        "evidence": crowd.evidence(written),
        "read": crowd.reads(drafted, written),
    }
    kinds = list(MIX) * math.ceil(count / len(MIX))
    draw.shuffle(kinds)
    return [next(made[kind]) for kind in kinds[:count]]


def _ratings(packets: range, company: Company, draw: data.Draw) -> list[Given]:
    """Drafts that say everything, so that they may be submitted."""
    given = data.given_ratings(packets, company, _RATERS, draw)
    state = AssignmentState.IN_PROGRESS
    data.write(Assignment, (data.assignment_row(one, state, company, draw) for one in given))
    data.write(
        Rating,
        (
            data.rating_row(one.assignment, dimension, Category.MET, company.now, PROSE)
            for one in given
            for dimension in company.dimensions
        ),
    )
    return given


def _items(packets: range, company: Company) -> None:
    """In every packet's draft an item for each dimension."""
    first = data.next_id(EvidenceItem.id)
    places = [(packet, n) for packet in packets for n in range(_DIMENSIONS)]
    data.write(
        EvidenceItem,
        (
            {
                "id": item,
                "public_id": random_source.public_id(),
                "packet_id": packet,
                "number": n + 1,
                "title": f"Piece of work {n + 1}",
                "started_on": company.now.date() - timedelta(days=200),
                "ended_on": company.now.date() - timedelta(days=100),
                "outcome": PROSE,
                "updated_at": company.now,
                "version": 1,
            }
            for item, (packet, n) in enumerate(places, start=first)
        ),
    )
    shown = [(item, company.dimensions[n]) for item, (_, n) in enumerate(places, start=first)]
    data.write(
        EvidenceDimension,
        ({"item_id": item, "dimension_id": dimension} for item, dimension in shown),
    )
    data.write(
        EvidenceExpectation,
        (
            {"item_id": item, "expectation_id": company.expectations[dimension][0]}
            for item, dimension in shown
        ),
    )


class _Crowd:
    """Signed-in people, and what their browsers send."""

    def __init__(self, app: Flask, company: Company) -> None:
        self.company = company
        self.token = form_token(app)
        people = (*company.managers, *company.candidates)
        tokens = {
            person.id: open_session(person, at=company.now, hours=12)
            for person in db.session.scalars(sa.select(Person).where(Person.id.in_(people)))
        }
        db.session.commit()
        self.cookies = {person: cookie_of(app, token) for person, token in tokens.items()}
        rows = db.session.execute(sa.select(Packet.id, Packet.public_id, Packet.candidate_id))
        self.packets = {row.id: (row.public_id, row.candidate_id) for row in rows}

    def _rating(self, packet: int) -> str:
        return f"/packets/{self.packets[packet][0]}/rating"

    def _post(self, address: str, person: int, fields: Mapping[str, Any], write: Write) -> Request:
        body = urlencode({**fields, "csrf_token": self.token})
        return Request("POST", address, self.cookies[person], body, write)

    def submits(self, given: Iterable[Given]) -> Iterator[Request]:
        for assignment, packet, rater in given:
            yield self._post(
                f"{self._rating(packet)}/submit",
                rater,
                # That of the draft as a whole: each of its dimensions was saved once.
                {"version": len(self.company.dimensions)},
                Write("submit", (assignment,), AssignmentState.SUBMITTED.value),
            )

    def drafts(self, given: Sequence[Given]) -> Iterator[Request]:
        """One dimension of everybody, then the next: nobody saves twice in the same second."""
        for place, dimension in enumerate(self.company.dimensions):
            for assignment, packet, rater in given:
                said = f"{PROSE} Said of {assignment} and {dimension}."
                yield self._post(
                    f"{self._rating(packet)}/dimension-{place}",
                    rater,
                    {"version": 1, "rationale": said, "category": Category.EXCEEDS.value, "go": ""},
                    Write("draft", (assignment, dimension), said),
                )

    def evidence(self, packets: range) -> Iterator[Request]:
        items = db.session.execute(
            sa.select(
                EvidenceItem.id, EvidenceItem.public_id, EvidenceItem.number, EvidenceItem.packet_id
            )
            .where(EvidenceItem.packet_id.between(packets[0], packets[-1]))
            .order_by(EvidenceItem.number, EvidenceItem.id)
        ).all()
        for item in items:
            public_id, candidate = self.packets[item.packet_id]
            dimension = self.company.dimensions[item.number - 1]
            said = f"{PROSE} Said in item {item.id}."
            yield self._post(
                f"/packets/{public_id}/evidence/{item.public_id}",
                candidate,
                {
                    "version": 1,
                    "title": "A piece of work, told better",
                    "outcome": said,
                    "dimensions": dimension,
                    "expectations": self.company.expectations[dimension][0],
                },
                Write("evidence", (item.id,), said),
            )

    def reads(self, given: Sequence[Given], packets: range) -> Iterator[Request]:
        for (_, packet, rater), written in zip(in_turn(given), in_turn(packets), strict=False):
            public_id, candidate = self.packets[written]
            yield Request("GET", "/", self.cookies[rater])
            yield Request("GET", f"{self._rating(packet)}/dimension-0", self.cookies[rater])
            yield Request("GET", f"/packets/{public_id}", self.cookies[candidate])


# -- What is there afterwards


def missing(answers: Iterable[Answer]) -> int:
    """Of the acknowledged writes, how many the database does not hold."""
    promised = {
        (write.kind, write.row): write.text
        for answer in answers
        if answer.is_acknowledged and (write := answer.request.write) is not None
    }
    held = dict(_held())
    return sum(held.get(place) != text for place, text in promised.items())


def _held() -> Iterator[tuple[tuple[str, tuple[int, ...]], str]]:
    for assignment, state in db.session.execute(sa.select(Assignment.id, Assignment.state)):
        yield ("submit", (assignment,)), state.value
    for *row, text in db.session.execute(
        sa.select(Rating.assignment_id, Rating.dimension_id, Rating.rationale)
    ):
        yield ("draft", tuple(row)), text
    for item, text in db.session.execute(sa.select(EvidenceItem.id, EvidenceItem.outcome)):
        yield ("evidence", (item,)), text


def _verified(url: str) -> str:
    """What the command says that walks the audit log."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "reviews", "audit", "verify"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout or done.stderr).strip().rpartition("The audit log is ")[2].rstrip(".")


# -- The measurement


@dataclass(frozen=True, slots=True)
class Measured:
    rate: float
    offered: Offered
    #: Processor milliseconds for each answer, of the workers and of PostgreSQL.
    python: float
    database: float
    acknowledged: int
    missing: int
    audit: str
    #: Answers in a second of each round: ours and the floor's.
    busy: tuple[tuple[float, float], ...]


def measure(databases: Databases, product: str, rate: float, seconds: float) -> Measured:
    with application(databases) as app:
        url = url_of(app)
        due = round(rate * seconds)
        busy = _BUSY_RATE * _BUSY_SECONDS
        with app.app_context():
            requests = prepare(app, _WARM_UP + due + busy * _BUSY_ROUNDS)
        least_url = _floor_database(databases)
        with (
            serving("reviews:create_app()", WORKERS[product], {"DATABASE_URL": url}) as server,
            serving(
                "benchmarks.floor:writer()", WORKERS[product], {"FLOOR_DATABASE": least_url}
            ) as least,
        ):
            at, to = 0, _WARM_UP
            warm = offer(server.port, requests[at:to], seconds=60, connections=_BUSY_PEOPLE)
            python, database = server.seconds(), _database_seconds(engine_of(app))
            at, to = to, to + due
            offered = offer(
                server.port, requests[at:to], rate=rate, seconds=seconds, connections=_CONNECTIONS
            )
            python = server.seconds() - python
            after = _database_seconds(engine_of(app))
            answers = [*warm.answers, *offered.answers]
            rounds = []
            notes = [Request("POST", "/", "", PROSE)] * (_FLOOR_RATE * _BUSY_SECONDS)
            for _ in range(_BUSY_ROUNDS):
                at, to = to, to + busy
                ours, theirs = (
                    offer(port, some, seconds=_BUSY_SECONDS, connections=_BUSY_PEOPLE)
                    for port, some in ((server.port, requests[at:to]), (least.port, notes))
                )
                answers += ours.answers
                rounds.append((ours.rate, theirs.rate))
        databases.drop(least_url)
        with app.app_context():
            lost = missing(answers)
        number_of = max(1, len(offered.answers))
        return Measured(
            rate=rate,
            offered=offered,
            python=python * 1000 / number_of,
            database=sum(each - database.get(process, 0) for process, each in after.items())
            * 1000
            / number_of,
            acknowledged=sum(answer.is_acknowledged for answer in answers),
            missing=lost,
            audit=_verified(url),
            busy=tuple(rounds),
        )


def _floor_database(databases: Databases) -> str:
    url = databases.make()
    engine = sa.create_engine(url)
    floor.make_table(engine)
    engine.dispose()
    return url


def _database_seconds(engine: sa.Engine) -> dict[int, float]:
    return {process: backend_seconds(process) for process in backends_of(engine)}


# -- What is printed


def table(found: Mapping[str, Measured]) -> Table:
    each = list(found.values())

    def row(name: str, figures: Iterable[str], goal: str = "", before: str = "") -> tuple[str, ...]:
        return (name, *figures, goal, before)

    return Table(
        "The rush before a deadline",
        ("", *found, "goal", "before"),
        [
            row("workers, four threads each", (f"{WORKERS[product]}" for product in found)),
            row("offered in a second", (number(one.rate) for one in each)),
            row("answered in a second", (number(one.offered.rate) for one in each), "100", "25"),
            row(
                "from due to answered, ms: median / 95 % / 99 %",
                (_spread(a.done - a.due for a in one.offered.answers) for one in each),
                "- / 250 / -",
            ),
            row(
                "from sent to answered, ms",
                (_spread(a.done - a.sent for a in one.offered.answers) for one in each),
                "",
                "2,300 / - / -",
            ),
            row(
                "answers by status",
                (_statuses(one.offered) for one in each),
                "no 503",
                "28 times 503 on SQLite",
            ),
            row(
                "acknowledged writes that are not there",
                (f"{one.missing} of {one.acknowledged:,}" for one in each),
                "0",
                "0",
            ),
            row("the audit log afterwards", (one.audit for one in each), "whole"),
            row(
                "processor for a request, ms: Python / PostgreSQL",
                (f"{number(one.python)} / {number(one.database)}" for one in each),
                "",
                "29 / 22",
            ),
            row(
                "processor of those who ask, of one core",
                (f"{one.offered.own_share:.0%}" for one in each),
            ),
            row(
                f"kept busy by {_BUSY_PEOPLE}: answered in a second",
                (number(_mean(ours for ours, _ in one.busy)) for one in each),
                "100 on SQLite, 300 on PostgreSQL",
            ),
            row(
                "the same of the floor's server",
                (number(_mean(theirs for _, theirs in one.busy)) for one in each),
            ),
            row(
                "ratio of the two [lowest to highest round]",
                (_ratio(one.busy) for one in each),
                "0.25",
            ),
        ],
    )


def _spread(seconds: Iterable[float]) -> str:
    found = [each * 1000 for each in seconds]
    if len(found) < 2:
        return "-"
    cuts = quantiles(found, n=100, method="inclusive")
    return " / ".join(number(cuts[percent - 1]) for percent in (50, 95, 99))


def _statuses(offered: Offered) -> str:
    counts = Counter(f"{answer.status or 'none'}" for answer in offered.answers)
    if offered.unsent:
        counts["not sent"] = offered.unsent
    return ", ".join(f"{name}: {count:,}" for name, count in sorted(counts.items()))


def _ratio(rounds: Sequence[tuple[float, float]]) -> str:
    ratios = sorted(ours / theirs for ours, theirs in rounds)
    ours, theirs = (_mean(pair[n] for pair in rounds) for n in (0, 1))
    return f"**{number(ours / theirs)}** [{number(ratios[0])} to {number(ratios[-1])}]"


def _mean(figures: Iterable[float]) -> float:
    found = list(figures)
    return sum(found) / len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", action="append", choices=WORKERS, help="both if not given")
    parser.add_argument(
        "--rate", type=float, default=RATE, help="requests that are due in a second"
    )
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    os.environ["LEVELSET_MODE"] = "test"
    with servers(asked.database or list(WORKERS)) as databases:
        found = {
            product: measure(each, product, asked.rate, asked.seconds)
            for product, each in databases.items()
        }
    print(in_markdown(table(found)))


if __name__ == "__main__":
    main()
