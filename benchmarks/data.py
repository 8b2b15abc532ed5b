"""The rows that are measured: a company of any size with a cycle in calibration, and one while ratings are written.

Rows are written in bulk and past the services, so what a service keeps beside them is made here as well. The audit
lines are there to be listed; their chain does not verify.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, insert, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from ladders import document, library
from ladders.models import DimensionRow, ExpectationRow, LadderVersion, LevelRow
from ladders.orm import Base
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.calibration import Ballot, BallotMark, Conflict
from reviews.db.models.cycles import Cycle, CycleLadder, CycleOwner, Panel, PanelMember
from reviews.db.models.packets import (
    Assignment,
    Packet,
    PacketRevision,
    RevisionCoverage,
    RevisionItem,
    RevisionItemDimension,
    RevisionItemExpectation,
)
from reviews.db.models.people import ManagerLink, Person, keys_of
from reviews.db.models.ratings import Rating, RatingCounts
from reviews.db.rating_counts import counts_row
from reviews.rules.enums import (
    MISSING,
    SCALE,
    AssignmentState,
    Category,
    ConflictStanding,
    CyclePhase,
    DeclineCategory,
    PacketStage,
    PacketState,
    RaterKind,
    Verb,
)
from reviews.rules.rating_summary import CellCounts


class Size(NamedTuple):
    candidates: int
    dimensions: int
    raters: int


SIZES = {
    "S": Size(30, 5, 4),
    "M": Size(200, 5, 6),
    "L": Size(1000, 5, 8),
    "XL": Size(10_000, 5, 8),
}
EXPECTATIONS = 6
#: Audit lines of the cycle in calibration for every ten packets: 66,000 at the largest size.
LINES_FOR_TEN = 66
PROSE = (
    "Took the plan apart with the people who had to carry it, wrote down what was left open, and came back to it every"
    " week until it was closed. Two teams now work this way without being asked."
)
_AT_ONCE = 20_000

Draw = random.Random
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Company:
    """The people of a cycle by row id, and the ladder they are read against."""

    version: LadderVersion
    current: LevelRow
    target: LevelRow
    dimensions: Sequence[int]
    #: By dimension: the expectations that the target level adds.
    expectations: Mapping[int, Sequence[int]]
    managers: Sequence[int]
    candidates: Sequence[int]
    chair: Person
    now: datetime

    def manager_of(self, packet: int) -> int:
        return self.managers[packet % len(self.managers)]


@dataclass(frozen=True, slots=True)
class Site:
    """A loaded database: its two cycles, packets of the one in calibration, and people who look at them."""

    calibration: str
    rating: str
    packets: tuple[str, ...]
    cycle_id: int
    #: People, by row id; the candidate is the one of the first of the packets.
    owner: int
    chair: int
    member: int
    candidate: int


def load(size: Size, *, seed: int = 1) -> tuple[Cycle, Person]:
    """A cycle in calibration with one target level, and its chair, who may judge everybody. May be called again."""
    cycle, company, _ = _calibration(size, random.Random(seed))  # noqa: S311 - the same data every time
    db.session.commit()
    return cycle, company.chair


def load_site(size: Size, *, seed: int = 1) -> Site:
    """The same cycle with an owner, a member, evidence, ballots and an audit log; and a cycle that is being rated."""
    draw = random.Random(seed)  # noqa: S311 - the same data every time
    cycle, company, packets = _calibration(size, draw)
    owner, member = _people(cycle, ["owner", "member"])
    owner.is_owner = True
    db.session.add(CycleOwner(cycle_id=cycle.id, person_id=owner.id))
    _seat(cycle, member)
    _evidence(packets, company)
    answered = packets[: -max(1, len(packets) // 20)]
    write(Conflict, _answers(answered, member, company.now))
    write_ballots(packets[::3], (company.chair, member), company)
    write(AuditEvent, _lines(cycle, packets, company))
    rating = _rating(size, draw, company, owner, member)
    shown = db.session.scalars(
        select(Packet.public_id).where(Packet.id.in_(packets[:2])).order_by(Packet.id)
    )
    site = Site(
        calibration=cycle.public_id,
        rating=rating.public_id,
        packets=tuple(shown),
        cycle_id=cycle.id,
        owner=owner.id,
        chair=company.chair.id,
        member=member.id,
        candidate=company.candidates[0],
    )
    db.session.commit()
    return site


def settle() -> None:
    """Leave a PostgreSQL as its own housekeeping would within minutes; SQLite has none."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


