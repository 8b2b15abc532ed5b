"""What changed between two texts of a ladder, and what changes from one of its levels to another: plain values.

Ids, the place in the source document and what an import left out are not part of what a ladder asks: where nothing else
differs, nothing changed.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, TypeVar

from ladders.document import Cell, Dimension, Group, Ladder, Level, Mixin, Track
from ladders.effective import EffectiveExpectation, effective, split_new
from ladders.keys import KeyedExpectation, expectation_keys, normalised, owned_cells
from ladders.matching import Matching, Place, closest, match, place_of

ThingKind = Literal["track", "group", "dimension", "level", "role"]
ChangeKind = Literal["added", "removed", "moved", "changed"]

_Thing = TypeVar("_Thing", Track, Group, Dimension, Level, Mixin)
_Value = TypeVar("_Value")


# -- Two versions


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The text of a field, before and after; empty where there is none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ThingChange:
    """A track, group, dimension, level or role that came, went, or is described anew.

    `before` and `after` are its names: empty where it is not there, different where it is renamed.
    """

    what: ThingKind
    before: str
    after: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class CellChange:
    """What a cell says besides its expectations, and their order.

    A cell that is gone has the place it would have now.
    """

    place: Place
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ExpectationChange:
    """One expectation: without `before` it is added, without `after` removed.

    One that moved may say it anew as well.
    """

    kind: ChangeKind
    before: KeyedExpectation | None
    after: KeyedExpectation | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything in which the newer text differs."""

    #: The ladder's name, summary, cascade, licence and so on, and the order of its lists.
    frame: tuple[FieldChange, ...]
    things: tuple[ThingChange, ...]
    cells: tuple[CellChange, ...]
    #: In the order of the newer text, removed ones last.
    expectations: tuple[ExpectationChange, ...]
    #: How many expectations stay as they are, where they are.
    unchanged: int

    @property
    def is_empty(self) -> bool:
        return not (self.frame or self.things or self.cells or self.expectations)

    def count(self, kind: ChangeKind) -> int:
        """How many expectations were added, removed, moved or changed."""
        return sum(change.kind == kind for change in self.expectations)


def diff(old: Ladder, new: Ladder) -> Diff:
    """The newer text against the older one, expectation by expectation."""
    old, new = _without_places(old), _without_places(new)
    matching = match(old, new)
    expectations = tuple(_expectation_changes(matching))
    return Diff(
        frame=tuple(_frame_changes(old, new, matching)),
        things=tuple(_thing_changes(old, new, matching)),
        cells=tuple(_cell_changes(old, new, matching)),
        expectations=expectations,
        unchanged=len(matching.pairs)
        - sum(change.kind in {"moved", "changed"} for change in expectations),
    )


def _expectation_changes(matching: Matching) -> Iterator[ExpectationChange]:
    for before, after in matching.pairs:
        fields = tuple(_fields(before.expectation, after.expectation, skip={"id"}))
        if matching.moved(place_of(before)) != place_of(after):
            yield ExpectationChange("moved", before, after, fields)
        elif fields:
            yield ExpectationChange("changed", before, after, fields)
    for item in matching.added:
        yield ExpectationChange("added", None, item)
    for item in matching.removed:
        yield ExpectationChange("removed", item, None)


def _frame_changes(old: Ladder, new: Ladder, matching: Matching) -> Iterator[FieldChange]:
    lists = {"tracks", "groups", "dimensions", "levels", "common", "mixins"}
    yield from _fields(old, new, skip={"id", "cascade", "source", "unmapped", *lists})
    yield from _fields(old.cascade, new.cascade, prefix="cascade ")
    yield from _fields(old.common, new.common, skip={"cells"}, prefix="common ")
    yield from _order("order of tracks", old.tracks, new.tracks, _same_ids(old.tracks))
    yield from _order("order of groups", old.groups, new.groups, _same_ids(old.groups))
    yield from _order("order of dimensions", old.dimensions, new.dimensions, matching.dimensions)
    yield from _order("order of levels", old.levels, new.levels, matching.levels)
    yield from _order("order of roles", old.mixins, new.mixins, matching.mixins)


