"""Reading the rows of packets: evidence as frozen values, revisions, and the people proposed as peers."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from ladders.models import LadderVersion, LevelRow
from reviews.access.expectations import TargetExpectations
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.cycles import Cycle, CycleLadder
from reviews.db.models.packets import (
    Assignment,
    EvidenceDimension,
    EvidenceExpectation,
    EvidenceItem,
    NoOpportunity,
    Packet,
    PacketRevision,
    RevisionCoverage,
    RevisionItem,
    RevisionItemDimension,
    RevisionItemExpectation,
)
from reviews.db.models.people import Person
from reviews.db.text import has_words, read_as_it_lies, word_params
from reviews.display.formatting import moment
from reviews.packets.evidence import EvidenceView
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind
from reviews.rules.name_keys import search_words

#: How many people a search shows, and how much of a name it needs.
HITS = 20
LEAST_TYPED = 2


# -- Evidence


def draft_evidence(packet: Packet) -> tuple[EvidenceView, ...]:
    """The candidate's draft, by number. Three queries. For the candidate alone (READ_EVIDENCE_DRAFT)."""
    items = db.session.scalars(
        select(EvidenceItem)
        .where(EvidenceItem.packet_id == packet.id)
        .order_by(EvidenceItem.number)
    ).all()
    of_packet = select(EvidenceItem.id).where(EvidenceItem.packet_id == packet.id).scalar_subquery()
    dimensions = _mapped(
        EvidenceDimension.item_id,
        EvidenceDimension.dimension_id,
        EvidenceDimension.item_id.in_(of_packet),
    )
    expectations = _mapped(
        EvidenceExpectation.item_id,
        EvidenceExpectation.expectation_id,
        EvidenceExpectation.item_id.in_(of_packet),
    )
    return tuple(_view(item, dimensions, expectations, item.public_id) for item in items)


def revision_evidence(revision_ids: Iterable[int]) -> dict[int, tuple[EvidenceView, ...]]:
    """The items of each revision, by number. Three queries, however many revisions are asked for.

    The caller has asked the policy for READ_EVIDENCE on every packet.
    """
    wanted = tuple(revision_ids)
    items = db.session.scalars(
        select(RevisionItem)
        .where(among(RevisionItem.revision_id, wanted))
        .order_by(RevisionItem.revision_id, RevisionItem.number)
    ).all()
    ids = select(RevisionItem.id).where(among(RevisionItem.revision_id, wanted)).scalar_subquery()
    dimensions = _mapped(
        RevisionItemDimension.item_id,
        RevisionItemDimension.dimension_id,
        RevisionItemDimension.item_id.in_(ids),
    )
    expectations = _mapped(
        RevisionItemExpectation.item_id,
        RevisionItemExpectation.expectation_id,
        RevisionItemExpectation.item_id.in_(ids),
    )
    found: dict[int, list[EvidenceView]] = {revision: [] for revision in wanted}
    for item in items:
        found[item.revision_id].append(_view(item, dimensions, expectations))
    return {revision: tuple(views) for revision, views in found.items()}


