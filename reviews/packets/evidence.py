"""Evidence as values: what a person typed, what everybody reads, how much of what is asked it covers, its digest."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reviews.access.expectations import TargetDimension, TargetExpectation, TargetExpectations


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDraft:
    """An evidence item as the candidate typed it. Ticking an expectation ticks its dimension as well."""

    title: str
    started_on: date | None = None
    ended_on: date | None = None
    role: str = ""
    outcome: str = ""
    links: tuple[str, ...] = ()
    dimension_ids: frozenset[int] = frozenset()
    expectation_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """An evidence item as it is read. `public_id` is empty for an item of a revision, which nobody edits."""

    number: int
    title: str
    started_on: date | None
    ended_on: date | None
    role: str
    outcome: str
    links: tuple[str, ...]
    dimension_ids: frozenset[int]
    expectation_ids: frozenset[int]
    public_id: str = ""

    def shows(self, expectation: TargetExpectation) -> bool:
        return expectation.id in self.expectation_ids


def covered(dimension: TargetDimension, items: Sequence[EvidenceView]) -> tuple[bool, ...]:
    """For each expectation that coverage counts, in order: whether an item shows it."""
    shown = frozenset[int]().union(*(item.expectation_ids for item in items))
    return tuple(expectation.id in shown for expectation in dimension.counted)


def digest_of(
    items: Sequence[EvidenceView], notes: Mapping[int, str], asked: TargetExpectations
) -> str:
    """SHA-256 over items and notes as JSON, naming dimensions and expectations by the ladder's own keys."""
    dimensions = {dimension.id: dimension.key for dimension in asked.dimensions}
    expectations = {each.id: each.key for dimension in asked.dimensions for each in dimension}
    lines: list[dict[str, object]] = [
        {
            "number": item.number,
            "title": item.title,
            "from": item.started_on.isoformat() if item.started_on else None,
            "to": item.ended_on.isoformat() if item.ended_on else None,
            "role": item.role,
            "outcome": item.outcome,
            "links": list(item.links),
            "dimensions": sorted(dimensions[each] for each in item.dimension_ids),
            "expectations": sorted(expectations[each] for each in item.expectation_ids),
        }
        for item in sorted(items, key=lambda item: item.number)
    ]
    lines += [
        {"no opportunity": each.key, "note": notes[each.id]}
        for each in asked.dimensions
        if each.id in notes
    ]
    text = json.dumps(lines, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
