"""What the outcome page of one packet shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from reviews.access.expectations import TargetDimension, TargetExpectation, expectations_for
from reviews.access.loaders import PacketAccess
from reviews.access.panel_standing import panel_standings
from reviews.access.read_log import shown
from reviews.db.extensions import db
from reviews.db.models.calibration import (
    Ballot,
    Decision,
    DimensionOutcome,
    Gap,
    OutcomeReading,
)
from reviews.db.models.packets import Assignment, Packet, PacketRevision
from reviews.db.models.ratings import Rating
from reviews.rules.enums import (
    Action,
    AssignmentState,
    Attainment,
    Category,
    Outcome,
    RaterKind,
)
from reviews.rules.scale import ScaleWords

#: Below this many voters a count of them could say who voted how.
MIN_VOTERS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class OpenExpectation:
    expectation: TargetExpectation
    closes_with: str


@dataclass(frozen=True, slots=True)
class DimensionResult:
    dimension: TargetDimension
    attainment: Attainment
    reason: str
    open: tuple[OpenExpectation, ...]


@dataclass(frozen=True, slots=True)
class ManagerWords:
    dimension: str
    rationale: str


@dataclass(frozen=True, slots=True)
class Voting:
    """How the committee voted before anything was discussed, as far as the viewer may know."""

    #: Whether everybody had voted when the ballots were revealed.
    by_all: bool
    #: How many had, of how many; None where a count could say who voted how.
    before: int | None
    seats: int | None
    #: How many voted afterwards, for those who may see who voted.
    after: int
    #: Why the ballots were revealed before the quorum was met, for the panel and the owners.
    reveal_reason: str


@dataclass(frozen=True, slots=True)
class OutcomePage:
    scale: ScaleWords
    outcome: Outcome
    letter: str | None
    rule_reading: str
    against_rule: str
    awaited_evidence: str
    look_again_on: date | None
    results: tuple[DimensionResult, ...]
    voting: Voting
    revision: int
    decided_at: datetime
    manager_words: tuple[ManagerWords, ...]
    #: It waits on the viewer's home page.
    unread: bool

    @property
    def reached(self) -> tuple[str, ...]:
        return tuple(
            r.dimension.name
            for r in self.results
            if r.attainment in {Category.MET, Category.EXCEEDS}
        )

    @property
    def short(self) -> tuple[str, ...]:
        return tuple(r.dimension.name for r in self.results if r.dimension.name not in self.reached)

    @property
    def gaps(self) -> tuple[tuple[DimensionResult, OpenExpectation], ...]:
        return tuple((result, gap) for result in self.results for gap in result.open)


def outcome_page(access: PacketAccess) -> OutcomePage | None:
    """The latest decision with its reasons, or None where nothing was decided. Eleven queries."""
    packet = access.packet
    decision = db.session.scalars(
        select(Decision)
        .where(Decision.packet_id == packet.id)
        .order_by(Decision.number.desc())
        .limit(1)
    ).one_or_none()
    if decision is None:
        return None
    outcomes = {
        row.dimension_id: row
        for row in db.session.scalars(
            select(DimensionOutcome).where(DimensionOutcome.decision_id == decision.id)
        )
    }
    gaps = {
        row.expectation_id: row.closes_with
        for row in db.session.scalars(select(Gap).where(Gap.decision_id == decision.id))
    }
    revision = db.session.get_one(PacketRevision, packet.current_revision_id)
    dimensions = expectations_for(packet).dimensions
    letter = decision.letter if access.may(Action.READ_FEEDBACK) else None
    opened = (Action.READ_OUTCOME, *([Action.READ_FEEDBACK] if letter else []))
    shown(*opened, packet=packet.id, cycle=packet.cycle_id, phase=access.standing.phase)
    return OutcomePage(
        scale=ScaleWords.of(packet.cycle.scale),
        outcome=decision.outcome,
        letter=letter,
        rule_reading=decision.rule_reading,
        against_rule=decision.against_rule,
        awaited_evidence=decision.awaited_evidence,
        look_again_on=decision.look_again_on,
        results=tuple(
            DimensionResult(
                dimension,
                outcomes[dimension.id].attainment,
                outcomes[dimension.id].reason,
                tuple(OpenExpectation(e, gaps[e.id]) for e in dimension if e.id in gaps),
            )
            for dimension in dimensions
            if dimension.id in outcomes
        ),
        voting=_voting(access),
        revision=revision.number,
        decided_at=decision.decided_at,
        manager_words=_manager_words(access, dimensions),
        unread=_waits_to_be_read(access),
    )


def _voting(access: PacketAccess) -> Voting:
    packet = access.packet
    standing = panel_standings([packet.id], now=access.viewer.now)[packet.id]
    first = {row.member_id: row.first for row in db.session.execute(_first_ballots(packet))}
    cast = [first[seat.person_id] for seat in standing.cast]
    before = sum(packet.revealed_at is None or at <= packet.revealed_at for at in cast)
    seats = len(cast) + standing.missing
    who_voted = access.may(Action.SEE_WHO_VOTED)
    counts = who_voted or before >= MIN_VOTERS_SHOWN
    return Voting(
        by_all=before == seats,
        before=before if counts else None,
        seats=seats if counts else None,
        after=len(cast) - before if who_voted else 0,
        reveal_reason=(packet.reveal_reason or "")
        if access.may(Action.OPEN_COMMITTEE_PAGE)
        else "",
    )


def _first_ballots(packet: Packet) -> Select[int, datetime]:
    return (
        select(Ballot.member_id, func.min(Ballot.cast_at).label("first"))
        .where(Ballot.packet_id == packet.id)
        .group_by(Ballot.member_id)
    )


def _waits_to_be_read(access: PacketAccess) -> bool:
    """Released, and not marked as read by its candidate or manager; nobody else has it on their home page."""
    if not access.may(Action.MARK_OUTCOME_READ):
        return False
    key = (access.packet.id, access.viewer.person_id)
    return db.session.get(OutcomeReading, key) is None


def _manager_words(
    access: PacketAccess, dimensions: Iterable[TargetDimension]
) -> tuple[ManagerWords, ...]:
    """What the manager wrote and agreed to share."""
    if not access.may(Action.READ_SHAREABLE_RATIONALE):
        return ()
    written = {
        row.dimension_id: row.rationale
        for row in db.session.execute(
            select(Rating.dimension_id, Rating.rationale)
            .join(Assignment, Assignment.id == Rating.assignment_id)
            .where(
                Assignment.packet_id == access.packet.id,
                Assignment.kind == RaterKind.MANAGER,
                Assignment.state == AssignmentState.SUBMITTED,
                Rating.shareable,
            )
        )
    }
    return tuple(ManagerWords(d.name, written[d.id]) for d in dimensions if written.get(d.id))
