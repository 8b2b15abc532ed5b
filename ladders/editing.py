"""Editing a ladder by hand: a value in, the changed value out.

Whatever stays keeps its key, however it is worded anew.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from ladders.document import (
    AppliesTo,
    Attribute,
    CascadeMode,
    Cell,
    Dimension,
    Example,
    Expectation,
    ExpectationKind,
    Group,
    Ladder,
    Level,
    LevelCells,
    Licence,
    Mixin,
    SameAs,
    Track,
    TrackInheritance,
)
from ladders.effective import references, taken_over
from ladders.keys import expectation_keys, with_cells, with_each
from ladders.names import slug
from ladders.rekey import with_keys

OwnerKind = Literal["levels", "roles", "common"]


class EditError(ValueError):
    """The edit would leave a ladder that is none; says in a sentence why."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What has cells: a level, a role, or what is asked at every level (whose id is "all").

    With a `level`, what a role says more at that one.
    """

    kind: OwnerKind
    id: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An expectation as a person edits it. `key` is that of the expectation it was, or empty for a new one."""

    key: str
    text: str
    label: str = ""
    kind: ExpectationKind = "expectation"
    examples: tuple[str, ...] = ()


# -- The ladder as a whole


def set_frame(
    ladder: Ladder, *, name: str, tagline: str, summary: str, mode: CascadeMode, licence: Licence
) -> Ladder:
    cascade = replace(ladder.cascade, mode=mode, confirmed=True)
    if mode == ladder.cascade.mode:
        cascade = ladder.cascade
    return replace(
        ladder, name=name, tagline=tagline, summary=summary, cascade=cascade, licence=licence
    )


def add_level(ladder: Ladder, name: str, track: str | None) -> Ladder:
    """One rank above the highest level of its track."""
    ranks = [level.rank for level in ladder.levels if level.track == track]
    level = Level(
        _new_id(name, {each.id for each in ladder.levels}),
        name,
        max(ranks, default=0) + 1,
        track=track,
    )
    return replace(ladder, levels=(*ladder.levels, level))


def set_level(
    ladder: Ladder,
    level_id: str,
    *,
    name: str,
    code: str,
    track: str | None,
    rank: int,
    summary: str,
    attributes: Sequence[Attribute],
) -> Ladder:
    """Its id stays, so that everything that names the level still does."""
    level = replace(
        ladder.level(level_id),
        name=name,
        code=code,
        track=track,
        rank=rank,
        summary=summary,
        attributes=tuple(attributes),
    )
    return replace(ladder, levels=_exchanged(ladder.levels, level))


def remove_level(ladder: Ladder, level_id: str) -> Ladder:
    """With everything it says.

    Raises:
        EditError: for the last level, and for one that another level or a role names.
    """
    if len(ladder.levels) == 1:
        raise EditError("A ladder needs at least one level.")
    namers = sorted(set(_who_names(ladder, level_id)))
    if namers:
        raise EditError(
            f"{ladder.level(level_id).name} cannot be removed while it is named by"
            f" {', '.join(namers)}."
        )
    return _steady(
        ladder,
        lambda now: replace(now, levels=tuple(each for each in now.levels if each.id != level_id)),
    )


def add_dimension(ladder: Ladder, name: str, group: str) -> Ladder:
    """`group` is a name, as in `set_dimension`."""
    dimension = Dimension(_new_id(name, {each.id for each in ladder.dimensions}), name)
    wider = replace(ladder, dimensions=(*ladder.dimensions, dimension))
    return _grouped(wider, dimension, group)


def set_dimension(
    ladder: Ladder,
    dimension_id: str,
    *,
    name: str,
    group: str,
    summary: str,
    cascade: CascadeMode | None,
    after: str,
) -> Ladder:
    """`group` is the name of a group that there is or that is made; empty for none. One that loses its last is gone.

    `cascade` is None where the dimension does as the ladder does. `after` is the id of the dimension that it is read
    after, or empty for the first place. Raises KeyError when there is no such dimension.
    """
    dimension = replace(ladder.dimension(dimension_id), name=name, summary=summary, cascade=cascade)
    return _placed(_grouped(ladder, dimension, group), dimension_id, after)


