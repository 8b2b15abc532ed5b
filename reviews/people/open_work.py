"""What would wait in vain if somebody left: packets, ratings, seats and cycles, as far as the viewer may know them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import exists, not_, or_, select
from sqlalchemy.orm import aliased

from reviews.access.loaders import SiteAccess, visible_cycles, visible_packets
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.cycles import Cycle, CycleOwner, Panel, PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, CyclePhase, RaterKind
from reviews.rules.workflow import OPEN_ASSIGNMENTS, UNDER_WAY

#: For more people than this everybody is read: a statement takes no longer list.
_FEW = 500


def open_work(
    access: SiteAccess, leaving: Collection[str], moving: Collection[str] = ()
) -> Mapping[str, list[str]]:
    """Employee ID -> sentences, if all of them left. Six queries however many people; none for nobody.

    Args:
        leaving: whose account would be closed.
        moving: who stays and only gets another manager. The cycles that they own are theirs as before.
    """
    viewer = access.viewer
    work: dict[str, list[str]] = defaultdict(list)
    if not leaving and not moving:
        return work
    gone = set(leaving)
    asked = gone.union(moving)
    found = select(Person.id, Person.employee_id)
    if len(asked) <= _FEW:
        found = found.where(Person.employee_id.in_(asked))
    rows = db.session.execute(found)
    people = {row.id: row.employee_id for row in rows if row.employee_id in asked}
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
                    or_(among(Packet.candidate_id, people), among(Packet.manager_id, people)),
                )
            ),
        )
        .order_by(Cycle.id, Person.sort_key, Packet.id)
    )
    for candidate_id, manager_id, name, cycle in db.session.execute(candidates):
        if candidate_id in people:
            work[people[candidate_id]].append(f"Candidate in {cycle}")
        if manager_id in people:
            work[people[manager_id]].append(f"Manager for the packet of {name} in {cycle}")
    is_asked = (
        among(Assignment.rater_id, people),
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
        .order_by(Cycle.id, Person.sort_key, Packet.id)
    )
    for rater_id, name, cycle in db.session.execute(peers):
        work[people[rater_id]].append(f"Peer for the packet of {name} in {cycle}")
    seats = (
        select(PanelMember.person_id, Panel.name, Cycle.name)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(Cycle, Cycle.id == Panel.cycle_id)
        .where(
            among(PanelMember.person_id, people),
            Cycle.phase != CyclePhase.ARCHIVED,
            Cycle.release_at.is_(None),
            Cycle.id.in_(visible_cycles(viewer, Action.OPEN_BOARD)),
        )
        .order_by(Cycle.id, Panel.name)
    )
    for person_id, panel_name, cycle in db.session.execute(seats):
        work[people[person_id]].append(f"On {panel_name} of {cycle}")
    leavers = [person_id for person_id, number in people.items() if number in gone]
    for person_id, sentence in _left_to_nobody(access, leavers) if leavers else ():
        work[people[person_id]].append(sentence)
    return work


def _left_to_nobody(access: SiteAccess, people: Collection[int]) -> Iterator[tuple[int, str]]:
    """Who owns a cycle that nobody else would run. Its name is for those who may read the cycle."""
    viewer = access.viewer
    other = aliased(CycleOwner)
    somebody_stays = exists().where(
        other.cycle_id == Cycle.id,
        other.person_id == Person.id,
        Person.is_active,
        not_(among(other.person_id, people)),
    )
    owned = (
        select(
            CycleOwner.person_id,
            Cycle.name,
            Cycle.id.in_(visible_cycles(viewer, Action.READ_CYCLE)).label("is_known"),
        )
        .join(Cycle, Cycle.id == CycleOwner.cycle_id)
        .where(
            among(CycleOwner.person_id, people),
            Cycle.phase != CyclePhase.ARCHIVED,
            or_(Cycle.release_at.is_(None), Cycle.release_at > viewer.now),
            not_(somebody_stays.correlate(Cycle)),
        )
        .order_by(Cycle.id)
    )
    untold = set()
    for person_id, name, is_known in db.session.execute(owned):
        if is_known:
            yield person_id, f"Owner of {name}, which nobody else would run"
        elif access.may(Action.NAME_MISSING_OWNER):
            untold.add(person_id)
    for person_id in sorted(untold):
        yield person_id, "Owner of a cycle that nobody else would run"
