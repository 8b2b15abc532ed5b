"""A ladder as its pages show it: plain values made from the document alone, no database, no Flask."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby, islice
from typing import Literal

from markupsafe import Markup

from ladders.document import Attribute, Cell, Dimension, Expectation, Ladder, Level, Mixin
from ladders.effective import (
    Effective,
    EffectiveExpectation,
    Origin,
    effective,
    effective_levels,
    references,
    split_new,
    taken_over,
)
from ladders.keys import owned_cells

# -- Groups of dimensions


@dataclass(frozen=True, slots=True)
class DimensionGroup:
    """`name` is empty for the dimensions without a group; a group inside another is named with it."""

    name: str
    summary: str
    dimensions: tuple[Dimension, ...]


def dimension_groups(ladder: Ladder) -> tuple[DimensionGroup, ...]:
    """All dimensions, those of a group together, in the order in which the groups first occur."""
    paths = {each.id: _path(ladder, each.group) for each in ladder.dimensions}
    firsts: dict[tuple[str, ...], int] = {}
    for place, path in enumerate(paths.values()):
        for depth in range(len(path)):
            firsts.setdefault(path[: depth + 1], place)

    def place_of(dimension: Dimension) -> tuple[int, ...]:
        path = paths[dimension.id]
        return tuple(firsts[path[: depth + 1]] for depth in range(len(path)))

    groups = {each.id: each for each in ladder.groups}
    return tuple(
        DimensionGroup(
            " · ".join(groups[each].name for each in path if each),
            groups[path[-1]].summary if path[-1] else "",
            tuple(dimensions),
        )
        for path, dimensions in groupby(
            sorted(ladder.dimensions, key=place_of), key=lambda each: paths[each.id]
        )
    )


def _path(ladder: Ladder, group: str | None) -> tuple[str, ...]:
    """The group with those around it, the outermost first; an empty id means no group."""
    parents = {each.id: each.parent for each in ladder.groups}
    path: list[str] = []
    while group:
        path.insert(0, group)
        group = parents[group]
    return tuple(path) or ("",)


def _in_groups(ladder: Ladder) -> list[Dimension]:
    return [each for group in dimension_groups(ladder) for each in group.dimensions]


# -- Levels x dimensions


@dataclass(frozen=True, slots=True)
class OverviewCell:
    """How many expectations are new at the level, and how many come from another level or are asked of everybody."""

    dimension: str
    new: int
    inherited: int
    picture: Markup


@dataclass(frozen=True, slots=True)
class OverviewRow:
    level: Level
    cells: tuple[OverviewCell, ...]


@dataclass(frozen=True, slots=True)
class OverviewTrack:
    """A track with its levels, the highest first; without a name where the ladder has no tracks."""

    name: str
    rows: tuple[OverviewRow, ...]


@lru_cache(maxsize=32)
def overview(ladder: Ladder) -> tuple[OverviewTrack, ...]:
    counts = {level: _counts(ladder, asked) for level, asked in effective_levels(ladder).items()}
    # One step for the whole table, so that twice as long means twice as many.
    most = max(
        (new + inherited for row in counts.values() for new, inherited in row.values()), default=0
    )
    step = 7 if most <= _WIDE_UP_TO else 4
    names = {track.id: track.name for track in ladder.tracks}
    by_track: dict[str | None, list[OverviewRow]] = {track.id: [] for track in ladder.tracks}
    for level in ladder.levels:
        cells = (
            OverviewCell(dimension, new, inherited, rungs(new, inherited, step))
            for dimension, (new, inherited) in counts[level.id].items()
        )
        by_track.setdefault(level.track, []).append(OverviewRow(level, tuple(cells)))
    return tuple(
        OverviewTrack(
            names.get(track or "", ""), tuple(sorted(rows, key=lambda row: -row.level.rank))
        )
        for track, rows in by_track.items()
        if rows
    )


def _counts(ladder: Ladder, asked: Effective) -> dict[str, tuple[int, int]]:
    """Dimension -> how many expectations are new at the level, and how many are not."""
    fresh = split_new(asked, None).new
    found = {each.dimension: each.expectations for each in asked.dimensions}
    result = {}
    for dimension in _in_groups(ladder):
        items = found.get(dimension.id, ())
        new = sum(item.key in fresh and not _is_common(item) for item in items)
        result[dimension.id] = (new, len(items) - new)
    return result


#: From more strokes than these on, they are drawn closer together.
_WIDE_UP_TO = 12


def rungs(new: int, inherited: int, step: int) -> Markup:
    """The counts for the eye: a short stroke per expectation that is not new, then a tall one per new one."""
    strokes = "".join(
        f'<path class="rung rung--old" d="M{1 + step * n} 10v8"/>' for n in range(inherited)
    ) + "".join(
        f'<path class="rung" d="M{1 + step * n} 4v14"/>' for n in range(inherited, inherited + new)
    )
    width = 2 + step * max(new + inherited - 1, 0)
    # Numbers only: nothing here comes from a document.
    return Markup(  # noqa: S704
        f'<svg class="rungs" width="{width}" height="22" viewBox="0 0 {width} 22"'
        f' aria-hidden="true" focusable="false">{strokes}</svg>'
    )


# -- One level


@dataclass(frozen=True, slots=True)
class Statement:
    """One expectation with what is shown beside it. `label` is its place in the dimension, such as E3."""

    label: str
    expectation: Expectation
    #: Where it comes from, in words; empty where only the level itself, or only the part for everybody, states it.
    source: str
    #: It is asked for the sake of a role: the level itself does not state it.
    of_role: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The level that a cell calls the same as itself, and the ladder's words for that, if there are any."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class LevelDimension:
    dimension: Dimension
    #: What the level's own cell says besides its expectations; None where it says nothing.
    cell: Cell | None
    new: tuple[Statement, ...]
    #: What its cell takes over from the levels that it calls the same.
    same: tuple[Statement, ...]
    same_as: tuple[Reference, ...]
    inherited: tuple[Statement, ...]
    #: What is asked of everybody, whoever else says it too.
    common: tuple[Statement, ...]
    #: Never counted.
    warning_signs: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class AskedGroup:
    """A group of dimensions; without a name for those that are in none."""

    name: str
    summary: str
    dimensions: tuple[LevelDimension, ...]


@dataclass(frozen=True, slots=True)
class RoleChoice:
    role: Mixin
    chosen: bool


@dataclass(frozen=True, slots=True)
class LevelReading:
    level: Level
    track: str
    attributes: tuple[Attribute, ...]
    #: Those in which the ladder says something about the level.
    groups: tuple[AskedGroup, ...]
    #: The roles that can be added here; those without text yet are named apart.
    roles: tuple[RoleChoice, ...]
    announced: tuple[str, ...]
    below: Level | None
    above: Level | None
    warnings: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[LevelDimension, ...]:
        return tuple(each for group in self.groups for each in group.dimensions)

    @property
    def new_with_roles(self) -> int:
        """How many of the new ones the roles bring."""
        return sum(statement.of_role for asked in self.dimensions for statement in asked.new)

    def count(self, part: Literal["new", "same", "inherited", "common"]) -> int:
        return sum(len(getattr(asked, part)) for asked in self.dimensions)


def read_level(ladder: Ladder, level: Level, roles: Sequence[str]) -> LevelReading:
    """Everything the level asks together with the roles. All roles must be in the ladder."""
    asked = effective(ladder, level.id, roles)
    new = split_new(asked, None).new
    cells = {cell.dimension: cell for cell in level.cells}
    found = {each.dimension: each.expectations for each in asked.dimensions}
    fitting = [mixin for mixin in ladder.mixins if mixin.applies_to.allows(level)]
    siblings = sorted(
        (each for each in ladder.levels if each.track == level.track), key=lambda each: each.rank
    )
    place = siblings.index(level)
    dimensions = {}
    for dimension in ladder.dimensions:
        cell = cells.get(dimension.id)
        items = found.get(dimension.id, ())
        if not items and cell is None:
            continue
        taken_from = taken_over(ladder, level.id, dimension.id)
        parts = {
            part: [item for item in items if _part(item, new, taken_from) == part]
            for part in ("new", "same", "inherited", "common")
        }
        labels = {
            item.key: f"E{number}"
            for number, item in enumerate(chain.from_iterable(parts.values()), start=1)
        }
        statements = {
            part: tuple(
                Statement(labels[item.key], item.expectation, _source(item), _of_role(item))
                for item in found_here
            )
            for part, found_here in parts.items()
        }
        dimensions[dimension.id] = LevelDimension(
            dimension=dimension,
            cell=cell,
            new=statements["new"],
            same=statements["same"],
            same_as=same_as(ladder, cell),
            inherited=statements["inherited"],
            common=statements["common"],
            warning_signs=_warning_signs(cell) if cell else (),
        )
    return LevelReading(
        level=level,
        track=next((track.name for track in ladder.tracks if track.id == level.track), ""),
        attributes=level.attributes,
        groups=tuple(
            AskedGroup(group.name, group.summary, dimensions_here)
            for group in dimension_groups(ladder)
            if (
                dimensions_here := tuple(
                    dimensions[each.id] for each in group.dimensions if each.id in dimensions
                )
            )
        ),
        roles=role_choices(ladder, level, roles),
        announced=tuple(mixin.name for mixin in fitting if mixin.placeholder),
        below=siblings[place - 1] if place else None,
        above=siblings[place + 1] if place + 1 < len(siblings) else None,
        warnings=asked.warnings,
    )


def _is_common(item: EffectiveExpectation) -> bool:
    return any(origin.kind == "common" for origin in item.origins)


def _source(item: EffectiveExpectation) -> str:
    """Where it comes from, beyond what its heading on the page says."""
    is_only_common = [origin.kind for origin in item.origins] == ["common"]
    return "" if is_only_common else in_words(item)


def _of_role(item: EffectiveExpectation) -> bool:
    kinds = {origin.kind for origin in item.origins}
    return "role" in kinds and "own" not in kinds


def _part(item: EffectiveExpectation, new: Collection[str], taken_from: Collection[str]) -> str:
    if _is_common(item):
        return "common"
    if item.key in new:
        return "new"
    return "same" if any(origin.source_id in taken_from for origin in item.origins) else "inherited"


def same_as(ladder: Ladder, cell: Cell | None) -> tuple[Reference, ...]:
    named = references(cell) if cell else ()
    return tuple(Reference(ladder.level(each.level), each.text) for each in named)


def next_above(ladder: Ladder, level: Level) -> Level | None:
    """The next level of its track; None above the highest."""
    higher = [
        each for each in ladder.levels if each.track == level.track and each.rank > level.rank
    ]
    return min(higher, key=lambda each: each.rank, default=None)


def first_step(ladder: Ladder) -> tuple[Level, Level] | None:
    """The lowest level that has one above it, and that one; None where no track has two levels."""
    steps = [(level, above) for level in ladder.levels if (above := next_above(ladder, level))]
    return min(steps, key=lambda each: each[0].rank, default=None)


def role_choices(ladder: Ladder, level: Level, roles: Sequence[str]) -> tuple[RoleChoice, ...]:
    """The roles that can be added at a level, each with whether it is among these."""
    return tuple(
        RoleChoice(mixin, mixin.id in roles)
        for mixin in ladder.mixins
        if mixin.applies_to.allows(level) and not mixin.placeholder
    )


def in_words(item: EffectiveExpectation) -> str:
    """Where an expectation comes from; empty where the level itself states it and nothing else does."""
    if [origin.kind for origin in item.origins] == ["own"]:
        return ""
    words = ", ".join(dict.fromkeys(map(_origin_in_words, item.origins)))
    return words[:1].upper() + words[1:]


def _origin_in_words(origin: Origin) -> str:
    match origin.kind:
        case "own":
            return "this level"
        case "inherited":
            return f"from {origin.source_name}"
        case "common":
            return "asked at every level"
        case "role":
            return f"role {origin.source_name}"


# -- One dimension


@dataclass(frozen=True, slots=True)
class Stated:
    """What one level, role or the ladder as a whole states in a dimension, in its own words."""

    name: str
    #: The id of the level; empty for anything else.
    level: str
    note: str
    cell: Cell
    same_as: tuple[Reference, ...]

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """What is asked in the cell's own words: no warning signs, and no row that only names another level."""
        return tuple(
            each
            for each in self.cell.expectations
            if each.kind == "expectation" and not each.same_as
        )

    @property
    def warning_signs(self) -> tuple[Expectation, ...]:
        return _warning_signs(self.cell)