def place_of(ladder: Ladder, dimension_id: str) -> str:
    """The id of the dimension that this one is read after; empty for the first."""
    ids = [each.id for each in ladder.dimensions]
    at = ids.index(dimension_id)
    return ids[at - 1] if at else ""


def remove_dimension(ladder: Ladder, dimension_id: str) -> Ladder:
    """With everything that is in it.

    Raises:
        EditError: for the last dimension.
    """
    if len(ladder.dimensions) == 1:
        raise EditError("A ladder needs at least one dimension.")
    ladder = _grouped(ladder, ladder.dimension(dimension_id), "")
    return _steady(
        ladder,
        lambda now: replace(
            with_cells(now, lambda cells: tuple(c for c in cells if c.dimension != dimension_id)),
            dimensions=tuple(each for each in now.dimensions if each.id != dimension_id),
        ),
    )


def add_role(ladder: Ladder, name: str) -> Ladder:
    mixin = Mixin(_new_id(name, {each.id for each in ladder.mixins}), name)
    return replace(ladder, mixins=(*ladder.mixins, mixin))


def set_role(
    ladder: Ladder,
    role_id: str,
    *,
    name: str,
    summary: str,
    placeholder: bool,
    levels: Collection[str],
) -> Ladder:
    """A placeholder is announced, and cannot be added to a level yet. `levels` are those it may be added to.

    How the ladder says which levels those are stays as it is while they are the same ones; all of them are no limit.
    """
    mixin = ladder.mixin(role_id)
    applies_to = mixin.applies_to
    if set(levels) != set(levels_of(ladder, mixin)):
        chosen = tuple(level.id for level in ladder.levels if level.id in levels)
        applies_to = AppliesTo(levels=chosen if len(chosen) < len(ladder.levels) else ())
    mixin = replace(
        mixin, name=name, summary=summary, placeholder=placeholder, applies_to=applies_to
    )
    return replace(ladder, mixins=_exchanged(ladder.mixins, mixin))


def levels_of(ladder: Ladder, mixin: Mixin) -> tuple[str, ...]:
    """The ids of the levels that a role may be added to."""
    return tuple(level.id for level in ladder.levels if mixin.applies_to.allows(level))


def remove_role(ladder: Ladder, role_id: str) -> Ladder:
    """With everything it says."""
    return _steady(
        ladder,
        lambda now: replace(now, mixins=tuple(each for each in now.mixins if each.id != role_id)),
    )


def add_track(ladder: Ladder, name: str) -> Ladder:
    track = Track(_new_id(name, {each.id for each in ladder.tracks}), name)
    return replace(ladder, tracks=(*ladder.tracks, track))


def set_track(
    ladder: Ladder,
    track_id: str,
    *,
    name: str,
    summary: str,
    inherits: Sequence[TrackInheritance],
) -> Ladder:
    """Raises KeyError when there is no such track."""
    before = ladder.track(track_id)
    track = replace(before, name=name, summary=summary, inherits=tuple(inherits))
    return replace(ladder, tracks=_exchanged(ladder.tracks, track))


def remove_track(ladder: Ladder, track_id: str) -> Ladder:
    """Raises EditError for one that has levels, and for one that another track or a role names."""
    namers = [
        *(level.name for level in ladder.levels if level.track == track_id),
        *(
            each.name
            for each in ladder.tracks
            if each.id != track_id and track_id in {other.track for other in each.inherits}
        ),
        *(mixin.name for mixin in ladder.mixins if track_id in mixin.applies_to.tracks),
    ]
    if namers:
        raise EditError(
            f"{ladder.track(track_id).name} cannot be removed while it is named by"
            f" {', '.join(namers)}."
        )
    return replace(ladder, tracks=tuple(each for each in ladder.tracks if each.id != track_id))


# -- One cell


def cell_of(ladder: Ladder, owner: Owner, dimension: str) -> Cell:
    """What the owner says in the dimension; an empty cell where it says nothing."""
    cells = {cell.dimension: cell for cell in cells_of(ladder, owner)}
    return cells.get(dimension, Cell(dimension))


