"""Reading ratings: a rater's own draft, and what is submitted as far as the reader may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from reviews.access.expectations import TargetDimension, TargetExpectations, expectations_for
from reviews.access.loaders import PacketAccess
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.packets import Assignment, PacketRevision
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.packets.evidence import EvidenceView
from reviews.packets.queries import revision_evidence, revision_notes
from reviews.ratings import completeness
from reviews.rules.enums import (
    Action,
    AssignmentState,
    Mark,
    PacketState,
    RaterKind,
    RatingCategory,
)
from reviews.rules.scale import ScaleWords


@dataclass(frozen=True, slots=True)
class RatingHead:
    """What every page about one person's rating of a packet begins with."""

    packet: str
    candidate: str
    manager: str
    target: str
    current: str
    cycle: str
    cycle_id: str
    zone: str
    due: datetime | None
    kind: RaterKind
    state: AssignmentState
    scale: ScaleWords
    #: The form takes text now: the phase, the deadline and the packet allow it.
    open: bool


@dataclass(frozen=True, slots=True)
class RatingStep:
    """One dimension in the row of dimensions."""

    key: str
    name: str
    done: bool


@dataclass(frozen=True, slots=True)
class RatingDraft:
    """What is saved about one dimension. Version 0: nothing is."""

    rationale: str = ""
    category: RatingCategory | None = None
    shareable: bool = False
    saved_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class RatePage:
    head: RatingHead
    steps: tuple[RatingStep, ...]
    dimension: TargetDimension
    #: The submitted evidence that speaks to the dimension; empty where the policy no longer grants it.
    evidence: tuple[EvidenceView, ...]
    #: Which revision is rated; None where evidence is not granted.
    revision: int | None
    draft: RatingDraft
    marks: Mapping[int, Mark]
    #: The candidate's note that the role gave no chance; empty where nothing is said or evidence is not granted.
    no_opportunity: str

    @property
    def following(self) -> RatingStep | None:
        """The dimension after this one, or None at the last."""
        keys = [step.key for step in self.steps]
        at = keys.index(self.dimension.key)
        return self.steps[at + 1] if at + 1 < len(keys) else None

    @property
    def beside(self) -> tuple[EvidenceView, ...]:
        """Evidence for the dimension that is tied to none of its expectations."""
        asked = {expectation.id for expectation in self.dimension}
        return tuple(item for item in self.evidence if asked.isdisjoint(item.expectation_ids))


@dataclass(frozen=True, slots=True)
class ReviewedDimension:
    key: str
    name: str
    draft: RatingDraft
    missing: str | None
    cites: tuple[int, ...]
    cites_nothing: bool


@dataclass(frozen=True, slots=True)
class ReviewRatingPage:
    """The whole draft, read over before it is submitted."""

    head: RatingHead
    dimensions: tuple[ReviewedDimension, ...]
    version: int

    @property
    def steps(self) -> tuple[RatingStep, ...]:
        return tuple(RatingStep(d.key, d.name, d.missing is None) for d in self.dimensions)

    @property
    def open_dimensions(self) -> tuple[ReviewedDimension, ...]:
        return tuple(d for d in self.dimensions if d.missing)


@dataclass(frozen=True, slots=True)
class InvitationPage:
    head: RatingHead
    dimensions: int
    expectations: int
    items: int


# -- What services read


def rating_of(assignment: Assignment, dimension_id: int) -> Rating | None:
    return db.session.scalars(
        select(Rating).where(
            Rating.assignment_id == assignment.id, Rating.dimension_id == dimension_id
        )
    ).one_or_none()


def drafts_of(assignment: Assignment) -> dict[int, Rating]:
    """What is saved, by dimension id."""
    return {
        rating.dimension_id: rating
        for rating in db.session.scalars(
            select(Rating).where(Rating.assignment_id == assignment.id)
        )
    }


def draft_version(drafts: Mapping[int, Rating]) -> int:
    """Grows with every save of any dimension."""
    return sum(rating.version for rating in drafts.values())


def said_in(rating: Rating | None) -> completeness.RatingAnswer:
    return (
        completeness.RatingAnswer(rating.category, rating.rationale)
        if rating
        else completeness.RatingAnswer()
    )


def as_saved(rating: Rating, dimension: TargetDimension, scale: ScaleWords) -> dict[str, str]:
    """The saved values by form field, to be shown beside a text that was written meanwhile."""
    marks = marks_of({rating.assignment_id})
    return {
        "rationale": rating.rationale,
        "category": rating.category.value if rating.category else "",
        "shareable": "yes" if rating.shareable else "no",
        "marks": ", ".join(
            f"{label} {word}"
            for label, word in labelled(marks.get(rating.assignment_id, {}), dimension, scale)
        ),
    }


# -- A rater's own pages


def own_assignment(access: PacketAccess) -> Assignment | None:
    """The viewer's own, if they are asked to rate this packet."""
    return db.session.scalars(
        select(Assignment).where(
            Assignment.packet_id == access.packet.id,
            Assignment.rater_id == access.viewer.person_id,
        )
    ).one_or_none()


