"""Two to four candidates against the same text: one dimension of one target level, expectation by expectation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reviews.access.expectations import (
    TargetDimension,
    TargetExpectation,
    TargetExpectations,
    expectations_for,
    ladder_of,
)
from reviews.access.loaders import CycleAccess
from reviews.calibration.board.choice import BoardChoice
from reviews.calibration.board.queries import (
    BoardRows,
    Candidate,
    candidates_told_apart,
    log_cells,
    target_levels,
)
from reviews.calibration.compare.queries import (
    DimensionRatings,
    Rationale,
    evidence_of,
    marks_of,
    notes_of,
    packets_of,
    ratings_about,
)
from reviews.db.models.packets import Packet
from reviews.display.board_cell import CellFace
from reviews.packets.evidence import EvidenceView
from reviews.rules.enums import Category
from reviews.rules.rating_summary import ExpectationStatus, expectation_status, still_open
from reviews.rules.scale import ScaleWords

FEWEST, MOST = 2, 4


class Incomparable(Exception):  # noqa: N818 - a refusal, not a fault
    """These cannot be compared; the message says why, to the person who asked."""


@dataclass(frozen=True, slots=True)
class Side:
    """One candidate's column. What the policy does not grant on the packet is None or empty."""

    packet: str
    name: str
    manager: str
    face: CellFace | None
    #: Labels of the expectations not shown yet, of how many.
    open: tuple[str, ...]
    counted: int
    manager_says: Rationale | None
    peers_say: tuple[Rationale, ...]
    #: Evidence for the dimension that names none of the expectations in the table.
    other_evidence: tuple[EvidenceView, ...]
    #: The candidate's note that the role gave no chance to show the dimension.
    no_opportunity: str


@dataclass(frozen=True, slots=True)
class ExpectationStanding:
    """What evidence and marks one candidate has for one expectation."""

    status: ExpectationStatus
    #: What the raters marked, in words.
    marks: str
    evidence: tuple[EvidenceView, ...]
    #: What the expectation is called in this candidate's packet, where it is another name.
    label: str
    already_expected: bool


@dataclass(frozen=True, slots=True)
class ExpectationLine:
    """One expectation, and every candidate's standing; None for whom it is not asked of."""

    label: str
    text: str
    standings: tuple[ExpectationStanding | None, ...]


@dataclass(frozen=True, slots=True)
class DimensionLink:
    key: str
    name: str
    expectations: int
    current: bool


@dataclass(frozen=True, slots=True)
class Compare:
    scale: ScaleWords
    dimension: str
    target: str
    dimensions: tuple[DimensionLink, ...]
    sides: tuple[Side, ...]
    lines: tuple[ExpectationLine, ...]
    #: Expected already at everybody's current level.
    known: tuple[ExpectationLine, ...]
    #: Who shares no rater with anybody else on the page.
    apart: tuple[str, ...]


def compare_page(access: CycleAccess, wanted: Iterable[str], dimension: str) -> Compare | None:
    """The page, or None if the viewer may not read one of the packets.

    Statements do not depend on what the packets contain.

    Args:
        wanted: public ids of packets.
        dimension: a key; empty for the first one.

    Raises:
        Incomparable: for too few or too many candidates, for different target levels or ladder versions, and for a
            dimension that asks nothing of them.
    """
    public_ids = tuple(dict.fromkeys(wanted))
    if not FEWEST <= len(public_ids) <= MOST:
        raise Incomparable("Choose two to four candidates of one target level.")
    levels = target_levels(access.cycle.id)
    chosen = candidates_told_apart(BoardRows(access, BoardChoice(), levels).chosen(public_ids))
    if len(chosen) < len(public_ids):
        return None
    if len({candidate.target for candidate in chosen}) > 1:
        raise Incomparable(
            "These candidates have different target levels or are read against different ladder versions. "
            "There is no common text to compare them with."
        )
    packets = packets_of(chosen)
    asked = {each.packet_id: expectations_for(packets[each.packet_id]) for each in chosen}
    names = _dimensions(packets[chosen[0].packet_id], asked.values())
    key = dimension or next(iter(names), "")
    if key not in names:
        raise Incomparable("This dimension asks nothing of these candidates at their target level.")
    of = {id_: found for id_, each in asked.items() if (found := each.dimension(key)) is not None}
    for candidate in chosen:
        asked_of = of.get(candidate.packet_id)
        log_cells(access, candidate, [candidate.cells.get(asked_of.id)] if asked_of else [])
    table = _Comparison(
        scale=ScaleWords.of(access.cycle.scale),
        chosen=chosen,
        of=of,
        marks=marks_of(of),
        evidence=evidence_of(chosen, packets),
        notes=notes_of(chosen, packets),
        ratings=ratings_about(access, chosen, of),
    )
    return Compare(
        scale=table.scale,
        dimension=names[key],
        target=chosen[0].target.name,
        dimensions=_links(names, asked.values(), key),
        sides=tuple(table.side(candidate) for candidate in chosen),
        lines=table.lines(counted=True),
        known=table.lines(counted=False),
        apart=table.apart(),
    )


def _dimensions(packet: Packet, asked: Collection[TargetExpectations]) -> dict[str, str]:
    """Names of the dimensions that ask something of anybody, by key and in the ladder's order."""
    keys = {dimension.key for each in asked for dimension in each.dimensions}
    return {d.id: d.name for d in ladder_of(packet.ladder_version).dimensions if d.id in keys}


