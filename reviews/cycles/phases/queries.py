"""Reading what keeps a cycle in its phase: the rows behind the rules of `readiness`."""

from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from reviews.access.loaders import CycleAccess
from reviews.access.standing import (
    IN_REVIEW,
    labelled,
    packet_facts,
    packet_facts_about,
    packets_where,
)
from reviews.access.viewer import Viewer
from reviews.cycles.ladder_choice import pinned_versions
from reviews.cycles.panels.queries import PanelLine, panel_lines
from reviews.cycles.phases.checklist import (
    CyclePlan,
    Hearing,
    MissingItem,
    Seats,
    missing_to_calibrate,
    missing_to_open,
)
from reviews.cycles.progress.queries import UNSUBMITTED, ProgressRow, progress_rows
from reviews.cycles.queries import needs_reason
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, Panel, PanelMember
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import (
    Action,
    ConflictStanding,
    CyclePhase,
    PacketPhase,
    PacketStage,
    Relation,
)

_FREE = frozenset({Relation.MEMBER_OWES, Relation.MEMBER_CAST, Relation.CHAIR})


def missing_to_advance(cycle: Cycle, viewer: Viewer) -> tuple[MissingItem, ...]:
    """What keeps the cycle in its phase. Speaks only of packets whose panel the viewer may know."""
    if cycle.phase is CyclePhase.SETUP:
        plan = CyclePlan(
            ladders=tuple(version.ladder.name for version in pinned_versions(cycle)),
            evidence_due=cycle.evidence_due,
            rating_due=cycle.rating_due,
            calibration_due=cycle.calibration_due,
            panels=tuple(map(_seats_of, panel_lines(cycle))),
            scale=cycle.scale,
        )
        return missing_to_open(plan, viewer.now)
    if cycle.phase is CyclePhase.RATING:
        seats = tuple(map(_seats_of, panel_lines(cycle)))
        return missing_to_calibrate(seats, _hearings(cycle, viewer))
    return ()


def _seats_of(panel: PanelLine) -> Seats:
    people = len(panel.members) + (panel.chair is not None)
    return Seats(panel.name, panel.quorum, people, panel.chair is not None)


def _hearings(cycle: Cycle, viewer: Viewer) -> list[Hearing]:
    seat = aliased(PanelMember)
    packets = db.session.execute(
        select(Packet.id, Person.name, Panel.name.label("panel"), Panel.quorum)
        .join(Packet.cycle)
        .join(Person, Person.id == Packet.candidate_id)
        .outerjoin(Panel, Panel.id == Packet.panel_id)
        .where(
            Packet.cycle_id == cycle.id,
            Packet.state.in_(IN_REVIEW),
            packets_where(viewer, Action.SEE_PANEL),
        )
        .order_by(Person.name, Packet.id)
    ).all()
    rows = db.session.execute(
        select(Packet.id, seat.is_chair, *labelled(packet_facts_about(seat.person_id, viewer.now)))
        .join(Packet.cycle)
        .join(seat, seat.panel_id == Packet.panel_id)
        .join(Person, Person.id == seat.person_id)
        .where(Packet.cycle_id == cycle.id, Person.is_active)
    )
    free: dict[int, list[bool]] = {packet.id: [] for packet in packets}
    for row in rows:
        facts = packet_facts(row)
        # Not having answered the conflict question is no conflict yet.
        answered = replace(facts, conflict=facts.conflict or ConflictStanding.NONE)
        if row.id in free and answered.relations() & _FREE:
            free[row.id].append(row.is_chair)
    return [
        Hearing(
            candidate=packet.name,
            panel=packet.panel,
            quorum=packet.quorum or 0,
            free=len(free[packet.id]),
            chair_is_free=any(free[packet.id]),
        )
        for packet in packets
    ]


def undecided(cycle: Cycle) -> bool:
    """Whether a packet still waits for its decision, or there is none that has one."""
    counts = db.session.execute(
        select(func.count(), func.count().filter(Packet.stage == PacketStage.DECIDED)).where(
            Packet.cycle_id == cycle.id, Packet.state.in_(IN_REVIEW)
        )
    ).one()
    return counts[0] == 0 or counts[0] != counts[1]


@dataclass(frozen=True, slots=True)
class AdvancePage:
    access: CycleAccess
    missing: tuple[MissingItem, ...]
    #: Drafts and returned packets, which stay behind when rating begins.
    unsubmitted: tuple[ProgressRow, ...]
    submitted: int
    #: Packets with a rating still to come, which ends when calibration begins.
    unrated: tuple[ProgressRow, ...]
    needs_reason: bool


def advance_page(access: CycleAccess) -> AdvancePage:
    rows = progress_rows(access)
    rating = access.facts.phase == PacketPhase.RATING
    return AdvancePage(
        access=access,
        missing=missing_to_advance(access.cycle, access.viewer),
        unsubmitted=tuple(row for row in rows if row.state in UNSUBMITTED),
        submitted=sum(row.state in IN_REVIEW for row in rows),
        unrated=tuple(row for row in rows if rating and row.waits),
        needs_reason=needs_reason(access, Action.ADVANCE_CYCLE),
    )


#: The verb on the button and what it does, by the phase that it ends.
ADVANCE = {
    CyclePhase.SETUP: ("Open cycle", "Begin to collect evidence"),
    CyclePhase.EVIDENCE: ("Start rating", "End the collection of evidence and begin to rate"),
    CyclePhase.RATING: ("Start calibration", "End rating and let the panels vote"),
}
