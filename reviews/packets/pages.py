"""What each page about a packet shows: one frozen value per page. A field the policy does not grant is empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.access import PacketAccess
from reviews.expectations import AskedDimension, AskedOf, asked_of, ladder_of
from reviews.models.packets import Assignment, Packet, PacketRevision
from reviews.packets import queries
from reviews.packets.checklist import Check, advice, gates
from reviews.packets.evidence import EvidenceView, covered, digest_of
from reviews.vocabulary import Action, AssignmentState, CyclePhase, PacketPhase, PacketState


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What everybody who knows the packet may read about it."""

    public_id: str
    candidate: str
    manager: str
    cycle: str
    cycle_id: str
    zone: str
    evidence_due: datetime | None
    ladder: str
    ladder_id: str
    ladder_number: int
    target: str
    current: str
    roles: tuple[str, ...]
    state: PacketState
    #: 1 evidence, 2 rating, 3 calibration, 6 released, 7 archived. How far calibration has come is not told here.
    phase: int
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One dimension: what is asked, and the evidence for it."""

    dimension: AskedDimension
    flags: tuple[bool, ...]
    #: Shown in full here; `elsewhere` are shown in full in an earlier dimension.
    items: tuple[EvidenceView, ...]
    elsewhere: tuple[EvidenceView, ...]
    #: Expectation id -> how many items show it.
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    number: int
    submitted_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Stage:
    label: str
    due: datetime | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketPage:
    head: Head
    #: The candidate's draft, or what was submitted.
    is_draft: bool
    can_read: bool
    sections: tuple[Section, ...]
    #: Items that no dimension of the present target claims.
    loose: tuple[EvidenceView, ...]
    warnings: tuple[str, ...]
    stages: tuple[Stage, ...]
    revision: Revision | None
    return_reason: str
    #: Of a draft: the forms are open, what is missing, what would help, whether it differs from what was submitted.
    can_edit: bool
    gates: tuple[Check, ...]
    advice: tuple[Check, ...]
    changed_since: bool
    proposed: int
    #: What else the viewer may do.
    can_retarget: bool
    can_propose: bool
    can_withdraw: bool
    can_return: bool
    can_answer: bool
    can_rate: bool
    can_read_ratings: bool
    can_open_committee: bool
    can_read_outcome: bool

    @property
    def blockers(self) -> tuple[Check, ...]:
        return tuple(check for check in self.gates if not check.done)


def head_of(access: PacketAccess) -> Head:
    packet, cycle = access.packet, access.packet.cycle
    ladder = ladder_of(packet.ladder_version)
    phase = access.facts.phase
    in_calibration = {PacketPhase.VOTING, PacketPhase.DISCUSSION, PacketPhase.DECIDED}
    return Head(
        public_id=packet.public_id,
        candidate=packet.candidate.name,
        manager=packet.manager.name,
        cycle=cycle.name,
        cycle_id=cycle.public_id,
        zone=cycle.time_zone,
        evidence_due=cycle.evidence_due,
        ladder=ladder.name,
        ladder_id=packet.ladder_version.public_id,
        ladder_number=packet.ladder_version.number,
        target=packet.target_level.name,
        current=packet.current_level.name if packet.current_level else "",
        roles=tuple(ladder.mixin(key).name for key in packet.roles),
        state=packet.state,
        phase=PacketPhase.VOTING if phase in in_calibration else phase,
        is_own=access.facts.is_candidate,
    )


def packet_page(access: PacketAccess) -> PacketPage:
    """The packet for this viewer: the draft for a candidate who still may work on it, else what was submitted."""
    packet, viewer, head = access.packet, access.viewer, head_of(access)
    is_draft = access.may(Action.READ_EVIDENCE_DRAFT) and packet.state in queries.OPEN_STATES
    can_read = is_draft or access.may(Action.READ_EVIDENCE)
    revision = queries.current_revision(packet) if can_read else None
    items = _evidence(packet, revision, is_draft=is_draft)
    asked = asked_of(packet)
    proposed = queries.proposals_of(packet) if is_draft else 0
    can_edit = is_draft and not queries.is_closed(packet, viewer.now)
    is_active = packet.state in queries.OPEN_STATES
    collecting = packet.cycle.phase is CyclePhase.EVIDENCE
    may_read_reason = head.is_own or access.may(Action.RETURN_PACKET)
    own = queries.own_assignment_state(packet, viewer)
    return PacketPage(
        head=head,
        is_draft=is_draft,
        can_read=can_read,
        sections=_sections(asked, items),
        loose=tuple(item for item in items if not item.dimension_ids),
        warnings=asked.warnings,
        stages=stages(packet, head.phase),
        revision=_revision(revision),
        return_reason=(packet.return_reason or "") if may_read_reason else "",
        can_edit=can_edit,
        gates=_gates(packet, asked, items, proposed) if is_draft else (),
        advice=advice(asked, items) if is_draft else (),
        changed_since=is_draft
        and revision is not None
        and revision.digest != digest_of(items, asked),
        proposed=proposed,
        can_retarget=can_edit and packet.state is PacketState.DRAFT,
        can_propose=is_active and access.may(Action.PROPOSE_PEERS),
        # The row ends with the decision, which nobody may learn from a missing link.
        can_withdraw=is_active
        and head.phase < PacketPhase.VOTING
        and access.may(Action.WITHDRAW_PACKET),
        can_return=collecting
        and packet.state is PacketState.SUBMITTED
        and access.may(Action.RETURN_PACKET),
        can_answer=own is AssignmentState.INVITED and access.may(Action.ANSWER_INVITATION),
        can_rate=own in {AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS}
        and access.may(Action.WRITE_RATING),
        can_read_ratings=access.may(Action.READ_OWN_RATING)
        or access.may(Action.READ_MANAGER_RATING),
        can_open_committee=access.may(Action.OPEN_COMMITTEE_PAGE),
        can_read_outcome=access.may(Action.READ_OUTCOME),
    )


def _evidence(
    packet: Packet, revision: PacketRevision | None, *, is_draft: bool
) -> tuple[EvidenceView, ...]:
    if is_draft:
        return queries.draft_evidence(packet)
    return queries.revision_evidence([revision.id])[revision.id] if revision else ()


def _sections(asked: AskedOf, items: Sequence[EvidenceView]) -> tuple[Section, ...]:
    sections, shown = [], set[int]()
    for dimension in asked.dimensions:
        here = [item for item in items if dimension.id in item.dimension_ids]
        sections.append(
            Section(
                dimension=dimension,
                flags=covered(dimension, items),
                items=tuple(item for item in here if item.number not in shown),
                elsewhere=tuple(item for item in here if item.number in shown),
                counts={each.id: sum(i.shows(each) for i in items) for each in dimension},
            )
        )
        shown.update(item.number for item in here)
    return tuple(sections)


def _gates(
    packet: Packet, asked: AskedOf, items: Sequence[EvidenceView], proposed: int
) -> tuple[Check, ...]:
    cycle = packet.cycle
    return gates(asked, items, proposed=proposed, least=cycle.peers_min, most=cycle.peers_max)


def _revision(row: PacketRevision | None) -> Revision | None:
    if row is None:
        return None
    return Revision(number=row.number, submitted_at=row.submitted_at, digest=row.digest)


def stages(packet: Packet, phase: int) -> tuple[Stage, ...]:
    """The cycle's phases with their deadlines, and where it stands."""
    cycle = packet.cycle
    rows = (
        (PacketPhase.EVIDENCE, "Evidence", cycle.evidence_due),
        (PacketPhase.RATING, "Rating", cycle.rating_due),
        (PacketPhase.VOTING, "Calibration", cycle.calibration_due),
        (PacketPhase.RELEASED, "Outcome", None),
    )
    return tuple(
        Stage(label, due, "done" if phase > at else "now" if phase == at else "later")
        for at, label, due in rows
    )