def invitation_page(access: PacketAccess, assignment: Assignment) -> InvitationPage:
    asked = expectations_for(access.packet).dimensions
    return InvitationPage(
        head=_head(access, assignment),
        dimensions=len(asked),
        expectations=sum(len(dimension.counted) for dimension in asked),
        items=len(_evidence(access)),
    )


def first_open_dimension(access: PacketAccess, assignment: Assignment) -> str | None:
    """The key of the first dimension that is not complete, else of the first."""
    steps = _steps(expectations_for(access.packet), drafts_of(assignment))
    return next((s.key for s in steps if not s.done), steps[0].key if steps else None)


def rating_page(access: PacketAccess, assignment: Assignment, dimension: str) -> RatePage | None:
    """One dimension of the viewer's own rating; None if the packet is not asked about it."""
    asked = expectations_for(access.packet)
    wanted = asked.dimension(dimension)
    if wanted is None:
        return None
    drafts = drafts_of(assignment)
    ids = {expectation.id for expectation in wanted}
    return RatePage(
        head=_head(access, assignment),
        steps=_steps(asked, drafts),
        dimension=wanted,
        evidence=tuple(
            item
            for item in _evidence(access)
            if wanted.id in item.dimension_ids or ids & item.expectation_ids
        ),
        revision=_revision_number(access),
        draft=_draft(drafts.get(wanted.id)),
        marks=marks_of({assignment.id}).get(assignment.id, {}),
        no_opportunity=_note(access, wanted),
    )


def review_page(access: PacketAccess, assignment: Assignment) -> ReviewRatingPage:
    drafts = drafts_of(assignment)
    numbers = {item.number for item in _evidence(access)}
    reviewed = []
    for dimension in expectations_for(access.packet).dimensions:
        said = said_in(drafts.get(dimension.id))
        reviewed.append(
            ReviewedDimension(
                key=dimension.key,
                name=dimension.name,
                draft=_draft(drafts.get(dimension.id)),
                missing=completeness.missing_from(said),
                cites=completeness.cited(said.rationale, numbers),
                cites_nothing=completeness.cites_nothing(said, numbers),
            )
        )
    return ReviewRatingPage(_head(access, assignment), tuple(reviewed), draft_version(drafts))


def _head(access: PacketAccess, assignment: Assignment) -> RatingHead:
    packet, cycle = access.packet, access.packet.cycle
    due = cycle.rating_due
    return RatingHead(
        packet=packet.public_id,
        candidate=packet.candidate.name,
        manager=packet.manager.name,
        target=packet.target_level.name,
        current=packet.current_level.name if packet.current_level else "",
        cycle=cycle.name,
        cycle_id=cycle.public_id,
        zone=cycle.time_zone,
        due=due,
        kind=assignment.kind,
        state=assignment.state,
        scale=ScaleWords.of(cycle.scale),
        open=access.may(Action.WRITE_RATING)
        and packet.state is PacketState.SUBMITTED
        and (due is None or access.viewer.now < due),
    )


def _steps(asked: TargetExpectations, drafts: Mapping[int, Rating]) -> tuple[RatingStep, ...]:
    return tuple(
        RatingStep(d.key, d.name, completeness.missing_from(said_in(drafts.get(d.id))) is None)
        for d in asked.dimensions
    )


def _draft(rating: Rating | None) -> RatingDraft:
    if rating is None:
        return RatingDraft()
    return RatingDraft(
        rating.rationale, rating.category, rating.shareable, rating.updated_at, rating.version
    )


def _evidence(access: PacketAccess) -> tuple[EvidenceView, ...]:
    revision = access.packet.current_revision_id
    if revision is None or not access.may(Action.READ_EVIDENCE):
        return ()
    return revision_evidence([revision]).get(revision, ())


def _note(access: PacketAccess, dimension: TargetDimension) -> str:
    revision = access.packet.current_revision_id
    if revision is None or not access.may(Action.READ_EVIDENCE):
        return ""
    return revision_notes([revision])[revision].get(dimension.id, "")


def _revision_number(access: PacketAccess) -> int | None:
    revision = access.packet.current_revision_id
    if revision is None or not access.may(Action.READ_EVIDENCE):
        return None
    return db.session.scalar(select(PacketRevision.number).where(PacketRevision.id == revision))


def marks_of(assignment_ids: set[int]) -> dict[int, dict[int, Mark]]:
    """Assignment id -> expectation id -> mark."""
    found: dict[int, dict[int, Mark]] = {}
    for mark in db.session.scalars(
        select(ExpectationMark).where(among(ExpectationMark.assignment_id, assignment_ids))
    ):
        found.setdefault(mark.assignment_id, {})[mark.expectation_id] = mark.mark
    return found


def labelled(
    marks: Mapping[int, Mark], dimension: TargetDimension, scale: ScaleWords
) -> tuple[tuple[str, str], ...]:
    """("E1", "shown") for each expectation of the dimension that is marked."""
    return tuple(
        (expectation.label, scale.word(marks[expectation.id]))
        for expectation in dimension
        if expectation.id in marks
    )