def _links(
    names: Mapping[str, str],
    asked: Collection[TargetExpectations],
    current: str,
) -> tuple[DimensionLink, ...]:
    found = {key: [d for each in asked if (d := each.dimension(key)) is not None] for key in names}
    return tuple(
        DimensionLink(
            key=key,
            name=name,
            expectations=len({e.id for dimension in found[key] for e in dimension.counted}),
            current=key == current,
        )
        for key, name in names.items()
    )


@dataclass(frozen=True)
class _Comparison:
    """One comparison being made: its candidates, and by packet all that was read about them."""

    scale: ScaleWords
    chosen: Sequence[Candidate]
    of: Mapping[int, TargetDimension]
    marks: Mapping[tuple[int, int], tuple[int, int, int]]
    evidence: Mapping[int, tuple[EvidenceView, ...]]
    notes: Mapping[int, Mapping[int, str]]
    ratings: Mapping[int, DimensionRatings]

    def lines(self, *, counted: bool) -> tuple[ExpectationLine, ...]:
        """The expectations that count for anybody, or those that everybody was expected to meet already."""
        return tuple(
            self._line(expectation)
            for id_, expectation in self._expectations.items()
            if (id_ in self._counted) is counted
        )

    @cached_property
    def _counted(self) -> frozenset[int]:
        return frozenset(e.id for dimension in self.of.values() for e in dimension.counted)

    @cached_property
    def _expectations(self) -> Mapping[int, TargetExpectation]:
        """What is asked of anybody, what counts first."""
        every = {e.id: e for dimension in self.of.values() for e in dimension}
        return dict(sorted(every.items(), key=lambda pair: pair[0] not in self._counted))

    @cached_property
    def _labels(self) -> Mapping[int, str]:
        """What each expectation is called on this page; a packet that is asked something else may call it otherwise."""
        return {id_: f"E{place}" for place, id_ in enumerate(self._expectations, start=1)}

    def _line(self, expectation: TargetExpectation) -> ExpectationLine:
        return ExpectationLine(
            label=self._labels[expectation.id],
            text=expectation.text,
            standings=tuple(
                self._standing(candidate.packet_id, expectation.id) for candidate in self.chosen
            ),
        )

    def _standing(self, packet: int, expectation: int) -> ExpectationStanding | None:
        dimension = self.of.get(packet)
        asked = next((e for e in dimension or () if e.id == expectation), None)
        if dimension is None or asked is None:
            return None
        evidence = tuple(
            item for item in self.evidence.get(packet, ()) if expectation in item.expectation_ids
        )
        shown, partly, not_shown = self.marks.get((packet, expectation), (0, 0, 0))
        status = expectation_status(
            shown=shown, partly=partly, not_shown=not_shown, evidence=len(evidence)
        )
        return ExpectationStanding(
            status=status,
            marks=_in_words(self.scale, shown, partly, not_shown),
            evidence=evidence,
            label=asked.label if asked.label != self._labels[expectation] else "",
            already_expected=asked not in dimension.counted,
        )

    def side(self, candidate: Candidate) -> Side:
        packet = candidate.packet_id
        dimension = self.of.get(packet)
        counted = dimension.counted if dimension else ()
        statuses = {
            self._labels[e.id]: standing.status
            for e in counted
            if (standing := self._standing(packet, e.id)) is not None
        }
        ratings = self.ratings[packet]
        return Side(
            packet=candidate.packet,
            name=candidate.name,
            manager=candidate.manager_name,
            face=self._face(candidate, dimension),
            open=still_open(statuses),
            counted=len(statuses),
            manager_says=ratings.manager,
            peers_say=ratings.peers,
            other_evidence=self._other_evidence(packet, dimension),
            no_opportunity=self.notes.get(packet, {}).get(dimension.id if dimension else 0, ""),
        )

    @staticmethod
    def _face(candidate: Candidate, dimension: TargetDimension | None) -> CellFace | None:
        cell = candidate.cells.get(dimension.id) if dimension else None
        return cell.face if cell else None

    def _other_evidence(
        self, packet: int, dimension: TargetDimension | None
    ) -> tuple[EvidenceView, ...]:
        if dimension is None:
            return ()
        in_table = {expectation.id for expectation in dimension}
        return tuple(
            item
            for item in self.evidence.get(packet, ())
            if dimension.id in item.dimension_ids and in_table.isdisjoint(item.expectation_ids)
        )

    def apart(self) -> tuple[str, ...]:
        """Who shares no rater with anybody else here."""
        return tuple(
            candidate.name
            for candidate in self.chosen
            if all(
                self.ratings[candidate.packet_id].rater_ids.isdisjoint(other.rater_ids)
                for packet, other in self.ratings.items()
                if packet != candidate.packet_id
            )
        )


def _in_words(scale: ScaleWords, shown: int, partly: int, not_shown: int) -> str:
    """The marks as they are: "2 shown, 1 partly"."""
    counts = {Category.SHOWN: shown, Category.PARTLY: partly, Category.NOT_SHOWN: not_shown}
    given = [f"{count} {scale.word(mark)}" for mark, count in counts.items() if count]
    return ", ".join(given) or "nobody marked it"
