"""Answering an invitation, writing a rating dimension by dimension, and submitting it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete

from reviews.access.expectations import TargetDimension, expectations_for
from reviews.access.viewer import Actor
from reviews.audit import service as audit
from reviews.db.extensions import db
from reviews.db.locks import lock_assignment, lock_packet
from reviews.db.models.packets import Assignment
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.db.rating_counts import keep_rating_counts
from reviews.display.formatting import moment
from reviews.ratings import completeness, queries
from reviews.rules.enums import (
    AssignmentState,
    DeclineCategory,
    Mark,
    PacketState,
    RaterKind,
    RatingCategory,
    Verb,
)
from reviews.rules.errors import RuleBroken, StaleEdit
from reviews.rules.scale import ScaleWords
from reviews.rules.workflow import ASSIGNMENT, advance


def accept_invitation(assignment: Assignment, *, actor: Actor, now: datetime) -> None:
    """Say yes to rating. A second yes changes nothing.

    Raises:
        RuleBroken: when ratings are closed.
        IllegalMove: when there is no invitation to answer.
    """
    lock_assignment(assignment)
    if assignment.state in {AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS}:
        return
    _refuse_when_closed(assignment, now)
    advance(ASSIGNMENT, assignment, Verb.ACCEPT_INVITATION)
    db.session.flush()
    _record(assignment, Verb.ACCEPT_INVITATION, actor, "accepted to rate", now)


def decline_invitation(
    assignment: Assignment,
    *,
    category: DeclineCategory,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """Say no, also after a yes. Whatever was drafted is deleted; only the reason stays.

    Raises:
        RuleBroken: when ratings are closed.
        IllegalMove: when the rating is submitted or was never asked for.
    """
    lock_assignment(assignment)
    _refuse_when_closed(assignment, now)
    advance(ASSIGNMENT, assignment, Verb.DECLINE_INVITATION)
    assignment.decline_category = category
    assignment.decline_note = note or None
    for table in (Rating, ExpectationMark):
        db.session.execute(delete(table).where(table.assignment_id == assignment.id))
    db.session.flush()
    _record(assignment, Verb.DECLINE_INVITATION, actor, "declined to rate", now)


def save_rating(
    assignment: Assignment,
    *,
    dimension: TargetDimension,
    rationale: str,
    category: RatingCategory | None,
    shareable: bool = False,
    marks: Mapping[int, Mark],
    version: int,
    actor: Actor,
    now: datetime,
) -> Rating:
    """Save one dimension of the draft; what is not complete yet may be saved too.

    Args:
        shareable: the candidate may read the rationale after release; only a manager can say so.
        marks: by expectation id; they replace the marks of the dimension.
        version: of the text that was edited, 0 for a dimension nothing was saved about.

    Raises:
        StaleEdit: when the dimension was saved in another window meanwhile.
        RuleBroken: when ratings are closed.
        IllegalMove: before the invitation is accepted and after the rating is submitted.
    """
    lock_assignment(assignment)
    _refuse_when_closed(assignment, now)
    if assignment.state is not AssignmentState.IN_PROGRESS:
        advance(ASSIGNMENT, assignment, Verb.BEGIN_RATING)
    rating = queries.rating_of(assignment, dimension.id)
    saved_version = rating.version if rating else 0
    if rating and saved_version != version:
        raise StaleEdit(
            "This dimension was saved in another window after you opened it. Both texts are below.",
            saved=queries.as_saved(rating, dimension, ScaleWords.of(assignment.packet.cycle.scale)),
            version=saved_version,
        )
    if rating is None:
        rating = Rating(assignment_id=assignment.id, dimension_id=dimension.id)
        db.session.add(rating)
    rating.rationale = rationale
    rating.category = category
    rating.shareable = shareable and assignment.kind is RaterKind.MANAGER
    rating.updated_at = now
    _replace_marks(assignment, dimension, marks)
    db.session.flush()
    _record(assignment, Verb.WRITE_RATING, actor, "saved a draft of the rating of", now)
    return rating


def submit_rating(
    assignment: Assignment, *, version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Hand the whole rating in, on the packet's current revision. A second time changes nothing.

    Args:
        version: the draft as the rater read it over (`queries.draft_version`); None submits what is saved.

    Raises:
        RuleBroken: while something is missing, when the draft has changed since it was read, or when ratings are
            closed.
        IllegalMove: when the rating is not being written.
    """
    lock_packet(assignment.packet)
    lock_assignment(assignment)
    if assignment.state is AssignmentState.SUBMITTED:
        return
    _refuse_when_closed(assignment, now)
    drafts = queries.drafts_of(assignment)
    if version is not None and queries.draft_version(drafts) != version:
        raise RuleBroken(
            "Your draft was changed in another window. Read it over once more, then submit it."
        )
    asked = expectations_for(assignment.packet).dimensions
    answers = {d.key: queries.answer_of(drafts.get(d.id)) for d in asked}
    if missing := completeness.missing_for_submission(answers, answers):
        names = {d.key: d.name for d in asked}
        raise RuleBroken(
            f"Still open: {', '.join(names[m.dimension] for m in missing)}."
            " Each dimension needs an answer, and a rating needs a reason."
        )
    advance(ASSIGNMENT, assignment, Verb.SUBMIT_RATING)
    assignment.revision_id = assignment.packet.current_revision_id
    assignment.submitted_at = now
    keep_rating_counts(assignment.packet)
    _record(assignment, Verb.SUBMIT_RATING, actor, "submitted the rating of", now)


def _refuse_when_closed(assignment: Assignment, now: datetime) -> None:
    packet = assignment.packet
    if packet.state is not PacketState.SUBMITTED:
        raise RuleBroken(
            f"The packet is {packet.state.value}, so it is not rated now. What you saved is kept."
        )
    due = packet.cycle.rating_due
    if due is not None and due <= now:
        raise RuleBroken(
            f"Ratings closed on {moment(due, packet.cycle.time_zone)}."
            " You can still read and copy what you wrote."
        )


def _replace_marks(
    assignment: Assignment, dimension: TargetDimension, marks: Mapping[int, Mark]
) -> None:
    asked = {expectation.id for expectation in dimension}
    db.session.execute(
        delete(ExpectationMark).where(
            ExpectationMark.assignment_id == assignment.id,
            ExpectationMark.expectation_id.in_(asked),
        )
    )
    db.session.add_all(
        ExpectationMark(assignment_id=assignment.id, expectation_id=expectation, mark=mark)
        for expectation, mark in marks.items()
        if expectation in asked
    )


def _record(assignment: Assignment, verb: Verb, actor: Actor, did: str, now: datetime) -> None:
    packet = assignment.packet
    audit.record(actor, verb, f"{actor.name} {did} {packet.candidate.name}", at=now, packet=packet)