# -- Writing rows


def write(model: type[Base], rows: Rows) -> None:
    """Insert many rows of a table, as plain values."""
    remaining = iter(rows)
    table = model.metadata.tables[model.__tablename__]
    # What the session holds may be pointed at from these rows.
    db.session.flush()
    connection = db.session.connection()
    while batch := list(islice(remaining, _AT_ONCE)):
        connection.execute(insert(table), batch)
    if connection.dialect.name == "postgresql" and "id" in table.columns:
        # Rows with ids of their own do not move the counter from which the application takes its next one.
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"  # noqa: S608 - our own names
            )
        )


def next_id(column: InstrumentedAttribute[int]) -> int:
    return (db.session.scalar(select(func.max(column))) or 0) + 1


def person_rows(cycle: Cycle, keys: Iterable[str], first: int) -> Iterator[dict[str, Any]]:
    for number, key in enumerate(keys, start=first):
        address = f"{key}.{cycle.id}@example.org"
        yield {
            "id": number,
            "public_id": random_source.public_id(),
            "employee_id": f"{cycle.id}-{key}",
            "name": f"Alexandra Person-{key}",
            **keys_of(
                name=f"Alexandra Person-{key}",
                title="",
                unit="",
                email=address,
                employee_id=f"{cycle.id}-{key}",
            ),
            "email": address,
            "email_key": address,
            "version": 1,
        }


def _people(cycle: Cycle, keys: Iterable[str]) -> list[Person]:
    first = next_id(Person.id)
    write(Person, person_rows(cycle, keys, first))
    return list(db.session.scalars(select(Person).where(Person.id >= first).order_by(Person.id)))


def add_people(cycle: Cycle, keys: Iterable[str]) -> range:
    """More people than anybody wants as objects: their row ids."""
    first = next_id(Person.id)
    write(Person, person_rows(cycle, keys, first))
    return range(first, next_id(Person.id))


# -- The frame of a cycle


def add_cycle(phase: CyclePhase, now: datetime) -> Cycle:
    cycle = Cycle(
        public_id=random_source.public_id(),
        name=f"Bench {next_id(Cycle.id)}",
        phase=phase,
        time_zone="UTC",
        evidence_due=now + timedelta(days=5),
        rating_due=now + timedelta(days=6),
        calibration_due=now + timedelta(days=7),
        scale={category.value: {"word": category.value, "hint": ""} for category in Category},
        peers_min=1,
        created_at=now,
    )
    db.session.add(cycle)
    db.session.flush()
    return cycle


def add_ladder(dimensions: int, now: datetime) -> LadderVersion:
    version = library.add_draft(
        db.session, _ladder(dimensions), public_id=random_source.public_id(), at=now
    )
    library.publish(db.session, version, at=now)
    return version


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


