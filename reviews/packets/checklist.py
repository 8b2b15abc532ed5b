"""What stands between a draft and its submission, and what would make it better. The page and the service ask here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reviews.access.expectations import TargetDimension, TargetExpectations
from reviews.display.formatting import count, listed
from reviews.packets.evidence import EvidenceView, covered

#: How many open expectations are named before they are only counted.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist. `place` is the key of the dimension it is about, or "peers", or nothing."""

    sentence: str
    done: bool = False
    place: str = ""


def gates(
    asked: TargetExpectations,
    items: Sequence[EvidenceView],
    *,
    noted: Collection[int] = (),
    proposed: int,
    least: int,
    most: int,
) -> tuple[Check, ...]:
    """What a packet needs before it can be submitted; it may be when every one is done.

    Args:
        noted: ids of the dimensions with a note that there was no opportunity, which stands in for evidence.
        proposed: how many peers the candidate proposed. What became of them plays no part.
        least: of the cycle, and `most`: how many peers a packet has.
    """
    with_evidence = frozenset[int]().union(*(item.dimension_ids for item in items))
    wanted = [dimension for dimension in asked.dimensions if dimension.new]
    missing = [d for d in wanted if d.id not in with_evidence and d.id not in noted]
    found = [Check(f"{each.name} has no evidence.", place=each.key) for each in missing]
    if wanted and not missing and items:
        or_note = " or a note" if noted else ""
        found.append(Check(f"Every dimension with something new has evidence{or_note}", done=True))
    elif not missing:
        found.append(
            Check("An evidence item, at least" if items else "Add an item.", done=bool(items))
        )
    if least:
        enough, peers = proposed >= least, _range(least, most)
        sentence = f"{peers} proposed" if enough else f"Propose {peers}."
        found.append(Check(sentence, done=enough, place="peers"))
    return tuple(found)


def advice(asked: TargetExpectations, items: Sequence[EvidenceView]) -> tuple[Check, ...]:
    """What readers will miss. None of it keeps a packet from being submitted."""
    found = [
        Check(f"Item {item.number} has no date. Readers trust dated work.")
        for item in items
        if item.started_on is None and item.ended_on is None
    ]
    for dimension in asked.dimensions:
        open_labels = [
            expectation.label
            for expectation, shown in zip(dimension.counted, covered(dimension, items), strict=True)
            if not shown
        ]
        # A dimension without any evidence is a gate already.
        if open_labels and any(dimension.id in item.dimension_ids for item in items):
            found.append(Check(_still_open(open_labels, dimension), place=dimension.key))
    return tuple(found)


def _range(least: int, most: int) -> str:
    if least == most:
        return count(least, "peer")
    return f"{least} to {most} peers"


def _still_open(labels: Sequence[str], dimension: TargetDimension) -> str:
    if len(labels) > _NAMED:
        return f"{len(labels)} of {len(dimension.counted)} in {dimension.name} are open."
    verb = "is" if len(labels) == 1 else "are"
    return f"{listed(labels)} in {dimension.name} {verb} open."