def cells_of(ladder: Ladder, owner: Owner) -> tuple[Cell, ...]:
    """Raises KeyError when there is no such level or role.

    A role's cells at single levels are those of other owners.
    """
    if owner.kind == "roles":
        mixin = ladder.mixin(owner.id)
        return _cells_at(ladder, mixin, owner.level) if owner.level else mixin.cells
    if owner.level:
        raise KeyError(owner.level)
    if owner.kind == "levels":
        return ladder.level(owner.id).cells
    if owner.id != "all":
        raise KeyError(owner.id)
    return ladder.common.cells


def _cells_at(ladder: Ladder, mixin: Mixin, level_id: str) -> tuple[Cell, ...]:
    level = ladder.level(level_id)
    return next((at.cells for at in mixin.cells_by_level if at.level == level.id), ())


def rows_of(ladder: Ladder, owner: Owner, dimension: str) -> tuple[Row, ...]:
    """The expectations of a cell as rows to edit."""
    return tuple(
        Row(
            each.id,
            each.text,
            each.label,
            each.kind,
            tuple(example.text for example in each.examples),
        )
        for each in cell_of(_frozen(ladder), owner, dimension).expectations
    )


def possible_sames(ladder: Ladder, owner: Owner, dimension: str) -> tuple[Level, ...]:
    """The levels whose cell can be taken for this one: for a level, those that do not lead back to it."""
    if owner.kind != "levels":
        return ladder.levels
    return tuple(
        each
        for each in ladder.levels
        if owner.id != each.id and owner.id not in taken_over(ladder, each.id, dimension)
    )


def set_cell(
    ladder: Ladder,
    owner: Owner,
    dimension: str,
    rows: Iterable[Row],
    *,
    summary: str,
    same_as: SameAs | None,
) -> Ladder:
    """The cell with these expectations in this order. What a row does not show, such as sub-points, stays as it is.

    A key that is not in the cell means a new row.
    """
    rows = tuple(rows)

    def change(now: Ladder) -> Ladder:
        cell = cell_of(now, owner, dimension)
        known = {each.id: each for each in cell.expectations}
        edited = replace(
            cell,
            summary=summary,
            same_as=same_as,
            expectations=tuple(_edited(known.pop(row.key, None), row) for row in rows),
        )
        return _with_cell(now, owner, edited)

    return _steady(ladder, change)


def _edited(before: Expectation | None, row: Row) -> Expectation:
    expectation = before or Expectation(row.text)
    texts = tuple(example.text for example in expectation.examples)
    examples = tuple(map(Example, row.examples)) if texts != row.examples else expectation.examples
    return replace(expectation, text=row.text, label=row.label, kind=row.kind, examples=examples)


def _with_cell(ladder: Ladder, owner: Owner, cell: Cell) -> Ladder:
    """The cells of an owner are in the order of the dimensions; one that says nothing any more is left out."""
    cells = {each.dimension: each for each in cells_of(ladder, owner)}
    if cell == cells.get(cell.dimension, Cell(cell.dimension)):
        return ladder
    cells[cell.dimension] = cell
    if cell == Cell(cell.dimension):
        del cells[cell.dimension]
    ordered = tuple(cells[each.id] for each in ladder.dimensions if each.id in cells)
    if owner.kind == "levels":
        level = replace(ladder.level(owner.id), cells=ordered)
        return replace(ladder, levels=_exchanged(ladder.levels, level))
    if owner.kind == "roles":
        mixin = ladder.mixin(owner.id)
        if owner.level:
            mixin = replace(mixin, cells_by_level=_at(mixin.cells_by_level, owner.level, ordered))
        else:
            mixin = replace(mixin, cells=ordered)
        return replace(ladder, mixins=_exchanged(ladder.mixins, mixin))
    return replace(ladder, common=replace(ladder.common, cells=ordered))


