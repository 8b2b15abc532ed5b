"""What a person says against a proposal: kept as a mapping, so that it holds for the next version of the document.

Everything is named by what stands in the document (ids made of names, addresses of headings, names of fields,
the words of a line), never by its place, and what the next version no longer holds is passed over.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from ladders.document import (
    Cell,
    Common,
    Dimension,
    Expectation,
    Group,
    Ladder,
    Level,
    Mixin,
    Note,
    Unmapped,
)
from ladders.importing.building import both
from ladders.importing.fields import FieldUse
from ladders.importing.marks import Mark
from ladders.importing.proposal import UnusedLine
from ladders.keys import expectation_keys, normalised, with_cells
from ladders.names import Ids, name_key

LevelUse = Literal["level", "mixin", "common", "drop", "merge"]
DimensionUse = Literal["dimension", "drop", "merge"]
Side = Literal["above", "below", "instead"]


class CorrectionError(ValueError):
    """A correction that cannot be made; `field` names what it is about."""

    def __init__(self, about: str, sentence: str) -> None:
        super().__init__(sentence)
        self.about = about


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class LevelChange:
    """An empty text leaves what the document says; `into` is the level that this one is merged with."""

    use: LevelUse = "level"
    into: str = ""
    name: str = ""
    code: str = ""
    rank: int | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class DimensionChange:
    """`group` is the name of a group, "-" for none, empty for what the document says."""

    use: DimensionUse = "dimension"
    into: str = ""
    name: str = ""
    group: str = ""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Placement:
    """The cell that a line of the document belongs to.

    `named` is a dimension by its name, for one that the document does not have; it is made unless a next version has
    it.
    """

    level: str
    dimension: str = ""
    named: str = ""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Join:
    """The ladder that a document's only level belongs to, and its place there: beside a level, or instead."""

    ladder: str
    beside: str
    side: Side = "above"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Corrections:
    #: Question id -> the option chosen.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Levels and dimensions change places.
    swap: bool = False
    #: Address of a heading or a list -> what it is.
    marks: Mapping[str, Mark] = field(default_factory=dict)
    #: Name of a field of a data file -> what it is for.
    fields: Mapping[str, FieldUse] = field(default_factory=dict)
    #: Names of files in the order in which they are read, where they do not say it themselves.
    order: tuple[str, ...] = ()
    #: Id of a level or dimension, as proposed -> what becomes of it.
    levels: Mapping[str, LevelChange] = field(default_factory=dict)
    dimensions: Mapping[str, DimensionChange] = field(default_factory=dict)
    #: The words of a line that was not imported or only noted, normalised -> where it belongs.
    lines: Mapping[str, Placement] = field(default_factory=dict)
    #: Keys of expectations, as proposed, that are left out.
    removed: tuple[str, ...] = ()
    name: str = ""
    #: Counts only while the question about a single level is answered so.
    join: Join | None = None


_ADAPTER = TypeAdapter(Corrections)


def dumped(corrections: Corrections) -> str:
    """As JSON; what is not said is left out."""
    return json.dumps(_said(asdict(corrections)), ensure_ascii=False)


