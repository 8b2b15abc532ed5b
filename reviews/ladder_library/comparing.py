"""Two versions of a ladder, or two of its levels, side by side as their pages show them: plain values only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ladders.diff import (
    ChangeKind,
    Diff,
    ExpectationChange,
    FieldChange,
    Pieces,
    StepRow,
    diff,
    pieces,
    step,
)
from ladders.document import Dimension, Expectation, Ladder, Level
from ladders.keys import KeyedExpectation
from ladders.matching import Place, place_of
from reviews.ladder_library.pages import RoleChoice, in_words, role_choices

# -- Two versions


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One expectation before and after; the pieces of a side that says nothing are empty."""

    kind: ChangeKind
    before: Pieces
    after: Pieces
    #: Where it stood before, of one that moved.
    came_from: str
    #: What changed beside the text.
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ChangedCell:
    dimension: str
    rows: tuple[ChangeRow, ...]
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ChangedOwner:
    """A level, a role, or what is asked at every level, with the cells in which it changed."""

    name: str
    note: str
    cells: tuple[ChangedCell, ...]


@dataclass(frozen=True, slots=True)
class VersionChanges:
    diff: Diff
    owners: tuple[ChangedOwner, ...]


@lru_cache(maxsize=16)
def version_changes(old: Ladder, new: Ladder) -> VersionChanges:
    """What the newer text says that the older one did not, level by level in the order of the newer one."""
    found = diff(old, new)
    names = _Names(old, new)
    rows: dict[Place, list[ExpectationChange]] = {}
    for change in found.expectations:
        item = change.after or change.before
        assert item is not None  # noqa: S101 - one side is always there
        rows.setdefault(place_of(item), []).append(change)
    fields = {change.place: change.fields for change in found.cells}
    places = sorted({*rows, *fields}, key=names.order)
    owners: dict[tuple[str, str], list[ChangedCell]] = {}
    for place in places:
        owners.setdefault(names.owner(place), []).append(
            ChangedCell(
                names.dimension(place),
                tuple(_change_row(change, names) for change in rows.get(place, ())),
                fields.get(place, ()),
            )
        )
    return VersionChanges(
        found, tuple(ChangedOwner(*owner, tuple(cells)) for owner, cells in owners.items())
    )


def _change_row(change: ExpectationChange, names: "_Names") -> ChangeRow:
    before, after = pieces(_text(change.before), _text(change.after))
    return ChangeRow(
        kind=change.kind,
        before=before,
        after=after,
        came_from=names.words(place_of(change.before))
        if change.kind == "moved" and change.before
        else "",
        fields=tuple(field for field in change.fields if field.name != "text"),
    )


def _text(item: KeyedExpectation | None) -> str:
    return labelled_text(item.expectation) if item else ""


def labelled_text(expectation: Expectation) -> str:
    """The words of an expectation, its label first where it has one."""
    label = expectation.label
    if label and not expectation.text.startswith(label):
        return f"{label}. {expectation.text}"
    return expectation.text


class _Names:
    """What places are called: in the newer text, or in the older one where they are gone."""

    def __init__(self, old: Ladder, new: Ladder) -> None:
        both = (old, new)
        self.levels = {each.id: each.name for ladder in both for each in ladder.levels}
        self.mixins = {each.id: each.name for ladder in both for each in ladder.mixins}
        self.dimensions = {each.id: each.name for ladder in both for each in ladder.dimensions}
        self.common = new.common.name or old.common.name or "Every level"
        newest = (new, old)
        self.owner_order = [
            *(("level", each.id) for ladder in newest for each in ladder.levels),
            ("common", "common"),
            *(("mixin", each.id) for ladder in newest for each in ladder.mixins),
        ]
        self.dimension_order = [each.id for ladder in newest for each in ladder.dimensions]

    def owner(self, place: Place) -> tuple[str, str]:
        kind, owner, level, _ = place
        if kind == "level":
            return self.levels[owner], ""
        if kind == "common":
            return self.common, ""
        return self.mixins[owner], f"role, at {self.levels[level]}" if level else "role"

    def dimension(self, place: Place) -> str:
        return self.dimensions[place[3]]

    def words(self, place: Place) -> str:
        return f"{self.owner(place)[0]}, {self.dimension(place)}"

    def order(self, place: Place) -> tuple[int, str, int]:
        kind, owner, level, dimension = place
        return (
            self.owner_order.index((kind, owner)),
            level or "",
            self.dimension_order.index(dimension),
        )


# -- Two levels


@dataclass(frozen=True, slots=True)
class StepLine:
    """`kind` is new, anew (in other words than at the current level), kept or gone."""

    kind: str
    before: Pieces
    after: Pieces
    #: Where the target has it from, in words; empty where the target level states it itself.
    source: str


@dataclass(frozen=True, slots=True)
class SteppedDimension:
    dimension: Dimension
    #: What has other words at the target, or is asked no longer: it has words at the current level.
    paired: tuple[StepLine, ...]
    new: tuple[StepLine, ...]
    kept: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class StepReading:
    current: Level
    target: Level
    dimensions: tuple[SteppedDimension, ...]
    roles: tuple[RoleChoice, ...]
    warnings: tuple[str, ...]

    def count(self, *kinds: str) -> int:
        return sum(
            line.kind in kinds
            for each in self.dimensions
            for line in (*each.paired, *each.new, *each.kept)
        )


def read_step(ladder: Ladder, current: Level, target: Level, roles: Sequence[str]) -> StepReading:
    """What the target asks beside what the current level does. The roles are those at the target."""
    found = step(ladder, current.id, target.id, roles)
    return StepReading(
        current=current,
        target=target,
        dimensions=tuple(
            _stepped(ladder.dimension(each.dimension), each.rows) for each in found.dimensions
        ),
        roles=role_choices(ladder, target, roles),
        warnings=found.warnings,
    )


def _stepped(dimension: Dimension, rows: Iterable[StepRow]) -> SteppedDimension:
    lines = tuple(_lines(rows))

    def of(*kinds: str) -> tuple[StepLine, ...]:
        return tuple(line for line in lines if line.kind in kinds)

    return SteppedDimension(dimension, of("anew", "gone"), of("new"), of("kept"))


def _lines(rows: Iterable[StepRow]) -> Iterator[StepLine]:
    for row in rows:
        before, after = pieces(
            labelled_text(row.before.expectation) if row.before else "",
            labelled_text(row.after.expectation) if row.after else "",
        )
        if row.after is None:
            kind = "gone"
        elif not row.is_new:
            kind = "kept"
        else:
            kind = "anew" if row.before else "new"
        yield StepLine(kind, before, after, in_words(row.after) if row.after else "")
