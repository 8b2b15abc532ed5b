"""Reading what is submitted, as far as the reader may: their own rating, the manager's, the peers'."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload

from reviews.access.expectations import TargetDimension, expectations_for
from reviews.access.loaders import PacketAccess
from reviews.access.read_log import shown
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.packets import Assignment
from reviews.db.models.ratings import Rating
from reviews.ratings.queries import labelled, marks_of
from reviews.rules.enums import MISSING, Action, AssignmentState, RaterKind, RatingCategory
from reviews.rules.policy import Answer
from reviews.rules.scale import ScaleWords

#: Asked for a rating and not declined.
_ASKED = (
    AssignmentState.INVITED,
    AssignmentState.ACCEPTED,
    AssignmentState.IN_PROGRESS,
    AssignmentState.SUBMITTED,
    AssignmentState.EXPIRED,
)


@dataclass(frozen=True, slots=True)
class VisibleRating:
    """What one rater submitted about one dimension, as far as the reader may read it."""

    rater: str
    kind: RaterKind
    own: bool
    category: RatingCategory
    #: None where the reader is not granted the text.
    rationale: str | None
    #: The candidate may read it after release; None for a peer, who cannot say so.
    shareable: bool | None
    #: ("E1", "shown") for each expectation marked.
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class VisibleDimension:
    dimension: TargetDimension
    ratings: tuple[VisibleRating, ...]


@dataclass(frozen=True, slots=True)
class RatingsPage:
    packet: str
    candidate: str
    target: str
    cycle: str
    cycle_id: str
    scale: ScaleWords
    dimensions: tuple[VisibleDimension, ...]
    #: Only the reader's own rating is shown.
    own_only: bool
    #: The manager and peers whose ratings are in, of those asked; None where the policy does not grant the count.
    count_in: tuple[int, int] | None


def ratings_page(access: PacketAccess) -> RatingsPage:
    """What the viewer may read of the submitted ratings: their own, the manager's, the peers'."""
    packet = access.packet
    asked = expectations_for(packet)
    scale = ScaleWords.of(packet.cycle.scale)
    assignments = _readable(access)
    ids = {assignment.id for assignment in assignments}
    ratings = {
        (rating.assignment_id, rating.dimension_id): rating
        for rating in db.session.scalars(select(Rating).where(among(Rating.assignment_id, ids)))
    }
    marks = marks_of(ids)
    dimensions = tuple(
        VisibleDimension(
            dimension,
            tuple(
                _visible_rating(
                    access,
                    assignment,
                    rating,
                    labelled(marks.get(assignment.id, {}), dimension, scale),
                )
                for assignment in assignments
                if (rating := ratings.get((assignment.id, dimension.id))) is not None
            ),
        )
        for dimension in asked.dimensions
    )
    _log(access, dimensions)
    return RatingsPage(
        packet=packet.public_id,
        candidate=packet.candidate.name,
        target=packet.target_level.name,
        cycle=packet.cycle.name,
        cycle_id=packet.cycle.public_id,
        scale=scale,
        dimensions=dimensions,
        own_only=not _reads_others(access),
        count_in=_count_in(access) if access.may(Action.COUNT_RATINGS) else None,
    )


def _log(access: PacketAccess, dimensions: Iterable[VisibleDimension]) -> None:
    """Note what is shown of other people's ratings."""
    opened: set[Action] = set()
    for rating in (rating for each in dimensions for rating in each.ratings if not rating.own):
        opened.add(_ROWS[rating.kind])
        if rating.rationale:
            opened.add(_text_row(rating.kind, shareable=bool(rating.shareable)))
    packet = access.packet
    shown(*opened, packet=packet.id, cycle=packet.cycle_id, phase=access.standing.phase)


#: The row of the policy that opens a rating to somebody else.
_ROWS = {
    RaterKind.MANAGER: Action.READ_MANAGER_RATING,
    RaterKind.PEER: Action.READ_PEER_RATINGS,
}


def _reads_others(access: PacketAccess) -> bool:
    return _reads_manager(access) or access.may(Action.READ_PEER_RATINGS)


def _reads_manager(access: PacketAccess) -> bool:
    """Somebody else's, that is: "own" is the manager reading what they wrote."""
    return access.answer(Action.READ_MANAGER_RATING) is Answer.ALLOW


def _readable(access: PacketAccess) -> list[Assignment]:
    """Submitted assignments that the policy opens: own first, the manager, then peers in their random order."""
    granted: list[ColumnElement[bool]] = []
    if access.may(Action.READ_OWN_RATING):
        granted.append(Assignment.rater_id == access.viewer.person_id)
    if _reads_manager(access):
        granted.append(Assignment.kind == RaterKind.MANAGER)
    if access.may(Action.READ_PEER_RATINGS):
        granted.append(Assignment.kind == RaterKind.PEER)
    found = db.session.scalars(
        select(Assignment)
        .where(
            Assignment.packet_id == access.packet.id,
            Assignment.state == AssignmentState.SUBMITTED,
            or_(false(), *granted),
        )
        .options(joinedload(Assignment.rater))
    )
    me = access.viewer.person_id
    return sorted(
        found,
        key=lambda a: (a.rater_id != me, a.kind is not RaterKind.MANAGER, a.peer_order, a.id),
    )


def _visible_rating(
    access: PacketAccess,
    assignment: Assignment,
    rating: Rating,
    marks: tuple[tuple[str, str], ...],
) -> VisibleRating:
    assert rating.category is not None  # noqa: S101 - nothing is submitted without an answer
    is_manager = assignment.kind is RaterKind.MANAGER
    own = assignment.rater_id == access.viewer.person_id
    return VisibleRating(
        rater=assignment.rater.name,
        kind=assignment.kind,
        own=own,
        category=rating.category,
        rationale=rating.rationale
        if own or access.may(_text_row(assignment.kind, shareable=rating.shareable))
        else None,
        shareable=rating.shareable if is_manager and rating.category not in MISSING else None,
        marks=marks,
    )


def _text_row(kind: RaterKind, *, shareable: bool) -> Action:
    """The row of the policy that opens this rationale to somebody else."""
    if kind is RaterKind.PEER:
        return Action.READ_PEER_RATIONALE
    if shareable:
        return Action.READ_SHAREABLE_RATIONALE
    return Action.READ_CONFIDENTIAL_RATIONALE


def _count_in(access: PacketAccess) -> tuple[int, int]:
    """How many ratings are in, and how many were asked for and not declined."""
    states = db.session.scalars(
        select(Assignment.state).where(
            Assignment.packet_id == access.packet.id, Assignment.state.in_(_ASKED)
        )
    ).all()
    return states.count(AssignmentState.SUBMITTED), len(states)