def _at(
    by_level: tuple[LevelCells, ...], level: str, cells: tuple[Cell, ...]
) -> tuple[LevelCells, ...]:
    """With these cells at the level; a level without cells is left out, so that it can be removed."""
    levels = {each.level: each for each in by_level}
    levels[level] = LevelCells(level, cells)
    if not cells:
        del levels[level]
    return tuple(levels.values())


# -- Keys that stay


def _frozen(ladder: Ladder) -> Ladder:
    """The ladder with every key written as an id."""
    keys = iter([item.key for item in expectation_keys(ladder)])
    return with_each(ladder, lambda each: replace(each, id=next(keys)))


def _steady(ladder: Ladder, change: Callable[[Ladder], Ladder]) -> Ladder:
    """The changed ladder, in which everything that is still there has the key it had.

    Whatever replaced something that is gone replaces nothing any more.
    """
    ids = {item.expectation.id for item in expectation_keys(ladder)}
    before = {item.key for item in expectation_keys(ladder)}
    changed = change(_frozen(ladder))
    wanted = [item.key for item in expectation_keys(changed)]
    gone = before - set(wanted)
    bare = with_each(
        changed,
        lambda each: replace(
            each,
            id=each.id if each.id in ids else "",
            replaces=tuple(key for key in each.replaces if key not in gone),
        ),
    )
    return with_keys(bare, wanted)


# -- Small parts


_Thing = TypeVar("_Thing", Level, Dimension, Mixin, Track)


def _exchanged(things: tuple[_Thing, ...], thing: _Thing) -> tuple[_Thing, ...]:
    return tuple(thing if each.id == thing.id else each for each in things)


def _grouped(ladder: Ladder, dimension: Dimension, group: str) -> Ladder:
    """The ladder with this dimension in the group of that name."""
    known = {each.name: each.id for each in ladder.groups}
    groups = ladder.groups
    if group and group not in known:
        known[group] = _new_id(group, {each.id for each in groups})
        groups = (*groups, Group(known[group], group))
    dimension = replace(dimension, group=known[group] if group else None)
    former = next(each.group for each in ladder.dimensions if each.id == dimension.id)
    dimensions = _exchanged(ladder.dimensions, dimension)
    used = {each.group for each in dimensions} | {each.parent for each in groups}
    return replace(
        ladder,
        dimensions=dimensions,
        groups=tuple(each for each in groups if each.id != former or each.id in used),
    )


def _placed(ladder: Ladder, dimension_id: str, after: str) -> Ladder:
    """With this dimension after that one, in every list of cells too."""
    if place_of(ladder, dimension_id) == after:
        return ladder
    ladder.dimension(after or dimension_id)  # raises KeyError
    order = [each.id for each in ladder.dimensions if each.id != dimension_id]
    order.insert(order.index(after) + 1 if after else 0, dimension_id)

    def moved(now: Ladder) -> Ladder:
        return replace(
            with_cells(
                now, lambda cells: tuple(sorted(cells, key=lambda c: order.index(c.dimension)))
            ),
            dimensions=tuple(sorted(now.dimensions, key=lambda each: order.index(each.id))),
        )

    return _steady(ladder, moved)


def _who_names(ladder: Ladder, level_id: str) -> Iterable[str]:
    for level in ladder.levels:
        if level.id != level_id and level_id in (level.inherits or ()):
            yield level.name
        if level.id != level_id and _is_same_as(level.cells, level_id):
            yield level.name
    if _is_same_as(ladder.common.cells, level_id):
        yield ladder.common.name or "what is asked at every level"
    for mixin in ladder.mixins:
        at = [each.level for each in mixin.cells_by_level]
        cells = (*mixin.cells, *(cell for each in mixin.cells_by_level for cell in each.cells))
        if level_id in (*at, *mixin.applies_to.levels) or _is_same_as(cells, level_id):
            yield mixin.name


def _is_same_as(cells: Iterable[Cell], level_id: str) -> bool:
    return any(reference.level == level_id for cell in cells for reference in references(cell))


def _new_id(name: str, taken: Collection[str]) -> str:
    stem = slug(name) or "new"
    return next(
        each
        for number in range(1, len(taken) + 2)
        if (each := stem if number == 1 else f"{stem}-{number}") not in taken
    )
