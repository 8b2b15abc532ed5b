"""What the page about a packet's peers shows, to the candidate and to those who decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviews.access.loaders import PacketAccess
from reviews.access.naming import beside
from reviews.access.viewer import Viewer
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.packets import queries
from reviews.packets.pages import PacketHead, packet_head
from reviews.rules.enums import Action, AssignmentState
from reviews.rules.namesakes import joined
from reviews.rules.workflow import APPROVED, APPROVED_EVER, OWED, UNDER_WAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPeer:
    """What the candidate sees of a proposal: that it was made."""

    public_id: str
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedPeer:
    """What those who decide on peers see. Until their own rating is in, nobody learns what an asked peer has done."""

    public_id: str
    name: str
    title: str
    status: AssignmentState
    #: Empty for an owner of the cycle.
    proposed_by: str
    #: Why they declined; empty for those who may not read it.
    declined: str
    can_decide: bool
    can_remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    public_id: str
    name: str
    title: str
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeersPage:
    head: PacketHead
    #: For the candidate the one, for those who decide the other.
    proposed: tuple[ProposedPeer, ...]
    assigned: tuple[AssignedPeer, ...]
    #: The candidate's own forms, which the deadline closes.
    can_propose: bool
    least: int
    most: int
    taken: int
    query: str
    found: tuple[FoundPerson, ...]
    found_more: bool


def peers_page(access: PacketAccess, query: str) -> PeersPage:
    """The peers of a packet as this viewer may see them, and the people found by name."""
    packet, viewer = access.packet, access.viewer
    is_open = packet.state in UNDER_WAY
    decides = access.may(Action.APPROVE_PEER)
    counts = access.may(Action.COUNT_RATINGS)
    rows = queries.peers_of(packet)
    if access.may(Action.SEE_PEERS):
        seen = rows
    else:
        # By name: the order in which rows came to be would tell whom somebody else had proposed before.
        own = (row for row in rows if row.proposed_by_id == viewer.person_id)
        seen = sorted(own, key=lambda row: (row.rater.sort_key, row.rater_id))
    listed = {row.rater_id for row in seen}
    works_as = _work_of(viewer, [row.rater for row in seen])
    found = queries.people_called(query, leaving_out=(packet.candidate_id, packet.manager_id))
    hits = found[: queries.HITS]
    return PeersPage(
        head=packet_head(access),
        proposed=() if decides else tuple(map(_proposed, seen, works_as)),
        assigned=tuple(
            _assigned(
                row,
                title,
                packet,
                decides=is_open,
                counts=counts,
                explains=access.may(Action.READ_DECLINE_REASON),
            )
            for row, title in zip(seen, works_as, strict=True)
        )
        if decides
        else (),
        can_propose=is_open and (decides or not queries.is_closed(packet, viewer.now)),
        least=packet.cycle.peers_min,
        most=packet.cycle.peers_max,
        taken=sum(row.state in (APPROVED if counts else APPROVED_EVER) for row in seen)
        if decides
        else len(seen),
        query=query,
        found=tuple(
            FoundPerson(
                public_id=person.public_id,
                name=person.name,
                title=title,
                is_listed=person.id in listed,
            )
            for person, title in zip(hits, _work_of(viewer, hits), strict=True)
        ),
        found_more=len(found) > queries.HITS,
    )


def _work_of(viewer: Viewer, people: Sequence[Person]) -> list[str]:
    """Title and unit of each, and more where two of one name have the same."""
    told = beside(viewer, people)
    return [
        more or joined(person.title, person.unit) for person, more in zip(people, told, strict=True)
    ]


def _proposed(row: Assignment, title: str) -> ProposedPeer:
    return ProposedPeer(public_id=row.public_id, name=row.rater.name, title=title)


def _assigned(
    row: Assignment, title: str, packet: Packet, *, decides: bool, counts: bool, explains: bool
) -> AssignedPeer:
    asked = row.state in APPROVED_EVER and row.state is not AssignmentState.APPROVED
    return AssignedPeer(
        public_id=row.public_id,
        name=row.rater.name,
        title=title,
        status=AssignmentState.INVITED if asked and not counts else row.state,
        proposed_by=packet.candidate.name
        if row.proposed_by_id == packet.candidate_id
        else packet.manager.name
        if row.proposed_by_id == packet.manager_id
        else "",
        declined=_why_declined(row) if explains else "",
        can_decide=decides and row.state is AssignmentState.NOMINATED,
        can_remove=decides
        and (row.state is AssignmentState.APPROVED or (counts and row.state in OWED)),
    )


def _why_declined(row: Assignment) -> str:
    if row.state is not AssignmentState.DECLINED or row.decline_category is None:
        return ""
    return ". ".join(filter(None, (row.decline_category.sentence, row.decline_note)))