def _thing_changes(old: Ladder, new: Ladder, matching: Matching) -> Iterator[ThingChange]:
    yield from _things("track", old.tracks, new.tracks, _same_ids(old.tracks))
    yield from _things("group", old.groups, new.groups, _same_ids(old.groups))
    yield from _things("dimension", old.dimensions, new.dimensions, matching.dimensions)
    yield from _things("level", old.levels, new.levels, matching.levels)
    yield from _things("role", old.mixins, new.mixins, matching.mixins)


def _same_ids(things: Iterable[Track | Group]) -> dict[str, str]:
    return {thing.id: thing.id for thing in things}


def _things(
    what: ThingKind, old: tuple[_Thing, ...], new: tuple[_Thing, ...], same: Mapping[str, str]
) -> Iterator[ThingChange]:
    before = {same.get(thing.id, ""): thing for thing in old}
    for thing in new:
        if thing.id not in before:
            yield ThingChange(what, "", thing.name)
            continue
        known = before[thing.id]
        skip = {"id", "name", "cells", "cells_by_level"}
        fields = tuple(_fields(known, thing, skip=skip))
        if fields or known.name != thing.name:
            yield ThingChange(what, known.name, thing.name, fields)
    kept = {thing.id for thing in new}
    for thing in old:
        if same.get(thing.id) not in kept:
            yield ThingChange(what, thing.name, "")


def _order(
    name: str, old: tuple[_Thing, ...], new: tuple[_Thing, ...], same: Mapping[str, str]
) -> Iterator[FieldChange]:
    """A change where the parts that both have are in another order."""
    names = {thing.id: thing.name for thing in new}
    before = [same[thing.id] for thing in old if same.get(thing.id) in names]
    stayed = set(before)
    after = [thing.id for thing in new if thing.id in stayed]
    if before != after:
        yield FieldChange(
            name,
            ", ".join(names[each] for each in before),
            ", ".join(names[each] for each in after),
        )


def _cell_changes(old: Ladder, new: Ladder, matching: Matching) -> Iterator[CellChange]:
    before: dict[Place, Cell] = {}
    for kind, owner, level, cell in owned_cells(old):
        before[matching.moved((kind, owner, level, cell.dimension))] = cell
    after: dict[Place, Cell] = {
        (kind, owner, level, cell.dimension): cell for kind, owner, level, cell in owned_cells(new)
    }
    shuffled = _shuffled(old, matching)
    for place in dict.fromkeys((*after, *before)):
        nothing = Cell(place[3])
        fields = [
            *_fields(
                before.get(place, nothing),
                after.get(place, nothing),
                skip={"dimension", "expectations"},
            ),
            *shuffled.get(place, ()),
        ]
        if fields:
            yield CellChange(place, tuple(fields))


def _shuffled(old: Ladder, matching: Matching) -> dict[Place, list[FieldChange]]:
    """The cells in which the expectations that stayed are in another order."""
    position = {item.key: number for number, item in enumerate(expectation_keys(old))}
    stayed: dict[Place, list[tuple[int, str]]] = {}
    for before, after in matching.pairs:
        if matching.moved(place_of(before)) == place_of(after):
            stayed.setdefault(place_of(after), []).append(
                (position[before.key], after.expectation.text)
            )
    return {
        place: [
            FieldChange(
                "order",
                " / ".join(text for _, text in sorted(items)),
                " / ".join(text for _, text in items),
            )
        ]
        for place, items in stayed.items()
        if items != sorted(items)
    }