def across_levels(ladder: Ladder, dimension: str) -> tuple[Stated, ...]:
    """Every place that says something in the dimension: levels in the ladder's order, common, roles."""
    stated_cells: list[tuple[str, str, str, Sequence[Cell]]] = [
        (level.name, level.id, level.code, level.cells) for level in ladder.levels
    ]
    stated_cells.append((ladder.common.name or "Every level", "", "", ladder.common.cells))
    for mixin in ladder.mixins:
        stated_cells.append((mixin.name, "", "role", mixin.cells))
        stated_cells += [
            (mixin.name, "", f"role, at {ladder.level(at.level).name}", at.cells)
            for at in mixin.cells_by_level
        ]
    return tuple(
        Stated(name, level, note, cell, same_as(ladder, cell))
        for name, level, note, cells in stated_cells
        for cell in cells
        if cell.dimension == dimension
    )


def _warning_signs(cell: Cell) -> tuple[Expectation, ...]:
    return tuple(each for each in cell.expectations if each.kind == "anti_pattern")


# -- Search


@dataclass(frozen=True, slots=True)
class Hit:
    """A text in which every word was found, in pieces: each with whether it is what was looked for."""

    #: Where it is, and the dimension or the kind of text.
    where: str
    what: str
    #: The level and dimension it is read at; empty where it is at neither.
    level: str
    dimension: str
    pieces: tuple[tuple[str, bool], ...]