def loaded(text: str) -> Corrections:
    """Raises ValueError for anything that `dumped` did not write."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise ValueError("These are no corrections of a ladder.") from error


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _said(each)
            for key, each in value.items()
            # A rank of 0 is said.
            if each not in ("", None, {}, ()) and each is not False
        }
    return value


def line_key(text: str) -> str:
    """What a line is called in `Corrections.lines`."""
    return normalised(text)


def correct(ladder: Ladder, corrections: Corrections, lines: Sequence[UnusedLine]) -> Ladder:
    """The ladder as a person wants it.

    Args:
        ladder: what the proposal makes with the answers of the corrections.
        corrections: changes by id; those of things that the ladder does not have are passed over.
        lines: those that can be moved in.

    Raises:
        CorrectionError: if a level or dimension is merged into one that is not kept, or none is left.
    """
    ladder = _without(ladder, set(corrections.removed))
    ladder = _with_lines(ladder, corrections.lines, lines)
    ladder = _with_dimensions(ladder, corrections.dimensions)
    ladder = _with_levels(ladder, corrections.levels)
    if corrections.name:
        ladder = replace(ladder, name=corrections.name)
    if not ladder.levels:
        raise CorrectionError("levels", "Keep at least one level.")
    return ladder


# -- Lines


def _without(ladder: Ladder, removed: set[str]) -> Ladder:
    """The ladder without the expectations of these keys."""
    if not removed:
        return ladder
    left = [each.expectation for each in expectation_keys(ladder) if each.key in removed]
    out = {id(each) for each in left}
    unmapped = tuple(Unmapped(each.text, each.at, "left out by hand") for each in left)

    def kept(cells: Iterable[Cell]) -> tuple[Cell, ...]:
        return tuple(
            replace(cell, expectations=tuple(e for e in cell.expectations if id(e) not in out))
            for cell in cells
        )

    return with_cells(replace(ladder, unmapped=ladder.unmapped + unmapped), kept)


def _with_lines(
    ladder: Ladder, places: Mapping[str, Placement], lines: Sequence[UnusedLine]
) -> Ladder:
    levels = {level.id for level in ladder.levels}
    dimensions = _Dimensions(ladder.dimensions)
    moved: dict[tuple[str, str], list[Expectation]] = {}
    words: set[str] = set()
    for line in lines:
        key = line_key(line.text)
        place = places.get(key)
        if place is None or key in words or place.level not in levels:
            continue
        dimension = dimensions.of(place)
        if dimension:
            words.add(key)
            expectation = Expectation(_bare(line.text), at=f"L{line.number}")
            moved.setdefault((place.level, dimension), []).append(expectation)
    if not moved:
        return ladder
    ladder = replace(ladder, dimensions=tuple(dimensions.found))

    def left(notes: Iterable[Note]) -> tuple[Note, ...]:
        return tuple(each for each in notes if line_key(each.text) not in words)

    return replace(
        ladder,
        notes=left(ladder.notes),
        levels=tuple(
            replace(level, cells=_cells_with(level, ladder, moved), notes=left(level.notes))
            for level in ladder.levels
        ),
        unmapped=tuple(each for each in ladder.unmapped if line_key(each.text) not in words),
    )


class _Dimensions:
    """The dimensions, with those that a line is the first to name."""

    def __init__(self, dimensions: Iterable[Dimension]) -> None:
        self.found = list(dimensions)
        self.ids = Ids("dimension")
        self.ids.taken.update(each.id for each in self.found)

    def of(self, place: Placement) -> str:
        """The id of the dimension that a line belongs to; empty where that is gone from the document."""
        if not place.named:
            return next((each.id for each in self.found if each.id == place.dimension), "")
        key = name_key(place.named)
        for each in self.found:
            if key in map(name_key, (each.name, *each.aliases)):
                return each.id
        self.found.append(Dimension(self.ids.take(place.named), place.named))
        return self.found[-1].id


def _cells_with(
    level: Level, ladder: Ladder, moved: Mapping[tuple[str, str], list[Expectation]]
) -> tuple[Cell, ...]:
    cells = {cell.dimension: cell for cell in level.cells}
    found = []
    for dimension in ladder.dimensions:
        cell = cells.get(dimension.id, Cell(dimension.id))
        added = tuple(moved.get((level.id, dimension.id), ()))
        if added or dimension.id in cells:
            found.append(replace(cell, expectations=cell.expectations + added))
    return tuple(found)


def _bare(text: str) -> str:
    """A line without the bullet in front of it."""
    return text.lstrip("-*+>#| \t\u2022").strip() or text


# -- Dimensions


def _with_dimensions(ladder: Ladder, changes: Mapping[str, DimensionChange]) -> Ladder:
    known = {dimension.id: dimension for dimension in ladder.dimensions}
    changes = {key: change for key, change in changes.items() if key in known}
    target: dict[str, str | None] = {key: key for key in known}
    for key, change in changes.items():
        if change.use == "drop":
            target[key] = None
        elif change.use == "merge" and change.into in known:
            into = changes.get(change.into, DimensionChange())
            if change.into == key or into.use != "dimension":
                raise CorrectionError(
                    f"dimension {key}", f"Choose a dimension that is kept for “{known[key].name}”."
                )
            target[key] = change.into
    groups = _Groups(ladder.groups)
    dimensions = tuple(
        _renamed(dimension, changes.get(dimension.id), known, target, groups)
        for dimension in ladder.dimensions
        if target[dimension.id] == dimension.id
    )
    used = {dimension.group for dimension in dimensions}

    def placed(cells: Iterable[Cell]) -> tuple[Cell, ...]:
        return _placed(cells, target, [dimension.id for dimension in dimensions])

    return with_cells(
        replace(
            ladder,
            groups=tuple(group for group in groups.found.values() if group.id in used),
            dimensions=dimensions,
        ),
        placed,
    )


class _Groups:
    """The groups by their names, with those that a correction names anew."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.found = {group.name: group for group in groups}
        self.ids = Ids("group")
        for group in groups:
            self.ids.taken.add(group.id)

    def named(self, name: str) -> str:
        if name not in self.found:
            self.found[name] = Group(self.ids.take(name), name)
        return self.found[name].id