# -- Submitting


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPage:
    head: Head
    items: int
    sections: tuple[Section, ...]
    gates: tuple[Check, ...]
    revision: Revision | None

    @property
    def blockers(self) -> tuple[Check, ...]:
        return tuple(check for check in self.gates if not check.done)


def submit_page(access: PacketAccess) -> SubmitPage:
    packet = access.packet
    items, asked = queries.draft_evidence(packet), asked_of(packet)
    return SubmitPage(
        head=head_of(access),
        items=len(items),
        sections=_sections(asked, items),
        gates=_gates(packet, asked, items, queries.proposals_of(packet)),
        revision=_revision(queries.current_revision(packet)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    head: Head
    revision: Revision
    items: int
    stages: tuple[Stage, ...]


def receipt_page(access: PacketAccess) -> ReceiptPage | None:
    """None where nothing was submitted yet."""
    row = queries.current_revision(access.packet)
    revision = _revision(row)
    if row is None or revision is None:
        return None
    head = head_of(access)
    return ReceiptPage(
        head=head,
        revision=revision,
        items=len(queries.revision_evidence([row.id])[row.id]),
        stages=stages(access.packet, head.phase),
    )


# -- Peers


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPeer:
    """What the candidate sees of a proposal: that it was made."""

    public_id: str
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedPeer:
    """What those who decide on peers see. Until their own rating is in, nobody learns how far another one is."""

    public_id: str
    name: str
    title: str
    status: AssignmentState
    #: Empty for an owner of the cycle.
    proposed_by: str
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
    head: Head
    proposed: tuple[ProposedPeer, ...]
    assigned: tuple[AssignedPeer, ...]
    can_decide: bool
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
    decides = access.may(Action.APPROVE_PEER)
    counts = access.may(Action.COUNT_RATINGS)
    rows = queries.peers_of(packet)
    own = [row for row in rows if row.proposed_by_id == viewer.person_id]
    seen = rows if access.may(Action.SEE_PEERS) else own
    listed = {row.rater_id for row in seen}
    hits = queries.people_called(query, leaving_out=(packet.candidate_id, packet.manager_id))
    return PeersPage(
        head=head_of(access),
        proposed=()
        if access.may(Action.SEE_PEERS)
        else tuple(
            ProposedPeer(public_id=row.public_id, name=row.rater.name, title=row.rater.title)
            for row in sorted(own, key=lambda row: row.rater.name)
        ),
        assigned=tuple(_assigned(row, packet, decides=decides, counts=counts) for row in rows)
        if access.may(Action.SEE_PEERS)
        else (),
        can_decide=decides,
        can_propose=packet.state in queries.OPEN_STATES
        and (decides or not queries.is_closed(packet, viewer.now)),
        least=packet.cycle.peers_min,
        most=packet.cycle.peers_max,
        taken=sum(row.state in queries.LIVE for row in rows) if decides else len(own),
        query=query,
        found=tuple(
            FoundPerson(
                public_id=person.public_id,
                name=person.name,
                title=", ".join(filter(None, (person.title, person.unit))),
                is_listed=person.id in listed,
            )
            for person in hits[: queries.HITS]
        ),
        found_more=len(hits) > queries.HITS,
    )


def _assigned(row: Assignment, packet: Packet, *, decides: bool, counts: bool) -> AssignedPeer:
    asked = row.state in queries.ASKED
    return AssignedPeer(
        public_id=row.public_id,
        name=row.rater.name,
        title=", ".join(filter(None, (row.rater.title, row.rater.unit))),
        status=AssignmentState.INVITED if asked and not counts else row.state,
        proposed_by=packet.candidate.name
        if row.proposed_by_id == packet.candidate_id
        else packet.manager.name
        if row.proposed_by_id == packet.manager_id
        else "",
        can_decide=decides and row.state is AssignmentState.NOMINATED,
        can_remove=decides
        and (
            row.state is AssignmentState.APPROVED
            or (counts and row.state in queries.ASKED - {AssignmentState.SUBMITTED})
        ),
    )