#: More than anybody reads through; a longer list asks for another word.
MOST_HITS = 100


def find(ladder: Ladder, words: str) -> tuple[Hit, ...]:
    """Every text of the ladder that has all of these words, whatever their case, in the ladder's order.

    Words are taken literally, and a part of a word is found too.
    """
    wanted = [word.casefold() for word in words.split()]
    if not wanted:
        return ()
    marked = re.compile(
        "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True))), re.IGNORECASE
    )
    found = (
        Hit(where, what, level, dimension, _marked(marked, text))
        for where, what, level, dimension, text in _every_text(ladder)
        if all(word in text.casefold() for word in wanted)
    )
    return tuple(islice(found, MOST_HITS))


def _marked(wanted: re.Pattern[str], text: str) -> tuple[tuple[str, bool], ...]:
    pieces: list[tuple[str, bool]] = []
    last = 0
    for hit in wanted.finditer(text):
        pieces += [(text[last : hit.start()], False), (hit[0], True)]
        last = hit.end()
    pieces.append((text[last:], False))
    return tuple(piece for piece in pieces if piece[0])


def _every_text(ladder: Ladder) -> Iterator[tuple[str, str, str, str, str]]:
    """Where, what, level, dimension, and the words themselves."""
    names = {dimension.id: dimension.name for dimension in ladder.dimensions}
    for text in (ladder.tagline, ladder.summary):
        yield ladder.name, "about the ladder", "", "", text
    for dimension in ladder.dimensions:
        for text in (dimension.name, dimension.summary):
            yield dimension.name, "dimension", "", dimension.id, text
    for level in ladder.levels:
        for text in (level.name, level.code, level.summary, *map(_attribute, level.attributes)):
            yield level.name, "level", level.id, "", text
    for mixin in ladder.mixins:
        for text in (mixin.name, mixin.summary):
            yield mixin.name, "role", "", "", text
    owners = {level.id: level.name for level in ladder.levels}
    roles = {mixin.id: mixin.name for mixin in ladder.mixins}
    for kind, owner, at, cell in owned_cells(ladder):
        where = {"level": owners, "mixin": roles, "common": {}}[kind].get(
            owner, ladder.common.name or "Every level"
        )
        level_id = owner if kind == "level" else at or ""
        for kind_of_text, text in _cell_texts(cell):
            what = ", ".join(filter(None, (names[cell.dimension], kind_of_text)))
            yield where, what, level_id, cell.dimension, text