def _renamed(
    dimension: Dimension,
    change: DimensionChange | None,
    known: Mapping[str, Dimension],
    target: Mapping[str, str | None],
    groups: _Groups,
) -> Dimension:
    aliases = [
        known[other].name
        for other, into in target.items()
        if into == dimension.id and other != dimension.id
    ]
    dimension = replace(dimension, aliases=tuple(dict.fromkeys((*dimension.aliases, *aliases))))
    if change is None:
        return dimension
    group = dimension.group
    if change.group:
        group = None if change.group == "-" else groups.named(change.group)
    name = change.name or dimension.name
    return replace(
        dimension, name=name, group=group, implicit=dimension.implicit and not change.name
    )


def _placed(
    cells: Iterable[Cell], target: Mapping[str, str | None], order: Sequence[str]
) -> tuple[Cell, ...]:
    """The cells under the dimensions that are kept, those of merged dimensions as one."""
    found: dict[str, Cell] = {}
    for cell in cells:
        into = target[cell.dimension]
        if into is not None:
            found[into] = both(found.get(into), replace(cell, dimension=into))
    return tuple(found[dimension] for dimension in order if dimension in found)


# -- Levels


def _with_levels(ladder: Ladder, changes: Mapping[str, LevelChange]) -> Ladder:
    known = {level.id: level for level in ladder.levels}
    changes = {key: change for key, change in changes.items() if key in known}
    order = [dimension.id for dimension in ladder.dimensions]
    merged: dict[str, list[Level]] = {}
    levels: list[Level] = []
    mixins = list(ladder.mixins)
    common = ladder.common
    ids = Ids("role")
    ids.taken.update(mixin.id for mixin in mixins)
    for level in ladder.levels:
        change = changes.get(level.id, LevelChange())
        name = change.name or level.name
        # What a level was to be merged with may be gone from the document.
        if change.use == "level" or (change.use == "merge" and change.into not in known):
            rank = level.rank if change.rank is None else change.rank
            levels.append(replace(level, name=name, code=change.code or level.code, rank=rank))
        elif change.use == "mixin":
            role = ids.take(name)
            mixins.append(Mixin(role, name, summary=level.summary, cells=level.cells))
        elif change.use == "common":
            common = Common(common.name or name, _joined(common.cells, level.cells, order))
        elif change.use == "merge":
            into = changes.get(change.into, LevelChange())
            if change.into == level.id or into.use != "level":
                raise CorrectionError(
                    f"level {level.id}", f"Choose a level that is kept for “{level.name}”."
                )
            merged.setdefault(change.into, []).append(level)
    kept = {level.id for level in levels}
    return replace(
        ladder,
        levels=tuple(
            sorted(
                (_with_merged(level, merged.get(level.id, ()), order, kept) for level in levels),
                key=lambda level: _place(level, ladder),
            )
        ),
        common=common,
        mixins=tuple(_of_levels(mixin, kept) for mixin in mixins),
    )


def _place(level: Level, ladder: Ladder) -> tuple[int, int]:
    """By track, then by rank."""
    tracks = [track.id for track in ladder.tracks]
    return (tracks.index(level.track) if level.track in tracks else -1, level.rank)


def _with_merged(
    level: Level, others: Iterable[Level], order: Sequence[str], kept: set[str]
) -> Level:
    for other in others:
        level = replace(
            level,
            aliases=tuple(dict.fromkeys((*level.aliases, other.name))),
            cells=_joined(level.cells, other.cells, order),
        )
    # A cell cannot stand for that of a level that is gone.
    cells = tuple(
        replace(cell, summary=cell.summary or cell.same_as.text, same_as=None)
        if cell.same_as and cell.same_as.level not in kept
        else cell
        for cell in level.cells
    )
    return replace(level, cells=cells)


def _joined(one: Iterable[Cell], other: Iterable[Cell], order: Sequence[str]) -> tuple[Cell, ...]:
    same: dict[str, str | None] = {dimension: dimension for dimension in order}
    return _placed((*one, *other), same, order)


def _of_levels(mixin: Mixin, kept: set[str]) -> Mixin:
    """A role without what it asks at levels that are gone."""
    levels = tuple(level for level in mixin.applies_to.levels if level in kept)
    return replace(
        mixin,
        applies_to=replace(mixin.applies_to, levels=levels),
        cells_by_level=tuple(at for at in mixin.cells_by_level if at.level in kept),
    )
