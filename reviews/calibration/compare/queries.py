"""What a comparison reads about its packets: the marks, what raters wrote, the evidence.

Columns, not rating objects.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import joinedload

from reviews.access.expectations import TargetDimension
from reviews.access.loaders import CycleAccess
from reviews.access.read_log import shown
from reviews.calibration.board.queries import Candidate
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.db.models.ratings import ExpectationMark, Rating
from reviews.packets.evidence import EvidenceView
from reviews.packets.queries import revision_evidence, revision_notes
from reviews.rules.enums import (
    Action,
    AssignmentState,
    Category,
    Mark,
    RaterKind,
    RatingCategory,
)
from reviews.rules.policy import decide


@dataclass(frozen=True, slots=True)
class Rationale:
    rater: str
    category: RatingCategory | None
    text: str


@dataclass(frozen=True, slots=True)
class DimensionRatings:
    """What raters submitted about one dimension of one packet, as far as the viewer may read it."""

    rater_ids: frozenset[int]
    manager: Rationale | None
    #: In their stored order, which is random.
    peers: tuple[Rationale, ...]


def may(candidate: Candidate, action: Action) -> bool:
    return decide(action, candidate.standing).allowed


def packets_of(chosen: Collection[Candidate]) -> Mapping[int, Packet]:
    """The packets by row id, with all that says what is asked of them."""
    rows = db.session.scalars(
        select(Packet)
        .options(
            joinedload(Packet.ladder_version),
            joinedload(Packet.target_level),
            joinedload(Packet.current_level),
        )
        .where(among(Packet.id, [candidate.packet_id for candidate in chosen]))
    )
    return {packet.id: packet for packet in rows}


def evidence_of(
    chosen: Collection[Candidate], packets: Mapping[int, Packet]
) -> Mapping[int, tuple[EvidenceView, ...]]:
    """The submitted items of each packet whose evidence the viewer may read."""
    revisions = _revisions(chosen, packets)
    return {revisions[id_]: items for id_, items in revision_evidence(revisions).items()}


def notes_of(
    chosen: Collection[Candidate], packets: Mapping[int, Packet]
) -> Mapping[int, Mapping[int, str]]:
    """By packet and dimension, the candidates' notes of no opportunity, where the viewer may read the evidence."""
    revisions = _revisions(chosen, packets)
    return {revisions[id_]: notes for id_, notes in revision_notes(revisions).items()}


def _revisions(chosen: Collection[Candidate], packets: Mapping[int, Packet]) -> Mapping[int, int]:
    """Packets by submitted revision, where the viewer may read the evidence."""
    return {
        revision: candidate.packet_id
        for candidate in chosen
        if may(candidate, Action.READ_EVIDENCE)
        and (revision := packets[candidate.packet_id].current_revision_id) is not None
    }


def marks_of(
    asked: Mapping[int, TargetDimension],
) -> Mapping[tuple[int, int], tuple[int, int, int]]:
    """By packet and expectation: how many raters marked it shown, partly and not shown."""
    found: dict[tuple[int, int], dict[Mark, int]] = defaultdict(dict)
    for packet, expectation, mark, count in db.session.execute(
        select(
            Assignment.packet_id,
            ExpectationMark.expectation_id,
            ExpectationMark.mark,
            func.count(),
        )
        .join(ExpectationMark, ExpectationMark.assignment_id == Assignment.id)
        .where(
            Assignment.packet_id.in_(asked),
            Assignment.state == AssignmentState.SUBMITTED,
            ExpectationMark.expectation_id.in_({e.id for each in asked.values() for e in each}),
        )
        .group_by(Assignment.packet_id, ExpectationMark.expectation_id, ExpectationMark.mark)
    ):
        found[packet, expectation][mark] = count
    return {
        place: (
            counts.get(Category.SHOWN, 0),
            counts.get(Category.PARTLY, 0),
            counts.get(Category.NOT_SHOWN, 0),
        )
        for place, counts in found.items()
    }


def ratings_about(
    access: CycleAccess, chosen: Sequence[Candidate], asked: Mapping[int, TargetDimension]
) -> Mapping[int, DimensionRatings]:
    """What was written about the dimension, by packet. It is noted for the read log."""
    rows = db.session.execute(
        select(
            Assignment.packet_id,
            Assignment.rater_id,
            Assignment.kind,
            Person.name,
            Rating.category,
            Rating.rationale,
            Rating.shareable,
        )
        .join(Rating, Rating.assignment_id == Assignment.id)
        .join(Person, Person.id == Assignment.rater_id)
        .where(
            Assignment.packet_id.in_(asked),
            Assignment.state == AssignmentState.SUBMITTED,
            # A sum has no index: SQLite would else begin with all ratings of the dimension.
            (Rating.dimension_id + literal_column("0")).in_(
                {dimension.id for dimension in asked.values()}
            ),
        )
        .order_by(Assignment.peer_order, Assignment.id)
    ).all()
    return {
        candidate.packet_id: _dimension_ratings(access, candidate, rows) for candidate in chosen
    }


def _dimension_ratings(
    access: CycleAccess, candidate: Candidate, rows: Sequence[Any]
) -> DimensionRatings:
    own = [row for row in rows if row.packet_id == candidate.packet_id]
    reads = {
        RaterKind.MANAGER: may(candidate, Action.READ_MANAGER_RATING)
        and may(candidate, Action.READ_CONFIDENTIAL_RATIONALE),
        RaterKind.PEER: may(candidate, Action.READ_PEER_RATINGS)
        and may(candidate, Action.READ_PEER_RATIONALE),
    }
    readable = [row for row in own if reads[row.kind]]
    shown(
        *(
            action
            for row in readable
            if row.rater_id != access.viewer.person_id
            for action in _rows_of(row)
        ),
        packet=candidate.packet_id,
        cycle=access.cycle.id,
        phase=candidate.standing.phase,
    )
    rationales = [(row.kind, Rationale(row.name, row.category, row.rationale)) for row in readable]
    return DimensionRatings(
        rater_ids=frozenset(row.rater_id for row in own),
        manager=next((said for kind, said in rationales if kind is RaterKind.MANAGER), None),
        peers=tuple(said for kind, said in rationales if kind is RaterKind.PEER),
    )


def _rows_of(rating: Any) -> Iterator[Action]:
    """The rows of the policy that open what is shown of somebody's rating."""
    is_peer = rating.kind is RaterKind.PEER
    yield Action.READ_PEER_RATINGS if is_peer else Action.READ_MANAGER_RATING
    if is_peer and rating.rationale:
        yield Action.READ_PEER_RATIONALE
    elif rating.rationale and not rating.shareable:
        yield Action.READ_CONFIDENTIAL_RATIONALE