def _attribute(attribute: Attribute) -> str:
    return f"{attribute.name}: {attribute.value}"


def _cell_texts(cell: Cell) -> Iterator[tuple[str, str]]:
    """Each with what it is, where it is nothing that is asked."""
    yield "", cell.summary
    for each in cell.expectations:
        kind = "warning sign" if each.kind == "anti_pattern" else ""
        yield kind, f"{each.label}. {each.text}" if each.label else each.text
        for text in (each.detail, *each.children, *map(_attribute, each.attributes)):
            yield kind, text
        for example in each.examples:
            yield "example", example.text
    for example in cell.examples:
        yield "example", example.text


# -- What an import understood


@dataclass(frozen=True, slots=True)
class UnderstoodRow:
    """A level or role with what it states itself, dimension by dimension."""

    name: str
    code: str
    note: str
    counts: tuple[int, ...]
    examples: int
    is_placeholder: bool

    @property
    def total(self) -> int:
        return sum(self.counts)


def understood(ladder: Ladder) -> tuple[UnderstoodRow, ...]:
    """The matrix of counts: every level, then what is common, then every role."""
    tracks = {track.id: track.name for track in ladder.tracks}
    rows = [
        _understood(
            ladder, level.name, level.cells, code=level.code, note=tracks.get(level.track or "", "")
        )
        for level in ladder.levels
    ]
    if ladder.common.cells:
        rows.append(_understood(ladder, ladder.common.name or "Every level", ladder.common.cells))
    rows += [
        _understood(
            ladder,
            mixin.name,
            (*mixin.cells, *(cell for at in mixin.cells_by_level for cell in at.cells)),
            note="role",
            is_placeholder=mixin.placeholder,
        )
        for mixin in ladder.mixins
    ]
    return tuple(rows)


def _understood(
    ladder: Ladder,
    name: str,
    cells: Sequence[Cell],
    *,
    code: str = "",
    note: str = "",
    is_placeholder: bool = False,
) -> UnderstoodRow:
    return UnderstoodRow(
        name=name,
        code=code,
        note=note,
        counts=tuple(
            sum(len(cell.expectations) for cell in cells if cell.dimension == dimension.id)
            for dimension in ladder.dimensions
        ),
        examples=sum(
            len(cell.examples) + sum(len(each.examples) for each in cell.expectations)
            for cell in cells
        ),
        is_placeholder=is_placeholder,
    )
