"""What would wait in vain if somebody left: their open packets, ratings and seats, as far as the viewer may know them."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import aliased

from reviews.access.standing import cycles_where, packet_phase, packets_where
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, Panel, PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.rules.enums import (
    Action,
    AssignmentState,
    CyclePhase,
    PacketPhase,
    PacketState,
    RaterKind,
)

_OPEN_PACKET = (PacketState.DRAFT, PacketState.SUBMITTED, PacketState.RETURNED)
_OPEN_ASSIGNMENT = (
    AssignmentState.NOMINATED,
    AssignmentState.APPROVED,
    AssignmentState.INVITED,
    AssignmentState.ACCEPTED,
    AssignmentState.IN_PROGRESS,
)


def open_work(viewer: Viewer, employee_ids: Collection[str]) -> Mapping[str, list[str]]:
    """Employee ID -> sentences. Four queries however many people; none for nobody."""
    work: dict[str, list[str]] = defaultdict(list)
    if not employee_ids:
        return work
    found = select(Person.id, Person.employee_id).where(Person.employee_id.in_(employee_ids))
    people = {row.id: row.employee_id for row in db.session.execute(found)}
    is_open = (
        Packet.state.in_(_OPEN_PACKET),
        packet_phase(viewer.now) < PacketPhase.RELEASED,
    )
    candidates = (
        select(Packet.candidate_id, Packet.manager_id, Person.name, Cycle.name)
        .join(Cycle, Cycle.id == Packet.cycle_id)
        .join(Person, Person.id == Packet.candidate_id)
        # Not the row of knowing the packet: whoever is recused knows it by the candidate's name alone.
        .where(*is_open, packets_where(viewer, Action.READ_EVIDENCE))
        .order_by(Cycle.id, Person.name)
    )
    for candidate_id, manager_id, name, cycle in db.session.execute(candidates):
        if candidate_id in people:
            work[people[candidate_id]].append(f"Candidate in {cycle}")
        if manager_id in people:
            work[people[manager_id]].append(f"Manager for the packet of {name} in {cycle}")
    # Under names of their own: the policy's conditions look into the same tables for the viewer.
    asked, panel, seat = aliased(Assignment), aliased(Panel), aliased(PanelMember)
    peers = (
        select(asked.rater_id, Person.name, Cycle.name)
        .join(Packet, Packet.id == asked.packet_id)
        .join(Cycle, Cycle.id == Packet.cycle_id)
        .join(Person, Person.id == Packet.candidate_id)
        .where(
            *is_open,
            asked.rater_id.in_(people),
            asked.kind == RaterKind.PEER,
            asked.state.in_(_OPEN_ASSIGNMENT),
            packets_where(viewer, Action.SEE_PEERS),
        )
        .order_by(Cycle.id, Person.name)
    )
    for rater_id, name, cycle in db.session.execute(peers):
        work[people[rater_id]].append(f"Peer for the packet of {name} in {cycle}")
    seats = (
        select(seat.person_id, panel.name, Cycle.name)
        .join(panel, panel.id == seat.panel_id)
        .join(Cycle, Cycle.id == panel.cycle_id)
        .where(
            seat.person_id.in_(people),
            Cycle.phase != CyclePhase.ARCHIVED,
            Cycle.release_at.is_(None),
            cycles_where(viewer, Action.OPEN_BOARD),
        )
        .order_by(Cycle.id, panel.name)
    )
    for person_id, panel_name, cycle in db.session.execute(seats):
        work[people[person_id]].append(f"On {panel_name} of {cycle}")
    return work