def add_company(cycle: Cycle, size: Size, now: datetime) -> Company:
    """A ladder that the cycle pins; candidates who report to managers, ten to one; a chair with a panel."""
    version = add_ladder(size.dimensions, now)
    write(CycleLadder, [{"cycle_id": cycle.id, "ladder_version_id": version.id}])
    target, current = db.session.scalars(
        select(LevelRow).where(LevelRow.version_id == version.id).order_by(LevelRow.rank.desc())
    )
    dimensions = db.session.scalars(
        select(DimensionRow.id)
        .where(DimensionRow.version_id == version.id)
        .order_by(DimensionRow.position)
    ).all()
    expectations = {
        dimension: db.session.scalars(
            select(ExpectationRow.id).where(
                ExpectationRow.dimension_id == dimension,
                ExpectationRow.text.startswith(target.name),
            )
        ).all()
        for dimension in dimensions
    }
    managers = add_people(cycle, (f"m{n}" for n in range(max(1, size.candidates // 10))))
    chair = _people(cycle, ["chair"])[0]
    candidates = add_people(cycle, (f"c{n}" for n in range(size.candidates)))
    write(
        ManagerLink,
        (
            {
                "person_id": person,
                "manager_id": managers[n % len(managers)],
                "started_on": now.date() - timedelta(days=400),
            }
            for n, person in enumerate(candidates)
        ),
    )
    return Company(
        version=version,
        current=current,
        target=target,
        dimensions=dimensions,
        expectations=expectations,
        managers=managers,
        candidates=candidates,
        chair=chair,
        now=now,
    )


def add_panel(cycle: Cycle, chair: Person) -> Panel:
    panel = Panel(
        public_id=random_source.public_id(), cycle_id=cycle.id, name="Committee", quorum=1
    )
    db.session.add(panel)
    db.session.flush()
    write(PanelMember, [{"panel_id": panel.id, "person_id": chair.id, "is_chair": True}])
    return panel


def _seat(cycle: Cycle, member: Person) -> None:
    panel = db.session.scalars(select(Panel.id).where(Panel.cycle_id == cycle.id)).one()
    write(PanelMember, [{"panel_id": panel, "person_id": member.id, "is_chair": False}])


# -- Packets


def add_packets(
    cycle: Cycle,
    company: Company,
    panel: Panel | None,
    draw: Draw,
    *,
    stage: PacketStage,
    states: Sequence[PacketState] = (PacketState.SUBMITTED,),
) -> range:
    """A packet for every candidate, the states in turn. What was ever submitted has a revision with coverage."""
    first = next_id(Packet.id)
    packets = range(first, first + len(company.candidates))
    state_of = {packet: states[n % len(states)] for n, packet in enumerate(packets)}
    submitted = [p for p, state in state_of.items() if state is not PacketState.DRAFT]
    now = company.now
    people = select(Person.id, Person.name_key, Person.sort_key).where(
        Person.id.between(company.candidates[0], company.candidates[-1])
    )
    keys = {row.id: row for row in db.session.execute(people)}
    write(
        Packet,
        (
            {
                "id": packet,
                "public_id": random_source.public_id(),
                "cycle_id": cycle.id,
                "candidate_id": person,
                "candidate_name_key": keys[person].name_key,
                "candidate_sort_key": keys[person].sort_key,
                "manager_id": company.manager_of(packet),
                "panel_id": panel.id if panel else None,
                "ladder_version_id": company.version.id,
                "current_level_id": company.current.id,
                "target_level_id": company.target.id,
                "roles": [],
                "state": state_of[packet],
                "return_reason": PROSE if state_of[packet] is PacketState.RETURNED else None,
                "stage": stage,
                "items_numbered": len(company.dimensions),
                "agenda_order": draw.getrandbits(31),
                "created_at": now,
                "submitted_at": None if state_of[packet] is PacketState.DRAFT else now,
                "version": 1,
            }
            for packet, person in zip(packets, company.candidates, strict=True)
        ),
    )
    revisions = range(next_id(PacketRevision.id), next_id(PacketRevision.id) + len(submitted))
    write(
        PacketRevision,
        (
            {"id": revision, "packet_id": packet, "number": 1, "submitted_at": now, "digest": ""}
            for revision, packet in zip(revisions, submitted, strict=True)
        ),
    )
    db.session.execute(
        update(Packet)
        .where(Packet.cycle_id == cycle.id, PacketRevision.packet_id == Packet.id)
        .values(current_revision_id=PacketRevision.id)
        .execution_options(synchronize_session=False)
    )
    write(
        RevisionCoverage,
        (
            {
                "revision_id": revision,
                "dimension_id": dimension,
                "expectations": EXPECTATIONS,
                "covered": draw.randint(2, EXPECTATIONS),
            }
            for revision in revisions
            for dimension in company.dimensions
        ),
    )
    return packets


def _calibration(size: Size, draw: Draw) -> tuple[Cycle, Company, range]:
    now = datetime.now(UTC).replace(microsecond=0)
    cycle = add_cycle(CyclePhase.CALIBRATION, now)
    company = add_company(cycle, size, now)
    panel = add_panel(cycle, company.chair)
    packets = add_packets(cycle, company, panel, draw, stage=PacketStage.VOTING)
    write(Conflict, _answers(packets, company.chair, now))
    write_ratings(packets, company, size.raters, draw)
    write_counts(packets)
    return cycle, company, packets


def _answers(packets: Iterable[int], person: Person, now: datetime) -> Rows:
    for packet in packets:
        yield {
            "packet_id": packet,
            "person_id": person.id,
            "standing": ConflictStanding.NONE,
            "recorded_by_id": person.id,
            "recorded_at": now,
            "version": 1,
        }


class Given(NamedTuple):
    """A rating that somebody gives, by row ids."""

    assignment: int
    packet: int
    rater: int


def given_ratings(packets: range, company: Company, each: int, draw: Draw) -> list[Given]:
    """For every packet the manager, then peers from among the other candidates. No row is written."""
    people = company.candidates
    number = count(next_id(Assignment.id))
    found = []
    for place, packet in enumerate(packets):
        found.append(Given(next(number), packet, company.manager_of(packet)))
        # One more than needed, in case the candidate is among them.
        drawn = draw.sample(range(len(people)), min(each, len(people)))
        peers = [n for n in drawn if n != place][: each - 1]
        found += [Given(next(number), packet, people[peer]) for peer in peers]
    return found


def assignment_row(
    given: Given, state: AssignmentState, company: Company, draw: Draw
) -> dict[str, Any]:
    is_manager = given.rater == company.manager_of(given.packet)
    return {
        "id": given.assignment,
        "public_id": random_source.public_id(),
        "packet_id": given.packet,
        "rater_id": given.rater,
        "kind": RaterKind.MANAGER if is_manager else RaterKind.PEER,
        "state": state,
        "proposed_by_id": given.rater,
        "decline_category": DeclineCategory.NO_TIME if state is AssignmentState.DECLINED else None,
        "peer_order": draw.getrandbits(31),
        "created_at": company.now,
        "submitted_at": company.now if state is AssignmentState.SUBMITTED else None,
        "version": 1,
    }


def rating_row(
    assignment: int,
    dimension: int,
    category: Category,
    now: datetime,
    rationale: str = "Seen in item 1.",
) -> dict[str, Any]:
    return {
        "assignment_id": assignment,
        "dimension_id": dimension,
        "rationale": rationale,
        "category": category,
        "shareable": False,
        "updated_at": now,
        "version": 1,
    }


def write_ratings(packets: range, company: Company, each: int, draw: Draw) -> None:
    """Submitted ratings of every packet, each within a category of how good the candidate is."""
    given = given_ratings(packets, company, each, draw)
    write(
        Assignment,
        (assignment_row(one, AssignmentState.SUBMITTED, company, draw) for one in given),
    )
    write(
        Rating,
        (
            rating_row(
                one.assignment, dimension, _category(one.packet + dimension, draw), company.now
            )
            for one in given
            for dimension in company.dimensions
        ),
    )


def write_counts(packets: range) -> None:
    """What is kept beside every packet with a revision, as `reviews.db.rating_counts` counts one at a time."""
    given: dict[tuple[int, int], dict[tuple[RaterKind, Category], int]] = defaultdict(dict)
    for packet, dimension, kind, category, number in db.session.execute(
        select(
            Assignment.packet_id,
            Rating.dimension_id,
            Assignment.kind,
            Rating.category,
            func.count(),
        )
        .join(Rating, Rating.assignment_id == Assignment.id)
        .where(_among(packets), Assignment.state == AssignmentState.SUBMITTED)
        .group_by(Assignment.packet_id, Rating.dimension_id, Assignment.kind, Rating.category)
    ):
        if category is not None:
            given[packet, dimension][kind, category] = number
    raters: dict[int, list[int]] = defaultdict(list)
    for packet, rater in db.session.execute(
        select(Assignment.packet_id, Assignment.rater_id).where(
            _among(packets), Assignment.state == AssignmentState.SUBMITTED
        )
    ):
        raters[packet].append(rater)
    coverage = db.session.execute(
        select(
            Packet.id,
            RevisionCoverage.dimension_id,
            RevisionCoverage.covered,
            RevisionCoverage.expectations,
        )
        .join(RevisionCoverage, RevisionCoverage.revision_id == Packet.current_revision_id)
        .where(Packet.id.between(packets[0], packets[-1]))
        .order_by(Packet.id, RevisionCoverage.dimension_id)
    ).all()
    write(
        RatingCounts,
        (
            counts_row(
                packet,
                [
                    (dimension, _cell(given[packet, dimension], covered, expectations))
                    for _, dimension, covered, expectations in cells
                ],
                raters[packet],
            )
            for packet, cells in groupby(coverage, key=itemgetter(0))
        ),
    )


def _among(packets: range) -> ColumnElement[bool]:
    return Assignment.packet_id.between(packets[0], packets[-1])


def _cell(
    given: Mapping[tuple[RaterKind, Category], int], covered: int, expectations: int
) -> CellCounts:
    low, partly, met, high = (given.get((RaterKind.PEER, category), 0) for category in SCALE)
    by_manager = [category for kind, category in given if kind is RaterKind.MANAGER]
    return CellCounts(
        manager=next((category for category in by_manager if category in SCALE), None),
        manager_missing=any(category in MISSING for category in by_manager),
        peers=(low, partly, met, high),
        peers_missing=sum(given.get((RaterKind.PEER, category), 0) for category in MISSING),
        asked=0,
        covered=covered,
        expectations=expectations,
        no_opportunity=False,
    )


def _category(candidate: int, draw: Draw) -> Category:
    if draw.random() < 0.1:
        return draw.choice(MISSING)
    return SCALE[min(3, max(0, candidate % 4 + draw.choice((-1, 0, 0, 1))))]


def write_ballots(packets: Collection[int], members: Iterable[Person], company: Company) -> None:
    pairs = [(packet, member.id) for packet in packets for member in members]
    first = next_id(Ballot.id)
    write(
        Ballot,
        (
            {
                "id": number,
                "packet_id": packet,
                "member_id": member,
                "round": 1,
                "cast_at": company.now,
            }
            for number, (packet, member) in enumerate(pairs, start=first)
        ),
    )
    write(
        BallotMark,
        (
            {
                "ballot_id": number,
                "dimension_id": dimension,
                "choice": Category.MET,
                "rationale": "Seen in item 1.",
            }
            for number in range(first, first + len(pairs))
            for dimension in company.dimensions
        ),
    )


def _evidence(packets: range, company: Company) -> None:
    """In every revision an item for each dimension, which shows half of what is asked there."""
    revisions = db.session.scalars(
        select(PacketRevision.id)
        .where(PacketRevision.packet_id.between(packets[0], packets[-1]))
        .order_by(PacketRevision.id)
    ).all()
    first = next_id(RevisionItem.id)
    places = [(revision, n) for revision in revisions for n in range(len(company.dimensions))]
    write(
        RevisionItem,
        (
            {
                "id": item,
                "revision_id": revision,
                "number": n + 1,
                "title": f"Piece of work {n + 1}",
                "started_on": company.now.date() - timedelta(days=200),
                "ended_on": company.now.date() - timedelta(days=100),
                "outcome": PROSE,
                "links": ["https://example.org/work"],
            }
            for item, (revision, n) in enumerate(places, start=first)
        ),
    )
    shown = [(item, company.dimensions[n]) for item, (_, n) in enumerate(places, start=first)]
    write(
        RevisionItemDimension,
        ({"item_id": item, "dimension_id": dimension} for item, dimension in shown),
    )
    write(
        RevisionItemExpectation,
        (
            {"item_id": item, "expectation_id": expectation}
            for item, dimension in shown
            for expectation in company.expectations[dimension][: EXPECTATIONS // 2]
        ),
    )


def _lines(cycle: Cycle, packets: range, company: Company) -> Rows:
    first = next_id(AuditEvent.id)
    verbs = (Verb.EDIT_EVIDENCE, Verb.WRITE_RATING, Verb.SUBMIT_RATING, Verb.CAST_BALLOT)
    for n in range(len(packets) * LINES_FOR_TEN // 10):
        yield {
            "at": company.now,
            "actor_id": company.candidates[n % len(packets)],
            "action": verbs[n % len(verbs)].value,
            "cycle_id": cycle.id,
            "packet_id": packets[n // 7 % len(packets)],
            "summary": f"Somebody did something to the packet of Alexandra Person-c{n // 7}",
            "details": {},
            "digest": f"{first + n:064x}",
        }


# -- A cycle that is being rated

#: In turn, so that every state is there at every size.
_PACKET_STATES = (*[PacketState.SUBMITTED] * 17, *[PacketState.RETURNED] * 2, PacketState.DRAFT)
_RATING_STATES = (
    *[AssignmentState.SUBMITTED] * 8,
    *[AssignmentState.IN_PROGRESS] * 4,
    *[AssignmentState.ACCEPTED] * 3,
    *[AssignmentState.INVITED] * 2,
    AssignmentState.DECLINED,
    AssignmentState.REJECTED,
    AssignmentState.NOMINATED,
)


def _rating(size: Size, draw: Draw, company: Company, owner: Person, member: Person) -> Cycle:
    """The same people in a second cycle, weeks before its deadline; of the conflict questions a tenth is open."""
    cycle = add_cycle(CyclePhase.RATING, company.now)
    write(CycleLadder, [{"cycle_id": cycle.id, "ladder_version_id": company.version.id}])
    db.session.add(CycleOwner(cycle_id=cycle.id, person_id=owner.id))
    panel = add_panel(cycle, company.chair)
    _seat(cycle, member)
    packets = add_packets(
        cycle, company, panel, draw, stage=PacketStage.WAITING, states=_PACKET_STATES
    )
    answered = [packet for packet in packets if packet % 10]
    for person in (company.chair, member):
        write(Conflict, _answers(answered, person, company.now))
    given = [
        (one, _rating_state(one, one.packet - packets[0], company))
        for one in given_ratings(packets, company, size.raters, draw)
    ]
    write(Assignment, (assignment_row(one, state, company, draw) for one, state in given))
    write(
        Rating,
        (
            rating_row(one.assignment, company.dimensions[0], Category.MET, company.now)
            for one, state in given
            if state is AssignmentState.IN_PROGRESS
        ),
    )
    write_counts(packets)
    return cycle


def _rating_state(given: Given, place: int, company: Company) -> AssignmentState:
    """Nobody rates what was never submitted, and a manager is not asked whether they want to."""
    if _PACKET_STATES[place % len(_PACKET_STATES)] is PacketState.DRAFT:
        return AssignmentState.NOMINATED
    state = _RATING_STATES[given.assignment % len(_RATING_STATES)]
    written = {AssignmentState.SUBMITTED, AssignmentState.IN_PROGRESS}
    if state in written or given.rater not in company.managers:
        return state
    return AssignmentState.ACCEPTED
