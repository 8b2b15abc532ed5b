"""Reading what keeps a cycle in its phase: the rows behind the rules of `readiness`."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from reviews.access.loaders import CycleAccess, visible_packets
from reviews.access.panel_standing import panel_standings
from reviews.access.viewer import Viewer
from reviews.cycles.ladder_choice import pinned_versions
from reviews.cycles.ownership import ReleaseWarning, release_warning
from reviews.cycles.panels.queries import PanelClash, PanelLine, clashes, panel_lines
from reviews.cycles.phases.checklist import (
    CyclePlan,
    MissingItem,
    PacketPanel,
    PanelSize,
    missing_to_calibrate,
    missing_to_open,
)
from reviews.cycles.progress.queries import (
    ProgressRow,
    ProgressTotals,
    first_rows,
    progress_totals,
)
from reviews.cycles.queries import needs_reason
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, Panel
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import (
    Action,
    CyclePhase,
    PacketPhase,
    PacketStage,
)
from reviews.rules.workflow import IN_REVIEW


def missing_to_advance(cycle: Cycle, viewer: Viewer) -> tuple[MissingItem, ...]:
    """What keeps the cycle in its phase. Speaks only of packets whose panel the viewer may know."""
    if cycle.phase is CyclePhase.SETUP:
        plan = CyclePlan(
            ladders=tuple(version.ladder.name for version in pinned_versions(cycle)),
            evidence_due=cycle.evidence_due,
            rating_due=cycle.rating_due,
            calibration_due=cycle.calibration_due,
            panels=tuple(map(_size_of, panel_lines(cycle, viewer))),
            scale=cycle.scale,
        )
        return missing_to_open(plan, viewer.now)
    if cycle.phase is CyclePhase.RATING:
        sizes = tuple(map(_size_of, panel_lines(cycle, viewer)))
        return missing_to_calibrate(sizes, _packet_panels(cycle, viewer))
    return ()


def _size_of(panel: PanelLine) -> PanelSize:
    people = len(panel.members) + (panel.chair is not None)
    return PanelSize(panel.name, panel.quorum, people, panel.chair is not None)


def _packet_panels(cycle: Cycle, viewer: Viewer) -> list[PacketPanel]:
    packets = db.session.execute(
        select(Packet.id, Person.name, Panel.name.label("panel"), Panel.quorum)
        .join(Person, Person.id == Packet.candidate_id)
        .outerjoin(Panel, Panel.id == Packet.panel_id)
        .where(
            Packet.state.in_(IN_REVIEW),
            Packet.id.in_(visible_packets(viewer, Action.SEE_PANEL, Packet.cycle_id == cycle.id)),
        )
        .order_by(Person.sort_key, Packet.id)
    ).all()
    seats = panel_standings([packet.id for packet in packets], now=viewer.now)
    asked = clashes(cycle, viewer)
    return [
        PacketPanel(
            candidate=packet.name,
            panel=packet.panel,
            quorum=packet.quorum or 0,
            free=sum(seat.is_free for seat in seats[packet.id].seats),
            chair_is_free=any(seat.is_free and seat.is_chair for seat in seats[packet.id].seats),
            peers=tuple(each.person for each in asked if each.packet_id == packet.id),
        )
        for packet in packets
    ]


def undecided(cycle: Cycle) -> bool:
    """Whether a packet still waits for its decision."""
    waits = exists().where(
        Packet.cycle_id == cycle.id,
        Packet.state.in_(IN_REVIEW),
        Packet.stage != PacketStage.DECIDED,
    )
    return bool(db.session.scalar(select(waits)))


def is_empty(cycle: Cycle) -> bool:
    """Whether no packet is in review."""
    in_review = exists().where(Packet.cycle_id == cycle.id, Packet.state.in_(IN_REVIEW))
    return not db.session.scalar(select(in_review))


@dataclass(frozen=True, slots=True)
class AdvancePage:
    access: CycleAccess
    missing: tuple[MissingItem, ...]
    totals: ProgressTotals
    #: Drafts and returned packets, which stay behind when rating begins: the first by name.
    unsubmitted: tuple[ProgressRow, ...]
    #: Packets with a rating still to come, which ends when calibration begins: the first by name.
    unrated: tuple[ProgressRow, ...]
    needs_reason: bool
    clashes: tuple[PanelClash, ...]
    warning: ReleaseWarning | None


def advance_page(access: CycleAccess) -> AdvancePage:
    rating = access.standing.phase == PacketPhase.RATING
    return AdvancePage(
        access=access,
        missing=missing_to_advance(access.cycle, access.viewer),
        totals=progress_totals(access),
        unsubmitted=first_rows(access, waiting=False),
        unrated=first_rows(access, waiting=True) if rating else (),
        needs_reason=needs_reason(access, Action.ADVANCE_CYCLE),
        clashes=clashes(access.cycle, access.viewer),
        warning=release_warning(access),
    )


#: The verb on the button and what it does, by the phase that it ends.
ADVANCE = {
    CyclePhase.SETUP: ("Open cycle", "Begin to collect evidence"),
    CyclePhase.EVIDENCE: ("Start rating", "End the collection of evidence and begin to rate"),
    CyclePhase.RATING: ("Start calibration", "End rating and let the panels vote"),
}