def _fields(
    old: Any, new: Any, *, skip: Iterable[str] = (), prefix: str = ""
) -> Iterator[FieldChange]:
    for field in dataclasses.fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name not in skip and before != after:
            yield FieldChange(
                prefix + field.name.replace("_", " "),
                "" if before == field.default else _words(before),
                "" if after == field.default else _words(after),
            )


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(map(_words, value)) or "nothing"
    if dataclasses.is_dataclass(value):
        given = [getattr(value, field.name) for field in dataclasses.fields(value)]
        return ": ".join(_words(each) for each in given if each not in ("", (), None))
    return str(value).replace("anti_pattern", "warning sign")


def _without_places(value: _Value) -> _Value:
    """The same without where each thing stood in the source."""
    if isinstance(value, tuple):
        return tuple(_without_places(each) for each in value)  # type: ignore[return-value]
    if not dataclasses.is_dataclass(value):
        return value
    changes = {
        field.name: "" if field.name == "at" else _without_places(getattr(value, field.name))
        for field in dataclasses.fields(value)
    }
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]


#: A text in pieces: each with whether only this text has it.
Pieces = tuple[tuple[str, bool], ...]

#: Longer texts are shown whole, one beside the other.
_MOST_WORDS = 1000


def pieces(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Both texts cut where their words differ, so that a reader finds the difference at a glance."""
    ours, theirs = re.findall(r"\s*\S+", before), re.findall(r"\s*\S+", after)
    if max(len(ours), len(theirs)) > _MOST_WORDS:
        return ((before, before != after),), ((after, before != after),)
    cut = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    return (
        tuple(("".join(ours[a:b]), tag != "equal") for tag, a, b, _, _ in cut if b > a),
        tuple(("".join(theirs[a:b]), tag != "equal") for tag, _, _, a, b in cut if b > a),
    )


# -- Two levels


@dataclass(frozen=True, slots=True)
class StepRow:
    """What the current level expects beside what the target does.

    Without `before` it is new; without `after` it is asked no longer; with both and `is_new`, the target says anew what
    the current level has in other words.
    """

    before: EffectiveExpectation | None
    after: EffectiveExpectation | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class DimensionStep:
    dimension: str
    #: What is new first, then what is kept, then what is asked no longer.
    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Dimensions in the ladder's order; one in which neither level asks anything is left out."""

    dimensions: tuple[DimensionStep, ...]
    warnings: tuple[str, ...]


def step(ladder: Ladder, current: str, target: str, roles: Iterable[str] = ()) -> Step:
    """From one level to another with these roles on top, counted as a packet counts it.

    Raises KeyError when there is no such level.
    """
    here, there = effective(ladder, current), effective(ladder, target, tuple(roles))
    new = split_new(there, here).new
    before = {asked.dimension: asked.expectations for asked in here.dimensions}
    after = {asked.dimension: asked.expectations for asked in there.dimensions}
    dimensions = tuple(
        DimensionStep(each.id, rows)
        for each in ladder.dimensions
        if (rows := tuple(_rows(before.get(each.id, ()), after.get(each.id, ()), new)))
    )
    return Step(dimensions, there.warnings)


def _rows(
    before: tuple[EffectiveExpectation, ...],
    after: tuple[EffectiveExpectation, ...],
    new: frozenset[str],
) -> Iterator[StepRow]:
    by_key = {origin.key: item for item in before for origin in item.origins}
    by_text = {_text(item): item for item in before}
    kept = [
        (
            next(
                (by_key[o.key] for o in item.origins if o.key in by_key), by_text.get(_text(item))
            ),
            item,
        )
        for item in after
        if item.key not in new
    ]
    used = {item.key for item, _ in kept if item}
    gone = [item for item in before if item.key not in used]
    fresh = [item for item in after if item.key in new]
    anew = {item.key: old for old, item in closest(gone, fresh, _text)}
    for item in fresh:
        yield StepRow(anew.get(item.key), item, is_new=True)
    for old, item in kept:
        yield StepRow(old, item, is_new=False)
    reworded = {item.key for item in anew.values()}
    for item in gone:
        if item.key not in reworded:
            yield StepRow(item, None, is_new=False)


def _text(item: EffectiveExpectation) -> str:
    return normalised(item.expectation.text)
