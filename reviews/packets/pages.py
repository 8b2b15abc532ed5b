"""What each page about a packet shows: one frozen value per page. A field the policy does not grant is empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.access.expectations import (
    TargetDimension,
    TargetExpectations,
    expectations_for,
    ladder_of,
)
from reviews.access.loaders import PacketAccess
from reviews.cycles.queries import PhaseLine
from reviews.db.models.packets import EvidenceItem, Packet, PacketRevision
from reviews.packets import queries
from reviews.packets.checklist import ChecklistLine, advice, gates
from reviews.packets.evidence import EvidenceView, covered, digest_of
from reviews.rules.enums import Action, AssignmentState, CyclePhase, PacketPhase, PacketState
from reviews.rules.scale import ScaleWords
from reviews.rules.ways_out import said_of_own, said_to_others, way_out
from reviews.rules.workflow import UNDER_WAY


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketHead:
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
    #: 1 evidence, 2 rating, 3 calibration, 6 released, 7 archived. How far calibration has come is not shown here.
    phase: int
    scale: ScaleWords
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionSection:
    """One dimension: what is asked, and the evidence for it."""

    dimension: TargetDimension
    flags: tuple[bool, ...]
    #: Shown in full here; `elsewhere` are shown in full in an earlier dimension.
    items: tuple[EvidenceView, ...]
    elsewhere: tuple[EvidenceView, ...]
    #: Expectation id -> how many items show it.
    counts: Mapping[int, int]
    #: Why the role gave no chance to show it, as the candidate wrote; empty where there is no note.
    no_opportunity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionReceipt:
    number: int
    submitted_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Unsubmitted:
    """A draft that can no longer be submitted; empty if there is none, or all of it was."""

    items: tuple[EvidenceView, ...] = ()
    #: Notes of no opportunity, each with the name of its dimension.
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketPage:
    head: PacketHead
    #: The candidate's draft, or what was submitted.
    is_draft: bool
    can_read: bool
    sections: tuple[DimensionSection, ...]
    #: What the candidate wrote and did not submit while it could be, for them alone.
    unsubmitted: Unsubmitted
    #: Items that no dimension of the present target claims.
    loose: tuple[EvidenceView, ...]
    warnings: tuple[str, ...]
    phases: tuple[PhaseLine, ...]
    revision: RevisionReceipt | None
    return_reason: str
    #: Why the cycle goes on without it, and what follows; empty for a packet that is in review or may come there.
    out: str
    #: Of a draft: the forms are open, what is missing, what would help, whether it differs from what was submitted.
    can_edit: bool
    gates: tuple[ChecklistLine, ...]
    advice: tuple[ChecklistLine, ...]
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
    def blockers(self) -> tuple[ChecklistLine, ...]:
        return tuple(check for check in self.gates if not check.done)


def packet_head(access: PacketAccess) -> PacketHead:
    packet, cycle = access.packet, access.packet.cycle
    ladder = ladder_of(packet.ladder_version)
    phase = access.standing.phase
    in_calibration = {PacketPhase.VOTING, PacketPhase.DISCUSSION, PacketPhase.DECIDED}
    return PacketHead(
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
        scale=ScaleWords.of(cycle.scale),
        is_own=access.is_candidate,
    )


def packet_page(access: PacketAccess) -> PacketPage:
    """The packet for this viewer: the draft for a candidate who still may work on it, else what was submitted."""
    packet, viewer, head = access.packet, access.viewer, packet_head(access)
    collecting = packet.cycle.phase is CyclePhase.EVIDENCE
    reads_draft = access.may(Action.READ_EVIDENCE_DRAFT)
    is_draft = collecting and reads_draft and packet.state in UNDER_WAY
    can_read = is_draft or access.may(Action.READ_EVIDENCE)
    revision = queries.current_revision(packet) if can_read else None
    items = _evidence(packet, revision, is_draft=is_draft)
    asked = expectations_for(packet)
    notes = _notes(packet, asked, revision, is_draft=is_draft)
    proposed = queries.proposals_of(packet) if is_draft else 0
    can_edit = is_draft and not queries.is_closed(packet, viewer.now)
    is_active = packet.state in UNDER_WAY
    may_read_reason = head.is_own or access.may(Action.RETURN_PACKET)
    own = queries.own_assignment_state(packet, viewer)
    return PacketPage(
        head=head,
        is_draft=is_draft,
        can_read=can_read,
        sections=_sections(asked, items, notes),
        unsubmitted=_unsubmitted(packet, asked, revision)
        if reads_draft and not is_draft
        else Unsubmitted(),
        loose=tuple(item for item in items if not item.dimension_ids),
        warnings=asked.warnings,
        phases=phase_lines(packet, head.phase),
        revision=_revision(revision),
        return_reason=(packet.return_reason or "") if may_read_reason else "",
        out=_out(packet, is_own=head.is_own),
        can_edit=can_edit,
        gates=_gates(packet, asked, items, notes, proposed) if is_draft else (),
        advice=advice(asked, items) if is_draft else (),
        changed_since=is_draft
        and revision is not None
        and revision.digest != digest_of(items, notes, asked),
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


def _out(packet: Packet, *, is_own: bool) -> str:
    way = way_out(packet.state, packet.cycle.phase)
    if way is None:
        return ""
    return said_of_own(way) if is_own else said_to_others(way)


def _unsubmitted(
    packet: Packet, asked: TargetExpectations, revision: PacketRevision | None
) -> Unsubmitted:
    items = queries.draft_evidence(packet)
    notes = queries.draft_note_texts(packet, asked)
    if revision is not None and revision.digest == digest_of(items, notes, asked):
        return Unsubmitted()
    names = {dimension.id: dimension.name for dimension in asked.dimensions}
    return Unsubmitted(items, tuple((names[key], note) for key, note in notes.items()))


def _evidence(
    packet: Packet, revision: PacketRevision | None, *, is_draft: bool
) -> tuple[EvidenceView, ...]:
    if is_draft:
        return queries.draft_evidence(packet)
    return queries.revision_evidence([revision.id])[revision.id] if revision else ()


def _notes(
    packet: Packet, asked: TargetExpectations, revision: PacketRevision | None, *, is_draft: bool
) -> Mapping[int, str]:
    if is_draft:
        return queries.draft_note_texts(packet, asked)
    return queries.revision_notes([revision.id])[revision.id] if revision else {}


def _sections(
    asked: TargetExpectations, items: Sequence[EvidenceView], notes: Mapping[int, str]
) -> tuple[DimensionSection, ...]:
    sections, shown = [], set[int]()
    for dimension in asked.dimensions:
        here = [item for item in items if dimension.id in item.dimension_ids]
        sections.append(
            DimensionSection(
                dimension=dimension,
                flags=covered(dimension, items),
                items=tuple(item for item in here if item.number not in shown),
                elsewhere=tuple(item for item in here if item.number in shown),
                counts={each.id: sum(i.shows(each) for i in items) for each in dimension},
                no_opportunity=notes.get(dimension.id, ""),
            )
        )
        shown.update(item.number for item in here)
    return tuple(sections)


def _gates(
    packet: Packet,
    asked: TargetExpectations,
    items: Sequence[EvidenceView],
    notes: Mapping[int, str],
    proposed: int,
) -> tuple[ChecklistLine, ...]:
    cycle = packet.cycle
    return gates(
        asked,
        items,
        noted=notes,
        proposed=proposed,
        least=cycle.peers_min,
        most=cycle.peers_max,
    )


def _revision(row: PacketRevision | None) -> RevisionReceipt | None:
    if row is None:
        return None
    return RevisionReceipt(number=row.number, submitted_at=row.submitted_at, digest=row.digest)


def phase_lines(packet: Packet, phase: int) -> tuple[PhaseLine, ...]:
    """The phases of the cycle with their deadlines, as far as this packet has come."""
    cycle = packet.cycle
    if way_out(packet.state, cycle.phase):
        evidence = PhaseLine("Evidence", cycle.evidence_due, "done")
        over = () if cycle.phase is CyclePhase.EVIDENCE else (evidence,)
        return (*over, PhaseLine("Not in review", None, "now"))
    rows = (
        (PacketPhase.EVIDENCE, "Evidence", cycle.evidence_due),
        (PacketPhase.RATING, "Rating", cycle.rating_due),
        (PacketPhase.VOTING, "Calibration", cycle.calibration_due),
        (PacketPhase.RELEASED, "Outcome", None),
    )
    return tuple(
        PhaseLine(label, due, "done" if phase > at else "now" if phase == at else "later")
        for at, label, due in rows
    )


# -- One evidence item


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    head: PacketHead
    dimensions: tuple[TargetDimension, ...]
    #: The dimension the candidate came from.
    came_from: TargetDimension | None
    #: None when the item is new, or was removed meanwhile.
    row: EvidenceItem | None
    saved: EvidenceView | None
    #: Somebody edits an item that is no longer there.
    is_gone: bool
    is_closed: bool


def evidence_page(access: PacketAccess, *, item: str = "", dimension: str = "") -> EvidencePage:
    """What an item can show, with what it says now. `item` is a public id, `dimension` a key."""
    packet = access.packet
    asked = expectations_for(packet)
    row = queries.item_of(packet, item) if item else None
    drafts = queries.draft_evidence(packet) if row else ()
    return EvidencePage(
        head=packet_head(access),
        dimensions=asked.dimensions,
        came_from=asked.dimension(dimension),
        row=row,
        saved=next((each for each in drafts if each.public_id == item), None),
        is_gone=bool(item) and row is None,
        is_closed=_is_closed(access),
    )


# -- A note that there was no opportunity


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePage:
    head: PacketHead
    dimension: TargetDimension
    #: What is saved; nothing and 0 where there is no note.
    note: str
    version: int
    is_closed: bool


def note_page(access: PacketAccess, dimension: str) -> NotePage | None:
    """The note on the dimension of this key; None if the packet is not asked about it."""
    packet = access.packet
    wanted = expectations_for(packet).dimension(dimension)
    if wanted is None:
        return None
    row = queries.draft_notes(packet).get(wanted.id)
    return NotePage(
        head=packet_head(access),
        dimension=wanted,
        note=row.note if row else "",
        version=row.version if row else 0,
        is_closed=_is_closed(access),
    )


def _is_closed(access: PacketAccess) -> bool:
    packet = access.packet
    return packet.state not in UNDER_WAY or queries.is_closed(packet, access.viewer.now)


# -- Submitting


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPacketPage:
    head: PacketHead
    items: int
    sections: tuple[DimensionSection, ...]
    gates: tuple[ChecklistLine, ...]
    revision: RevisionReceipt | None
    #: Whether what is submitted can be changed once more: a returned packet is open although evidence is closed.
    changes_later: bool

    @property
    def blockers(self) -> tuple[ChecklistLine, ...]:
        return tuple(check for check in self.gates if not check.done)


def submit_packet_page(access: PacketAccess) -> SubmitPacketPage:
    packet = access.packet
    items, asked = queries.draft_evidence(packet), expectations_for(packet)
    notes = queries.draft_note_texts(packet, asked)
    return SubmitPacketPage(
        head=packet_head(access),
        items=len(items),
        sections=_sections(asked, items, notes),
        gates=_gates(packet, asked, items, notes, queries.proposals_of(packet)),
        revision=_revision(queries.current_revision(packet)),
        changes_later=packet.cycle.evidence_due is None
        or access.viewer.now < packet.cycle.evidence_due,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    head: PacketHead
    revision: RevisionReceipt
    items: int
    phases: tuple[PhaseLine, ...]


def receipt_page(access: PacketAccess) -> ReceiptPage | None:
    """None where nothing was submitted yet."""
    row = queries.current_revision(access.packet)
    revision = _revision(row)
    if row is None or revision is None:
        return None
    head = packet_head(access)
    return ReceiptPage(
        head=head,
        revision=revision,
        items=len(queries.revision_evidence([row.id])[row.id]),
        phases=phase_lines(access.packet, head.phase),
    )
