"""A ladder of one level -> a level of another ladder: what the other ladder says already keeps its keys."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from ladders.document import AppliesTo, Cell, Dimension, Group, Ladder, Level, Mixin, Track
from ladders.importing.corrections import Join
from ladders.keys import owned_cells
from ladders.names import Ids, name_key


class JoinError(ValueError):
    """The level cannot be added there; the message says why."""


def joined(base: Ladder, addition: Ladder, join: Join) -> Ladder:
    """`base` with the only level of `addition`, next to one of its levels or instead of it.

    Dimensions and groups that have the same name in both are one, others are new. What `addition` asks
    of every level becomes the level's own, and its roles are added for this level alone. Instead of a level, it
    takes the place and the id of that one; the roles for that level alone and the dimensions that nothing else
    speaks of go with the words they belonged to.

    Raises JoinError.
    """
    if len(addition.levels) != 1:
        raise JoinError("Only a document of one level can be added to a ladder.")
    level = addition.levels[0]
    beside = next((each for each in base.levels if each.id == join.beside), None)
    if beside is None:
        raise JoinError("The ladder has changed. Choose the place again.")
    instead = join.side == "instead"
    others = [each for each in base.levels if not instead or each is not beside]
    if any(name_key(each.name) == name_key(level.name) for each in others):
        raise JoinError(
            f"{base.name} has a level “{level.name}” already. Give this one another name,"
            " or put it instead of that one."
        )
    before = base
    if instead:
        base = _without_words_of(base, beside)
    groups, dimensions, target = _dimensions(base, addition)
    level_id = beside.id if instead else _free("level", (each.id for each in others), level.id)
    order = [dimension.id for dimension in dimensions]
    own = _placed((*level.cells, *addition.common.cells), target, order)
    rank = beside.rank + (join.side == "above")
    if not instead:
        base = _with_room(base, beside.track, rank)
    level = replace(
        level,
        id=level_id,
        rank=rank,
        track=beside.track,
        inherits=beside.inherits if instead else None,
        # Another level of the same document is not there to stand in for.
        cells=tuple(replace(cell, same_as=None) for cell in own),
    )
    ladder = replace(
        base,
        groups=groups,
        dimensions=dimensions,
        levels=_inserted(base.levels, level, join),
        mixins=(*base.mixins, *_roles(base, addition, level_id, target, order)),
        unmapped=tuple(dict.fromkeys((*base.unmapped, *addition.unmapped))),
        source=addition.source,
    )
    gone = _spoken_of(before) - _spoken_of(ladder)
    return replace(
        ladder, dimensions=tuple(each for each in ladder.dimensions if each.id not in gone)
    )


def _without_words_of(base: Ladder, level: Level) -> Ladder:
    """The ladder in which nothing is said at the level, and there is no role for it alone."""
    return replace(
        base,
        levels=tuple(replace(each, cells=()) if each is level else each for each in base.levels),
        mixins=tuple(
            each for each in base.mixins if each.applies_to != AppliesTo(levels=(level.id,))
        ),
    )


def _spoken_of(ladder: Ladder) -> set[str]:
    """The dimensions that have a cell somewhere."""
    return {cell.dimension for _, _, _, cell in owned_cells(ladder)}


def _dimensions(
    base: Ladder, addition: Ladder
) -> tuple[tuple[Group, ...], tuple[Dimension, ...], dict[str, str]]:
    """Those of both ladders, and for each dimension of the addition the one that it is now."""
    groups = list(base.groups)
    by_group = {name_key(group.name): group.id for group in base.groups}
    group_ids = _ids("group", (group.id for group in base.groups))
    dimensions = list(base.dimensions)
    ids = _ids("dimension", (dimension.id for dimension in base.dimensions))
    known = {
        name_key(name): dimension.id
        for dimension in reversed(base.dimensions)
        for name in (*dimension.aliases, dimension.name)
    }
    target = {}
    for dimension in addition.dimensions:
        key = name_key(dimension.name)
        if key not in known:
            group = next((each for each in addition.groups if each.id == dimension.group), None)
            if group and name_key(group.name) not in by_group:
                groups.append(replace(group, id=group_ids.take(group.name), parent=None))
                by_group[name_key(group.name)] = groups[-1].id
            known[key] = ids.take(dimension.name)
            dimensions.append(
                replace(
                    dimension,
                    id=known[key],
                    group=by_group[name_key(group.name)] if group else None,
                )
            )
        target[dimension.id] = known[key]
    return tuple(groups), tuple(dimensions), target


def _placed(
    cells: Iterable[Cell], target: Mapping[str, str], order: Sequence[str]
) -> tuple[Cell, ...]:
    """Cells under the dimensions of the other ladder, in its order; two of one dimension as one."""
    found: dict[str, Cell] = {}
    for cell in cells:
        dimension = target[cell.dimension]
        before = found.get(dimension, Cell(dimension))
        found[dimension] = replace(
            cell,
            dimension=dimension,
            summary="\n\n".join(filter(None, (before.summary, cell.summary))),
            attributes=before.attributes + cell.attributes,
            expectations=before.expectations + cell.expectations,
            examples=before.examples + cell.examples,
        )
    return tuple(found[dimension] for dimension in order if dimension in found)


def _with_room(base: Ladder, track: str | None, rank: int) -> Ladder:
    """The ladder with no level of the track at that rank: it and those above move up by one."""
    if all(level.track != track or level.rank != rank for level in base.levels):
        return base
    is_only = all(level.track == track for level in base.levels)

    def moved(number: int | None) -> int | None:
        return number + 1 if number is not None and number >= rank else number

    def limits(applies: AppliesTo) -> AppliesTo:
        # A limit by rank speaks of all tracks; it moves where every level moves with it.
        if not is_only and applies.tracks != (track,):
            return applies
        return replace(applies, from_rank=moved(applies.from_rank), to_rank=moved(applies.to_rank))

    return replace(
        base,
        levels=tuple(
            replace(level, rank=level.rank + 1)
            if level.track == track and level.rank >= rank
            else level
            for level in base.levels
        ),
        tracks=tuple(_inheriting(each, track, moved) for each in base.tracks),
        mixins=tuple(replace(mixin, applies_to=limits(mixin.applies_to)) for mixin in base.mixins),
    )


def _inheriting(
    track: Track, moving: str | None, moved: Callable[[int | None], int | None]
) -> Track:
    """A track that builds on the levels of another below a rank builds on the same ones."""
    return replace(
        track,
        inherits=tuple(
            replace(each, below_rank=moved(each.below_rank)) if each.track == moving else each
            for each in track.inherits
        ),
    )


def _inserted(levels: Sequence[Level], level: Level, join: Join) -> tuple[Level, ...]:
    """Shown next to the level it stands beside, whichever way the ladder lists its levels, or in place of it."""
    if join.side == "instead":
        return tuple(level if each.id == level.id else each for each in levels)
    ranks = [each.rank for each in levels if each.track == level.track]
    rises = ranks == sorted(ranks)
    at = next(place for place, each in enumerate(levels) if each.id == join.beside)
    at += rises == (join.side == "above")
    return (*levels[:at], level, *levels[at:])


def _roles(
    base: Ladder,
    addition: Ladder,
    level: str,
    target: Mapping[str, str],
    order: Sequence[str],
) -> Iterable[Mixin]:
    ids = _ids("role", (mixin.id for mixin in base.mixins))
    for mixin in addition.mixins:
        here = [cell for at in mixin.cells_by_level for cell in at.cells]
        yield replace(
            mixin,
            id=ids.take(mixin.id),
            applies_to=AppliesTo(levels=(level,)),
            cells=_placed((*mixin.cells, *here), target, order),
            cells_by_level=(),
        )


def _ids(fallback: str, taken: Iterable[str]) -> Ids:
    ids = Ids(fallback)
    ids.taken.update(taken)
    return ids


def _free(fallback: str, taken: Iterable[str], wanted: str) -> str:
    return _ids(fallback, taken).take(wanted)
