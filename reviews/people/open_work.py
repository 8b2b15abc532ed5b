"""What would wait in vain if somebody left: open packets, ratings and seats, as far as the viewer may know them."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import or_, select

from reviews.access.loaders import visible_cycles, visible_packets
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, Panel, PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, CyclePhase, RaterKind
from reviews.rules.workflow import OPEN_ASSIGNMENTS, UNDER_WAY


def open_work(viewer: Viewer, employee_ids: Collection[str]) -> Mapping[str, list[str]]:
    """Employee ID -> sentences. Four queries however many people; none for nobody."""
    work: dict[str, list[str]] = defaultdict(list)
    if not employee_ids:
        return work
    found = select(Person.id, Person.employee_id).where(Person.employee_id.in_(employee_ids))
    people = {row.id: row.employee_id for row in db.session.execute(found)}
    is_open = (
        Packet.state.in_(UNDER_WAY),
        Cycle.phase != CyclePhase.ARCHIVED,
        or_(Cycle.release_at.is_(None), Cycle.release_at > viewer.now),
    )
    candidates = (
        select(Packet.candidate_id, Packet.manager_id, Person.name, Cycle.name)
        .join(Cycle, Cycle.id == Packet.cycle_id)
        .join(Person, Person.id == Packet.candidate_id)
        .where(
            *is_open,
            # Not the row of knowing the packet: whoever is recused knows it by the candidate's name alone.
            Packet.id.in_(
                visible_packets(
                    viewer,
                    Action.READ_EVIDENCE,
                    or_(Packet.candidate_id.in_(people), Packet.manager_id.in_(people)),
                )
            ),
        )
        .order_by(Cycle.id, Person.name)
    )
    for candidate_id, manager_id, name, cycle in db.session.execute(candidates):
        if candidate_id in people:
            work[people[candidate_id]].append(f"Candidate in {cycle}")
        if manager_id in people:
            work[people[manager_id]].append(f"Manager for the packet of {name} in {cycle}")
    is_asked = (
        Assignment.rater_id.in_(people),
        Assignment.kind == RaterKind.PEER,
        Assignment.state.in_(OPEN_ASSIGNMENTS),
    )
    peers = (
        select(Assignment.rater_id, Person.name, Cycle.name)
        .join(Packet, Packet.id == Assignment.packet_id)
        .join(Cycle, Cycle.id == Packet.cycle_id)
        .join(Person, Person.id == Packet.candidate_id)
        .where(
            *is_open,
            *is_asked,
            Packet.id.in_(
                visible_packets(
                    viewer,
                    Action.SEE_PEERS,
                    Packet.id.in_(select(Assignment.packet_id).where(*is_asked)),
                )
            ),
        )
        .order_by(Cycle.id, Person.name)
    )
    for rater_id, name, cycle in db.session.execute(peers):
        work[people[rater_id]].append(f"Peer for the packet of {name} in {cycle}")
    seats = (
        select(PanelMember.person_id, Panel.name, Cycle.name)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(Cycle, Cycle.id == Panel.cycle_id)
        .where(
            PanelMember.person_id.in_(people),
            Cycle.phase != CyclePhase.ARCHIVED,
            Cycle.release_at.is_(None),
            Cycle.id.in_(visible_cycles(viewer, Action.OPEN_BOARD)),
        )
        .order_by(Cycle.id, Panel.name)
    )
    for person_id, panel_name, cycle in db.session.execute(seats):
        work[people[person_id]].append(f"On {panel_name} of {cycle}")
    return work