def _mapped(item_id: Any, other_id: Any, where: ColumnElement[bool]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for item, other in db.session.execute(select(item_id, other_id).where(where)):
        found.setdefault(item, set()).add(other)
    return {item: frozenset(others) for item, others in found.items()}


def _view(
    item: EvidenceItem | RevisionItem,
    dimensions: Mapping[int, frozenset[int]],
    expectations: Mapping[int, frozenset[int]],
    public_id: str = "",
) -> EvidenceView:
    return EvidenceView(
        number=item.number,
        title=item.title,
        started_on=item.started_on,
        ended_on=item.ended_on,
        role=item.role,
        outcome=item.outcome,
        links=tuple(item.links),
        dimension_ids=dimensions.get(item.id, frozenset()),
        expectation_ids=expectations.get(item.id, frozenset()),
        public_id=public_id,
    )


def draft_notes(packet: Packet) -> dict[int, NoOpportunity]:
    """The candidate's notes of no opportunity, by dimension id. For the candidate alone (READ_EVIDENCE_DRAFT)."""
    notes = select(NoOpportunity).where(NoOpportunity.packet_id == packet.id)
    return {note.dimension_id: note for note in db.session.scalars(notes)}


def draft_note_texts(packet: Packet, asked: TargetExpectations) -> dict[int, str]:
    """What the notes say about dimensions that are still asked: those that are submitted."""
    notes = draft_notes(packet)
    return {each.id: notes[each.id].note for each in asked.dimensions if each.id in notes}


def revision_notes(revision_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """The notes of no opportunity of each revision, by dimension id. One query.

    The caller has asked the policy for READ_EVIDENCE on every packet.
    """
    wanted = tuple(revision_ids)
    found: dict[int, dict[int, str]] = {revision: {} for revision in wanted}
    for row in db.session.execute(
        select(
            RevisionCoverage.revision_id,
            RevisionCoverage.dimension_id,
            RevisionCoverage.no_opportunity,
        ).where(among(RevisionCoverage.revision_id, wanted), RevisionCoverage.no_opportunity != "")
    ):
        found[row.revision_id][row.dimension_id] = row.no_opportunity
    return found


def item_of(packet: Packet, public_id: str) -> EvidenceItem | None:
    return db.session.scalars(
        select(EvidenceItem).where(
            EvidenceItem.packet_id == packet.id, EvidenceItem.public_id == public_id
        )
    ).one_or_none()


def current_revision(packet: Packet) -> PacketRevision | None:
    if packet.current_revision_id is None:
        return None
    return db.session.get_one(PacketRevision, packet.current_revision_id)


def revisions_of(packet: Packet) -> int:
    """How often the packet was submitted with something new."""
    return db.session.scalar(select(func.count()).where(PacketRevision.packet_id == packet.id)) or 0


def proposals_of(packet: Packet) -> int:
    """How many peers the candidate proposed, whatever became of them."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Assignment.packet_id == packet.id,
                Assignment.kind == RaterKind.PEER,
                Assignment.proposed_by_id == packet.candidate_id,
            )
        )
        or 0
    )


def is_closed(packet: Packet, now: datetime) -> bool:
    """Whether the deadline has closed the candidate's forms.

    A returned packet stays open while evidence is collected.
    """
    due = packet.cycle.evidence_due
    return packet.state is not PacketState.RETURNED and due is not None and now >= due


# -- Starting


def pinned_version(cycle: Cycle, level: LevelRow) -> LadderVersion | None:
    """The ladder version this level belongs to, if the cycle is judged against it."""
    return db.session.scalars(
        select(LadderVersion)
        .join(CycleLadder, CycleLadder.ladder_version_id == LadderVersion.id)
        .where(CycleLadder.cycle_id == cycle.id, LadderVersion.id == level.version_id)
    ).one_or_none()


def packet_in(cycle: Cycle, candidate: Person) -> Packet | None:
    return db.session.scalars(
        select(Packet).where(Packet.cycle_id == cycle.id, Packet.candidate_id == candidate.id)
    ).one_or_none()


def obstacle_to_start(cycle: Cycle, candidate: Person, now: datetime) -> str:
    """Why the person cannot start a packet in this cycle, as a sentence; empty where nothing prevents it."""
    if cycle.phase is not CyclePhase.EVIDENCE:
        return "This cycle is not collecting evidence."
    if cycle.evidence_due is not None and now >= cycle.evidence_due:
        return f"Evidence closed on {moment(cycle.evidence_due, cycle.time_zone)}."
    if cycle.units and candidate.unit not in cycle.units:
        return "This cycle is for people of other units."
    if packet_in(cycle, candidate):
        return "You already have a packet in this cycle."
    if manager_of(candidate) is None:
        return (
            "Nobody is on record as your manager, and a packet needs one to rate it. "
            "Ask the people who run the cycle to set your manager."
        )
    return ""


# -- People


def candidate_of(viewer: Viewer) -> Person:
    """The person who is about to start a packet."""
    return db.session.get_one(Person, viewer.person_id)


def manager_of(person: Person) -> Person | None:
    """Who would rate the person as their manager: somebody who is still here."""
    if person.manager_id is None:
        return None
    manager = db.session.get_one(Person, person.manager_id)
    return manager if manager.is_active else None


def own_assignment_state(packet: Packet, viewer: Viewer) -> AssignmentState | None:
    return db.session.scalar(
        select(Assignment.state).where(
            Assignment.packet_id == packet.id, Assignment.rater_id == viewer.person_id
        )
    )


def peers_of(packet: Packet) -> list[Assignment]:
    """Every peer of the packet with their name, in the order in which they were proposed."""
    return list(
        db.session.scalars(
            select(Assignment)
            .where(Assignment.packet_id == packet.id, Assignment.kind == RaterKind.PEER)
            .options(joinedload(Assignment.rater))
            .order_by(Assignment.created_at, Assignment.id)
        )
    )


def peer_of(packet: Packet, public_id: str) -> Assignment | None:
    return db.session.scalars(
        select(Assignment)
        .where(
            Assignment.packet_id == packet.id,
            Assignment.kind == RaterKind.PEER,
            Assignment.public_id == public_id,
        )
        .options(joinedload(Assignment.rater), joinedload(Assignment.packet))
    ).one_or_none()


def active_person(public_id: str) -> Person | None:
    return db.session.scalars(
        select(Person).where(Person.public_id == public_id, Person.is_active)
    ).one_or_none()


def people_called(name: str, *, leaving_out: Collection[int]) -> list[Person]:
    """Active people with these words in their name, one more than a page shows.

    Nobody for a name too short to search by: so few letters would be in everybody's.
    """
    words = search_words(name)
    if max(map(len, words), default=0) < LEAST_TYPED:
        return []
    return list(
        db.session.scalars(
            select(Person)
            .where(
                Person.is_active,
                Person.id.not_in(leaving_out),
                *has_words(len(words), Person.name_key),
            )
            .order_by(read_as_it_lies(Person.sort_key), Person.id)
            .limit(HITS + 1),
            word_params(words),
        )
    )
