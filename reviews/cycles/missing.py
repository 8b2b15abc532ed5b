"""Reading what keeps a cycle in its phase: the rows behind the rules of `readiness`."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from reviews.cycles.pins import pinned_versions
from reviews.cycles.readiness import (
    Hearing,
    Missing,
    Plan,
    missing_to_calibrate,
    missing_to_open,
)
from reviews.cycles.seats import panel_lines
from reviews.extensions import db
from reviews.facts import (
    IN_REVIEW,
    Viewer,
    labelled,
    packet_facts,
    packet_facts_about,
    packets_where,
)
from reviews.models.cycles import Cycle, Panel, PanelMember
from reviews.models.packets import Packet
from reviews.models.people import Person
from reviews.vocabulary import Action, ConflictStanding, CyclePhase, PacketStage, Relation

_FREE = frozenset({Relation.MEMBER_OWES, Relation.MEMBER_CAST, Relation.CHAIR})


def missing_to_advance(cycle: Cycle, viewer: Viewer) -> tuple[Missing, ...]:
    """What keeps the cycle in its phase. Speaks only of packets whose panel the viewer may know."""
    if cycle.phase is CyclePhase.SETUP:
        plan = Plan(
            ladders=tuple(version.ladder.name for version in pinned_versions(cycle)),
            evidence_due=cycle.evidence_due,
            rating_due=cycle.rating_due,
            calibration_due=cycle.calibration_due,
            panels=tuple(panel.seats for panel in panel_lines(cycle)),
            scale=cycle.scale,
        )
        return missing_to_open(plan, viewer.now)
    if cycle.phase is CyclePhase.RATING:
        seats = tuple(panel.seats for panel in panel_lines(cycle))
        return missing_to_calibrate(seats, _hearings(cycle, viewer))
    return ()


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
