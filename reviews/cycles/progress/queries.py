"""Reading how far each packet has come, and whom it waits for: the progress page and the step to the next phase."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from reviews.access import loaders as loading
from reviews.access.loaders import CycleAccess, PacketAccess
from reviews.db.extensions import db
from reviews.db.models.packets import Assignment, RevisionCoverage
from reviews.rules.enums import (
    Action,
    AssignmentState,
    CyclePhase,
    PacketPhase,
    PacketState,
    RaterKind,
)
from reviews.rules.policy import Answer
from reviews.rules.workflow import ASKED_EVER, IN_REVIEW, OWED, UNSUBMITTED


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody a packet waits for, and with what. Without a name where the viewer may not know who it is."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One packet. A field that the viewer may not read is None."""

    public_id: str
    candidate: str
    target: str
    recused: bool = False
    state: PacketState | None = None
    covered: int | None = None
    expectations: int | None = None
    manager: str | None = None
    manager_in: bool | None = None
    peers_in: int | None = None
    peers_asked: int | None = None
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgressPage:
    access: CycleAccess
    rows: tuple[ProgressRow, ...]
    #: The deadline of this phase, and whether it has passed.
    due: datetime | None
    late: bool

    @property
    def submitted(self) -> int:
        return sum(row.state in IN_REVIEW for row in self.rows)

    @property
    def waiting(self) -> int:
        return sum(bool(row.waits) for row in self.rows)


def progress_page(access: CycleAccess) -> ProgressPage:
    cycle = access.cycle
    due = cycle.evidence_due if cycle.phase is CyclePhase.EVIDENCE else cycle.rating_due
    return ProgressPage(
        access, progress_rows(access), due, late=due is not None and due < access.viewer.now
    )


def progress_rows(access: CycleAccess) -> tuple[ProgressRow, ...]:
    """Every packet the viewer may know, by the candidate's name. Three queries."""
    packets = [
        packet
        for packet in loading.packets_in(access, Action.KNOW_PACKET)
        # What was never submitted is not shown to a panel.
        if packet.packet.state in IN_REVIEW or packet.may(Action.SEE_BEFORE_SUBMISSION)
    ]
    coverage = _coverage(packets)
    assignments = _assignments(packets)
    rows = [_row(packet, coverage, assignments[packet.packet.id]) for packet in packets]
    return tuple(sorted(rows, key=lambda row: (row.candidate, row.public_id)))


def _coverage(packets: Sequence[PacketAccess]) -> dict[int, tuple[int, int]]:
    """Revision -> expectations with evidence, and all that are asked."""
    rows = db.session.execute(
        select(
            RevisionCoverage.revision_id,
            func.sum(RevisionCoverage.covered),
            func.sum(RevisionCoverage.expectations),
        )
        .where(RevisionCoverage.revision_id.in_([p.packet.current_revision_id for p in packets]))
        .group_by(RevisionCoverage.revision_id)
    )
    return {revision: (covered, expectations) for revision, covered, expectations in rows}


def _assignments(packets: Sequence[PacketAccess]) -> defaultdict[int, list[Assignment]]:
    found: defaultdict[int, list[Assignment]] = defaultdict(list)
    for assignment in db.session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.rater))
        .where(Assignment.packet_id.in_([p.packet.id for p in packets]))
        .order_by(Assignment.peer_order, Assignment.id)
    ):
        found[assignment.packet_id].append(assignment)
    return found


def _row(
    access: PacketAccess, coverage: dict[int, tuple[int, int]], assignments: list[Assignment]
) -> ProgressRow:
    packet = access.packet
    if access.answer(Action.KNOW_PACKET) is Answer.STUB:
        return ProgressRow("", packet.candidate.name, packet.target_level.name, recused=True)
    covered = expectations = None
    if packet.current_revision_id and access.may(Action.READ_EVIDENCE):
        covered, expectations = coverage.get(packet.current_revision_id, (0, 0))
    peers = [a for a in assignments if a.kind is RaterKind.PEER and a.state in ASKED_EVER]
    managers = [a for a in assignments if a.kind is RaterKind.MANAGER]
    rated = packet.state in IN_REVIEW and access.standing.phase >= PacketPhase.RATING
    sees_manager = rated and access.may(Action.SEE_MANAGER_RATING_STATE)
    counts = rated and access.may(Action.COUNT_RATINGS)
    return ProgressRow(
        public_id=packet.public_id,
        candidate=packet.candidate.name,
        target=packet.target_level.name,
        state=packet.state,
        covered=covered,
        expectations=expectations,
        manager=packet.manager.name,
        manager_in=_any_in(managers) if sees_manager else None,
        peers_in=sum(a.state is AssignmentState.SUBMITTED for a in peers) if counts else None,
        peers_asked=len(peers) if counts else None,
        waits=_waits(access, assignments, sees_manager=sees_manager, counts=counts),
    )


def _any_in(assignments: Sequence[Assignment]) -> bool:
    return any(a.state is AssignmentState.SUBMITTED for a in assignments)


def _waits(
    access: PacketAccess, assignments: Sequence[Assignment], *, sees_manager: bool, counts: bool
) -> tuple[Wait, ...]:
    packet = access.packet
    found = []
    if access.standing.phase == PacketPhase.EVIDENCE and packet.state in UNSUBMITTED:
        found.append(Wait(packet.candidate.name, "packet"))
    proposed = sum(a.state is AssignmentState.NOMINATED for a in assignments)
    if access.may(Action.SEE_PEERS) and access.may(Action.APPROVE_PEER) and proposed:
        found.append(Wait(packet.manager.name, "peers to approve"))
    if sees_manager and not _any_in([a for a in assignments if a.kind is RaterKind.MANAGER]):
        found.append(Wait(packet.manager.name, "rating"))
    if counts:
        names = access.may(Action.SEE_PEERS)
        found += [
            Wait(
                a.rater.name if names else "a peer",
                "rating" if a.state is not AssignmentState.INVITED else "answer",
            )
            for a in assignments
            if a.kind is RaterKind.PEER and a.state in OWED
        ]
    return tuple(found)
