"""What a committee does: answer the conflict question, seal ballots, reveal them, decide. Nothing is overwritten."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from reviews.access.expectations import expectations_for
from reviews.access.panel_standing import panel_standings
from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.calibration.requirements import (
    BallotMarkDraft,
    DecisionDraft,
    FormProblem,
    ballot_problems,
    decision_problems,
    reveal_problem,
)
from reviews.db.extensions import db
from reviews.db.locks import lock_packet, lock_person
from reviews.db.models.calibration import (
    Ballot,
    BallotMark,
    Conflict,
    Decision,
    DimensionOutcome,
    Gap,
    OutcomeReading,
)
from reviews.db.models.cycles import Panel
from reviews.db.models.packets import Packet
from reviews.rules.enums import ConflictStanding, Outcome, PacketStage, Verb
from reviews.rules.errors import IllegalMove, RuleBroken
from reviews.rules.rating_summary import rule_reading
from reviews.rules.scale import ScaleWords
from reviews.rules.workflow import IN_REVIEW, STAGE, advance


def answer_conflicts(
    packets: Sequence[Packet], *, declared: Mapping[int, str], actor: Viewer, now: datetime
) -> None:
    """Put on record, for each packet, a conflict with its private reason or that there is none.

    A declared conflict takes effect at once and cannot be taken back by the person who declared it. Leaves an audit
    line for each packet that changes.
    """
    lock_person(actor.person_id)
    on_record = {
        conflict.packet_id: conflict
        for conflict in db.session.scalars(
            select(Conflict).where(
                Conflict.person_id == actor.person_id,
                Conflict.packet_id.in_([packet.id for packet in packets]),
            )
        )
    }
    for packet in packets:
        standing = ConflictStanding.DECLARED if packet.id in declared else ConflictStanding.NONE
        before = on_record.get(packet.id)
        if before is not None and (
            before.standing is not ConflictStanding.NONE or standing is ConflictStanding.NONE
        ):
            continue
        conflict = before or Conflict(packet_id=packet.id, person_id=actor.person_id)
        conflict.standing = standing
        conflict.reason = declared.get(packet.id, "").strip()
        conflict.recorded_by_id = actor.person_id
        conflict.recorded_at = now
        db.session.add(conflict)
        words = "declared a conflict with" if packet.id in declared else "has no conflict with"
        audit.record(
            actor,
            Verb.DECLARE_CONFLICT,
            f"{actor.name} {words} {packet.candidate.name}",
            at=now,
            packet=packet,
        )
    db.session.flush()


def cast_ballot(
    packet: Packet, *, marks: Mapping[int, BallotMarkDraft], actor: Viewer, now: datetime
) -> Ballot:
    """Seal a ballot. A second one is a new round; the first is kept. Leaves an audit line without any value.

    Raises:
        RuleBroken: for the first thing a ballot lacks.
        IllegalMove: once the packet is decided or withdrawn.
    """
    _lock_packet_in_review(packet)
    if packet.stage not in {PacketStage.VOTING, PacketStage.DISCUSSION}:
        raise IllegalMove("Voting on this packet has ended.")
    dimensions = {dimension.id: dimension.name for dimension in expectations_for(packet).dimensions}
    _refuse(ballot_problems(marks, dimensions))
    last = db.session.scalar(
        select(func.max(Ballot.round)).where(
            Ballot.packet_id == packet.id, Ballot.member_id == actor.person_id
        )
    )
    ballot = Ballot(
        packet_id=packet.id, member_id=actor.person_id, round=(last or 0) + 1, cast_at=now
    )
    db.session.add(ballot)
    db.session.flush()
    for dimension in dimensions:
        mark = marks[dimension]
        db.session.add(
            BallotMark(
                ballot_id=ballot.id,
                dimension_id=dimension,
                choice=mark.choice,
                rationale=mark.rationale.strip(),
            )
        )
    audit.record(
        actor,
        Verb.CHANGE_BALLOT if last else Verb.CAST_BALLOT,
        f"{actor.name} sealed a ballot on {packet.candidate.name}",
        at=now,
        packet=packet,
        round=ballot.round,
    )
    return ballot


def reveal(packet: Packet, *, reason: str, actor: Viewer, now: datetime) -> None:
    """Open the ballots of one packet to those who have voted. Leaves an audit line with the counts and the reason.

    Raises:
        RuleBroken: below the quorum without a reason, or with no ballot at all.
        IllegalMove: if the ballots are revealed already, or the packet is withdrawn.
    """
    _lock_packet_in_review(packet)
    standing = panel_standings([packet.id], now=now)[packet.id]
    panel = db.session.get_one(Panel, packet.panel_id)
    problem = reveal_problem(
        cast=len(standing.cast),
        eligible=len(standing.voting),
        quorum=panel.quorum,
        reason=reason,
        left=len(standing.left),
    )
    if problem:
        raise RuleBroken(problem, field="reason")
    advance(STAGE, packet, Verb.REVEAL_BALLOTS)
    packet.revealed_at = now
    packet.revealed_by_id = actor.person_id
    packet.reveal_reason = reason.strip() or None
    packet.missing_ballots = standing.missing
    audit.record(
        actor,
        Verb.REVEAL_BALLOTS,
        f"Ballots on {packet.candidate.name} revealed, {len(standing.cast)} sealed and {standing.missing} missing",
        at=now,
        packet=packet,
        reason=reason.strip(),
        cast=len(standing.cast),
        missing=standing.missing,
        left=len(standing.left),
    )
    db.session.flush()


def decide(packet: Packet, *, draft: DecisionDraft, actor: Viewer, now: datetime) -> Decision:
    """Record the committee's decision on a revealed packet. Leaves an audit line without the outcome.

    Raises:
        RuleBroken: for the first thing the decision lacks.
        IllegalMove: if the packet is not in discussion, or is withdrawn.
    """
    _lock_packet_in_review(packet)
    asked = expectations_for(packet).dimensions
    expectations = frozenset(e.id for dimension in asked for e in dimension)
    sentence, promotes = rule_reading(
        [attainment for attainment, _ in draft.attainments.values() if attainment],
        packet.cycle.partly_allowed,
        ScaleWords.of(packet.cycle.scale),
    )
    _refuse(
        decision_problems(
            draft,
            dimensions={dimension.id: dimension.name for dimension in asked},
            expectations=expectations,
            rule_promotes=promotes,
            today=now.date(),
        )
    )
    assert draft.outcome is not None  # noqa: S101 - a missing outcome is a problem, refused above
    advance(STAGE, packet, Verb.DECIDE_PACKET)
    packet.decided_at = now
    deferred = draft.outcome is Outcome.DEFER
    decision = Decision(
        packet_id=packet.id,
        number=1,
        outcome=draft.outcome,
        letter=draft.letter.strip(),
        rule_reading=sentence,
        against_rule=draft.against_rule.strip(),
        awaited_evidence=draft.awaited_evidence.strip() if deferred else "",
        look_again_on=draft.look_again_on if deferred else None,
        decided_by_id=actor.person_id,
        decided_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    for dimension in asked:
        attainment, reason = draft.attainments[dimension.id]
        db.session.add(
            DimensionOutcome(
                decision_id=decision.id,
                dimension_id=dimension.id,
                attainment=attainment,
                reason=reason.strip(),
            )
        )
    db.session.add_all(
        Gap(decision_id=decision.id, expectation_id=expectation, closes_with=closes.strip())
        for expectation, closes in draft.gaps.items()
        if expectation in expectations
    )
    audit.record(
        actor,
        Verb.DECIDE_PACKET,
        f"Decision on {packet.candidate.name} recorded",
        at=now,
        packet=packet,
        number=decision.number,
    )
    return decision


def mark_outcome_read(packet: Packet, *, actor: Viewer, now: datetime) -> None:
    """Take the outcome off what waits for the actor. Leaves no audit line: nobody else is to know."""
    lock_person(actor.person_id)
    if db.session.get(OutcomeReading, (packet.id, actor.person_id)) is None:
        reading = OutcomeReading(packet_id=packet.id, person_id=actor.person_id, read_at=now)
        db.session.add(reading)
    db.session.flush()


def _lock_packet_in_review(packet: Packet) -> None:
    """Keep the packet as it is until the request has ended: two windows, or two members, act one after the other."""
    lock_packet(packet)
    if packet.state not in IN_REVIEW:
        raise IllegalMove(
            "The candidate withdrew this packet, so the committee has nothing to decide."
        )


def _refuse(problems: Sequence[FormProblem]) -> None:
    if problems:
        raise RuleBroken(problems[0].sentence, field=problems[0].field)
