"""Rows for tests: plain functions with keyword defaults, each flushing what it made and returning it.

They write rows, not history: a test about how a row comes to be uses the service instead. A text that not everybody may
read carries a mark (`tests/canaries.py`), unless the test gives its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ladders import document, library
from ladders.models import DimensionRow, LadderVersion, LevelRow, VersionState
from reviews.access.expectations import TargetExpectations, expectations_for
from reviews.access.ties import write_down_ties
from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.calibration import (
    Ballot,
    BallotMark,
    Conflict,
    Decision,
    DimensionOutcome,
    Gap,
)
from reviews.db.models.cycles import Cycle, CycleLadder, CycleOwner, Panel, PanelMember
from reviews.db.models.packets import (
    Assignment,
    EvidenceDimension,
    EvidenceExpectation,
    EvidenceItem,
    Packet,
    PacketRevision,
    RevisionCoverage,
    RevisionItem,
    RevisionItemDimension,
    RevisionItemExpectation,
)
from reviews.db.models.people import ManagerLink, Person
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.db.models.reads import PacketRead
from reviews.db.models.roster import RosterMapping, RosterUpload
from reviews.db.rating_counts import keep_rating_counts
from reviews.people.addresses import email_key
from reviews.roster.queries import digest_of
from reviews.roster.table_file import pack
from reviews.rules.enums import (
    Action,
    AssignmentState,
    Attainment,
    BallotChoice,
    Category,
    ConflictStanding,
    CyclePhase,
    DeclineCategory,
    Mark,
    Outcome,
    PacketStage,
    PacketState,
    RaterKind,
    Verb,
)
from reviews.rules.scale import DEFAULT_SCALE
from tests.canaries import marked

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(days=7)

_number = count(1)

Row = TypeVar("Row")


def saved(row: Row) -> Row:
    all_saved([row])
    return row


def all_saved(rows: Sequence[object]) -> None:
    """Send rows of which none needs the number of another: together they cost little more than one."""
    db.session.add_all(rows)
    db.session.flush()


def viewer_of(person: Person, *, now: datetime = NOW) -> Viewer:
    """The person as somebody who asks, at an instant."""
    return Viewer(
        person_id=person.id,
        public_id=person.public_id,
        name=person.name,
        is_owner=person.is_owner,
        now=now,
    )


# -- People


def a_person(name: str = "", *, manager: Person | None = None, **columns: object) -> Person:
    n = next(_number)
    name = name or f"Person {n}"
    email = f"{name.lower().replace(' ', '.')}.{n}@example.org"
    person = Person(
        public_id=random_source.public_id(),
        employee_id=f"E{n:05}",
        name=name,
        email=email,
        email_key=email_key(email),
        manager_id=manager.id if manager else None,
        **{"unit": "Platform", **columns},
    )
    saved(person)
    if manager:
        saved(
            ManagerLink(
                person_id=person.id,
                manager_id=manager.id,
                started_on=NOW.date() - timedelta(days=400),
            )
        )
    return person


def a_waiting_file(author: Person, **columns: object) -> RosterUpload:
    """A people file with one person, as its author has uploaded it; and how such a file was read last."""
    headings = ["Employee ID", "Name", "E-mail"]
    packed, people = pack([(2, ["W1", "Wim", "wim@example.org"])], len(headings))
    mapping = {"employee_id": "Employee ID", "name": "Name", "email": "E-mail"}
    saved(
        RosterMapping(
            headings_digest=digest_of([*headings, author.name]),
            mapping=mapping,
            made_at=NOW,
            made_by_id=author.id,
        )
    )
    return saved(
        RosterUpload(
            **{
                "public_id": random_source.public_id(),
                "author_id": author.id,
                "made_at": NOW,
                "name": "people.csv",
                "headings": headings,
                "rows": packed,
                "people": people,
                "notes": ["Read as UTF-8."],
                "mapping": mapping,
                "is_whole": False,
                "answers": {},
                **columns,
            }
        )
    )


# -- Ladders


def a_ladder_document(
    slug: str = "craft",
    *,
    dimensions: Sequence[str] = ("Delivery", "Judgement", "People"),
    levels: Sequence[str] = ("Engineer", "Senior engineer", "Staff engineer"),
    each: int = 2,
) -> document.Ladder:
    """A cascading ladder with `each` expectations in every cell, and a role "Technical lead" with one in the first."""
    keys = [name.lower().replace(" ", "-") for name in dimensions]
    return document.Ladder(
        id=slug,
        name=slug.capitalize(),
        cascade=document.Cascade(mode="accumulate"),
        dimensions=tuple(
            document.Dimension(id=key, name=name)
            for key, name in zip(keys, dimensions, strict=True)
        ),
        levels=tuple(
            document.Level(
                id=name.lower().replace(" ", "-"),
                name=name,
                rank=rank,
                cells=tuple(
                    document.Cell(
                        dimension=key,
                        expectations=tuple(
                            document.Expectation(text=f"{dimension} at {name}, statement {n}.")
                            for n in range(1, each + 1)
                        ),
                    )
                    for key, dimension in zip(keys, dimensions, strict=True)
                ),
            )
            for rank, name in enumerate(levels, start=1)
        ),
        mixins=(
            document.Mixin(
                id="technical-lead",
                name="Technical lead",
                cells=(
                    document.Cell(
                        dimension=keys[0],
                        expectations=(document.Expectation(text="Leads the technical plan."),),
                    ),
                ),
            ),
        ),
    )


def a_ladder(
    ladder: document.Ladder | None = None, *, state: VersionState = VersionState.PUBLISHED
) -> LadderVersion:
    version = library.add_draft(
        db.session,
        ladder or a_ladder_document(f"ladder-{next(_number)}"),
        public_id=random_source.public_id(),
        at=NOW - timedelta(days=60),
    )
    if state is not VersionState.DRAFT:
        library.publish(db.session, version, at=NOW - timedelta(days=59))
    return version


def levels_of(version: LadderVersion) -> list[LevelRow]:
    return list(
        db.session.scalars(
            select(LevelRow).where(LevelRow.version_id == version.id).order_by(LevelRow.position)
        )
    )


def dimensions_of(version: LadderVersion) -> list[DimensionRow]:
    return list(
        db.session.scalars(
            select(DimensionRow)
            .where(DimensionRow.version_id == version.id)
            .order_by(DimensionRow.position)
        )
    )


# -- Cycles


def a_cycle(
    *,
    phase: CyclePhase = CyclePhase.EVIDENCE,
    ladder: LadderVersion | None = None,
    owners: Iterable[Person] = (),
    **columns: object,
) -> Cycle:
    """A cycle with its ladder and owners; deadlines a week, two and three ahead."""
    cycle = saved(
        Cycle(
            public_id=random_source.public_id(),
            phase=phase,
            **{
                "name": f"Cycle {next(_number)}",
                "time_zone": "Europe/Berlin",
                "evidence_due": LATER,
                "rating_due": LATER + timedelta(days=7),
                "calibration_due": LATER + timedelta(days=14),
                "scale": DEFAULT_SCALE,
                "peers_min": 1,
                "created_at": NOW - timedelta(days=30),
                **columns,
            },
        )
    )
    saved(CycleLadder(cycle_id=cycle.id, ladder_version_id=(ladder or a_ladder()).id))
    for owner in owners:
        saved(CycleOwner(cycle_id=cycle.id, person_id=owner.id))
    return cycle


def ladder_of(cycle: Cycle) -> LadderVersion:
    first, *_others = db.session.scalars(
        select(LadderVersion)
        .join(CycleLadder, CycleLadder.ladder_version_id == LadderVersion.id)
        .where(CycleLadder.cycle_id == cycle.id)
        .order_by(LadderVersion.id)
    )
    return first


def a_panel(
    cycle: Cycle, *, chair: Person | None = None, members: Iterable[Person] = (), quorum: int = 2
) -> Panel:
    panel = saved(
        Panel(
            public_id=random_source.public_id(),
            cycle_id=cycle.id,
            name=f"Panel {next(_number)}",
            quorum=quorum,
        )
    )
    if chair:
        saved(PanelMember(panel_id=panel.id, person_id=chair.id, is_chair=True))
    for member in members:
        saved(PanelMember(panel_id=panel.id, person_id=member.id))
    return panel


# -- Packets


#: What a guard loads with a packet.
_WITH_PACKET = (
    joinedload(Packet.cycle),
    joinedload(Packet.candidate),
    joinedload(Packet.manager),
    joinedload(Packet.ladder_version),
    joinedload(Packet.target_level),
    joinedload(Packet.current_level),
)


def asked(packet: Packet) -> TargetExpectations:
    """What is asked of a packet, read again: a request in between has let go of what was loaded."""
    return expectations_for(
        db.session.scalars(
            select(Packet)
            .options(*_WITH_PACKET)
            .where(Packet.id == packet.id)
            .execution_options(populate_existing=True)
        ).one()
    )


def a_packet(
    cycle: Cycle,
    *,
    candidate: Person | None = None,
    manager: Person | None = None,
    panel: Panel | None = None,
    target: LevelRow | None = None,
    current: LevelRow | None = None,
    stage: PacketStage = PacketStage.WAITING,
    state: PacketState | None = None,
    roles: Sequence[str] = (),
    **columns: object,
) -> Packet:
    """A packet from the second to the third level of the cycle's ladder.

    Past the evidence phase it is submitted, with one evidence item for every new expectation,
    unless `state` says otherwise.
    """
    version = ladder_of(cycle)
    levels = levels_of(version)
    manager = manager or a_person()
    candidate = candidate or a_person(manager=manager)
    if state is None:
        state = (
            PacketState.DRAFT
            if cycle.phase in {CyclePhase.SETUP, CyclePhase.EVIDENCE}
            else PacketState.SUBMITTED
        )
    revealed = stage in {PacketStage.DISCUSSION, PacketStage.DECIDED}
    packet = saved(
        Packet(
            public_id=random_source.public_id(),
            cycle=cycle,
            candidate=candidate,
            manager=manager,
            panel_id=panel.id if panel else None,
            ladder_version=version,
            current_level=current or levels[1],
            target_level=target or levels[2],
            roles=list(roles),
            state=state,
            stage=stage,
            agenda_order=next(_number),
            created_at=NOW - timedelta(days=20),
            revealed_at=NOW - timedelta(days=2) if revealed else None,
            decided_at=NOW - timedelta(days=1) if stage is PacketStage.DECIDED else None,
            **columns,
        )
    )
    if packet.missing_ballots and packet.reveal_reason is None:
        packet.reveal_reason = marked("It is late.", "V02", packet)
    if state is PacketState.RETURNED and packet.return_reason is None:
        packet.return_reason = marked("Say more.", "K15", packet, author=candidate.id)
    if state is PacketState.SUBMITTED:
        a_revision(packet)
    return packet


def an_item(
    packet: Packet, title: str = "A piece of work", *, place: int = 0, **columns: object
) -> EvidenceItem:
    """A draft item for the first new expectation of the dimension at this place."""
    number = next(_number)
    outcome = marked(
        "What was done, and what came of it.",
        "K03",
        packet,
        author=packet.candidate_id,
        number=number,
    )
    item = saved(
        EvidenceItem(
            public_id=random_source.public_id(),
            packet_id=packet.id,
            title=title,
            **{
                "number": number,
                "outcome": outcome,
                "started_on": date(2026, 3, 1),
                "ended_on": date(2026, 5, 31),
                "updated_at": NOW,
                **columns,
            },
        )
    )
    dimension = asked(packet).dimensions[place]
    saved(EvidenceDimension(item_id=item.id, dimension_id=dimension.id))
    saved(EvidenceExpectation(item_id=item.id, expectation_id=dimension.counted[0].id))
    return item


def a_revision(packet: Packet, *, number: int = 1) -> PacketRevision:
    """A submitted revision with one item per dimension that shows all of its new expectations."""
    revision = saved(
        PacketRevision(
            packet_id=packet.id,
            number=number,
            submitted_at=NOW - timedelta(days=10),
            digest="0" * 64,
        )
    )
    dimensions = asked(packet).dimensions
    items = [
        RevisionItem(
            revision_id=revision.id,
            number=position,
            title=f"Work for {dimension.name}",
            outcome=marked(f"What was done for {dimension.name}.", "K07", packet),
            started_on=date(2026, 3, 1),
            ended_on=date(2026, 5, 31),
            links=["https://example.org/work"],
        )
        for position, dimension in enumerate(dimensions, start=1)
    ]
    all_saved(items)
    about: list[object] = []
    for item, dimension in zip(items, dimensions, strict=True):
        about += [
            RevisionItemDimension(item_id=item.id, dimension_id=dimension.id),
            *(
                RevisionItemExpectation(item_id=item.id, expectation_id=expectation.id)
                for expectation in dimension.counted
            ),
            RevisionCoverage(
                revision_id=revision.id,
                dimension_id=dimension.id,
                expectations=len(dimension.counted),
                covered=len(dimension.counted),
            ),
        ]
    all_saved(about)
    packet.current_revision_id = revision.id
    packet.submitted_at = revision.submitted_at
    keep_rating_counts(packet)
    return revision


def an_audit_line(packet: Packet) -> AuditEvent:
    """What the log says of a packet; its words are nobody's but the owner's."""
    return audit.record(
        None,
        Verb.SUBMIT_PACKET,
        marked("Submitted.", "L01", packet),
        at=NOW - timedelta(days=10),
        cycle=packet.cycle,
        packet=packet,
    )


def voting_begun(*packets: Packet) -> None:
    """Write down who is related to the packets, as it is when voting begins."""
    write_down_ties(Packet.id.in_([packet.id for packet in packets]), now=NOW)


# -- Ratings


def an_assignment(
    packet: Packet,
    rater: Person | None = None,
    *,
    kind: RaterKind = RaterKind.PEER,
    state: AssignmentState = AssignmentState.ACCEPTED,
) -> Assignment:
    """The manager's assignment when `kind` is manager, else a peer's."""
    rater = rater or (packet.manager if kind is RaterKind.MANAGER else a_person())
    declined = state is AssignmentState.DECLINED
    return saved(
        Assignment(
            public_id=random_source.public_id(),
            packet=packet,
            rater=rater,
            kind=kind,
            state=state,
            proposed_by_id=packet.candidate_id,
            decline_category=DeclineCategory.NO_TIME if declined else None,
            decline_note=marked("Away then.", "R25", packet, author=rater.id) if declined else None,
            revision_id=packet.current_revision_id if state is AssignmentState.SUBMITTED else None,
            peer_order=next(_number),
            created_at=NOW - timedelta(days=12),
            submitted_at=NOW - timedelta(days=5) if state is AssignmentState.SUBMITTED else None,
        )
    )


def whole(assignment: Assignment) -> Assignment:
    """The assignment with its rater and packet read anew, as a service takes it; a request expires them."""
    return db.session.scalars(
        select(Assignment)
        .options(
            joinedload(Assignment.rater),
            joinedload(Assignment.packet).options(*_WITH_PACKET),
        )
        .where(Assignment.id == assignment.id)
        .execution_options(populate_existing=True)
    ).one()


def a_rating(
    packet: Packet,
    rater: Person | None = None,
    *,
    kind: RaterKind = RaterKind.PEER,
    category: Category = Category.MET,
    categories: Mapping[str, Category] | None = None,
    mark: Mark | None = None,
    shareable: bool = False,
) -> Assignment:
    """A submitted rating of every dimension asked: `category`, or what `categories` says by dimension key."""
    assignment = an_assignment(packet, rater, kind=kind, state=AssignmentState.SUBMITTED)
    row = "R16" if kind is RaterKind.PEER else "R13" if shareable else "R14"
    said: list[object] = []
    for dimension in asked(packet).dimensions:
        seen = f"Seen in item 1, for {dimension.name}."
        said.append(
            Rating(
                assignment_id=assignment.id,
                dimension_id=dimension.id,
                rationale=marked(
                    seen, row, packet, author=assignment.rater.id, number=dimension.id
                ),
                category=(categories or {}).get(dimension.key, category),
                shareable=shareable,
                updated_at=NOW - timedelta(days=5),
            )
        )
        if mark:
            said += [
                ExpectationMark(
                    assignment_id=assignment.id, expectation_id=expectation.id, mark=mark
                )
                for expectation in dimension.counted
            ]
    all_saved(said)
    keep_rating_counts(packet)
    return assignment


def a_rating_draft(assignment: Assignment, rationale: str = "") -> Rating:
    """What a rater has written so far: a reason for the first dimension."""
    first, packet = asked(assignment.packet).dimensions[0].id, assignment.packet
    return saved(
        Rating(
            assignment_id=assignment.id,
            dimension_id=first,
            rationale=rationale
            or marked("Not finished.", "R06", packet, author=assignment.rater_id, number=first),
            updated_at=NOW - timedelta(days=6),
        )
    )


# -- Calibration


def a_conflict(
    packet: Packet,
    person: Person,
    standing: ConflictStanding = ConflictStanding.NONE,
    *,
    by: Person | None = None,
    reason: str | None = None,
) -> Conflict:
    """What is on record of the person and the packet; the reason is their own if they declared the conflict."""
    if reason is None and standing is not ConflictStanding.NONE:
        own = person.id if standing is ConflictStanding.DECLARED else None
        reason = marked("We are related.", "V05", packet, author=own)
    return saved(
        Conflict(
            packet_id=packet.id,
            person_id=person.id,
            standing=standing,
            reason=reason or "",
            recorded_by_id=(by or person).id,
            recorded_at=NOW - timedelta(days=4),
        )
    )


def a_ballot(
    packet: Packet, member: Person, choice: BallotChoice = Category.MET, *, number: int = 1
) -> Ballot:
    ballot = saved(
        Ballot(
            packet_id=packet.id, member_id=member.id, round=number, cast_at=NOW - timedelta(days=3)
        )
    )
    all_saved(
        [
            BallotMark(
                ballot_id=ballot.id,
                dimension_id=dimension.id,
                choice=choice,
                rationale=marked("Seen in item 1.", "V10", packet, author=member.id),
            )
            for dimension in asked(packet).dimensions
        ]
    )
    return ballot


def a_decision(
    packet: Packet,
    by: Person,
    *,
    outcome: Outcome = Outcome.NOT_YET,
    attainment: Attainment = Category.MET,
    letter: str = "",
) -> Decision:
    """A decision with one attainment for every dimension, and the first new expectation named as a gap."""
    decision = saved(
        Decision(
            packet_id=packet.id,
            number=1,
            outcome=outcome,
            letter=letter or marked("The committee read your packet with care.", "D03", packet),
            rule_reading=marked("3 met: the rule is met.", "D02", packet),
            look_again_on=LATER.date() if outcome is Outcome.DEFER else None,
            decided_by_id=by.id,
            decided_at=NOW - timedelta(days=1),
        )
    )
    dimensions = asked(packet).dimensions
    outcomes: list[object] = [
        DimensionOutcome(
            decision_id=decision.id,
            dimension_id=dimension.id,
            attainment=attainment,
            reason=marked(f"The committee cites item 1 for {dimension.name}.", "D02", packet),
        )
        for dimension in dimensions
    ]
    gap = Gap(
        decision_id=decision.id,
        expectation_id=dimensions[0].counted[0].id,
        closes_with=marked("One more piece of work of this kind.", "D02", packet),
    )
    all_saved([*outcomes, gap])
    return decision


def a_read(
    packet: Packet, person: Person, action: Action = Action.READ_PEER_RATINGS, *, at: datetime = NOW
) -> PacketRead:
    """That somebody was shown something of a packet."""
    return saved(
        PacketRead(
            person_id=person.id,
            packet_id=packet.id,
            cycle_id=packet.cycle_id,
            action=action.value,
            day=at.astimezone(UTC).date(),
            at=at,
        )
    )
