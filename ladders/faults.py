"""What makes a well-formed ladder wrong: names, references, circles and its size. Used before any ladder is kept."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from ladders.document import Cell, Dimension, Expectation, Group, Ladder, Level, Mixin, Track
from ladders.limits import LONGEST_NAME, excesses

Path = tuple[str | int, ...]
Fault = tuple[Path, str]

_Place = TypeVar("_Place", bound=Hashable)

_ID = re.compile(r"[^\s.|/]{1,80}")
_RANKS = range(-1000, 1001)
_LONGEST_CODE = 80
#: What a key is kept in; a key made of level, dimension and text is shorter.
_LONGEST_KEY = 300


def faults(ladder: Ladder) -> list[Fault]:
    """Each with the path of the value it is about, such as ("levels", 2, "track")."""
    return list(_FaultFinder(ladder).all())


class _FaultFinder:
    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.tracks = {each.id for each in ladder.tracks}
        self.groups = {each.id for each in ladder.groups}
        self.dimensions = {each.id for each in ladder.dimensions}
        self.levels = {each.id for each in ladder.levels}

    def all(self) -> Iterator[Fault]:
        ladder = self.ladder
        yield from _identified(("id",), ladder.id)
        yield from _named(("name",), ladder.name)
        if not ladder.dimensions:
            yield ("dimensions",), "A ladder needs at least one dimension."
        if not ladder.levels:
            yield ("levels",), "A ladder needs at least one level."
        tables: tuple[tuple[str, tuple[Track | Group | Dimension | Level | Mixin, ...]], ...] = (
            ("tracks", ladder.tracks),
            ("groups", ladder.groups),
            ("dimensions", ladder.dimensions),
            ("levels", ladder.levels),
            ("mixins", ladder.mixins),
        )
        for kind, things in tables:
            yield from _unique((kind,), [thing.id for thing in things], "id")
            for index, thing in enumerate(things):
                yield from _identified((kind, index, "id"), thing.id)
                yield from _named((kind, index, "name"), thing.name)
        for index, track in enumerate(ladder.tracks):
            yield from self.track(("tracks", index), track)
        yield from self.dimension_groups()
        for index, level in enumerate(ladder.levels):
            yield from self.level(("levels", index), level)
        yield from self.cells(("common", "cells"), ladder.common.cells)
        for index, mixin in enumerate(ladder.mixins):
            yield from self.mixin(("mixins", index), mixin)
        yield from self.repeated_expectation_ids()
        yield from self.circles()
        yield from excesses(ladder)

    def track(self, path: Path, track: Track) -> Iterator[Fault]:
        for index, inherited in enumerate(track.inherits):
            place = (*path, "inherits", index, "track")
            yield from _known(place, inherited.track, self.tracks, "track")

    def dimension_groups(self) -> Iterator[Fault]:
        for index, dimension in enumerate(self.ladder.dimensions):
            yield from _known(("dimensions", index, "group"), dimension.group, self.groups, "group")
        parents = {group.id: [group.parent] for group in self.ladder.groups if group.parent}
        rounds = _in_circles(parents)
        for index, group in enumerate(self.ladder.groups):
            place: Path = ("groups", index, "parent")
            yield from _known(place, group.parent, self.groups, "group")
            if group.id in rounds:
                yield place, f"The group “{group.id}” is inside itself."

    def level(self, path: Path, level: Level) -> Iterator[Fault]:
        if len(level.code) > _LONGEST_CODE:
            yield (*path, "code"), f"A code has at most {_LONGEST_CODE} characters."
        if level.rank not in _RANKS:
            yield (*path, "rank"), "A rank is a whole number from -1000 to 1000."
        yield from _known((*path, "track"), level.track, self.tracks, "track")
        for index, inherited in enumerate(level.inherits or ()):
            yield from _known((*path, "inherits", index), inherited, self.levels, "level")
        yield from self.cells((*path, "cells"), level.cells)

    def mixin(self, path: Path, mixin: Mixin) -> Iterator[Fault]:
        applies = (*path, "applies_to")
        for index, track in enumerate(mixin.applies_to.tracks):
            yield from _known((*applies, "tracks", index), track, self.tracks, "track")
        for index, level in enumerate(mixin.applies_to.levels):
            yield from _known((*applies, "levels", index), level, self.levels, "level")
        yield from self.cells((*path, "cells"), mixin.cells)
        for index, at_level in enumerate(mixin.cells_by_level):
            place = (*path, "cells_by_level", index)
            yield from _known(place, at_level.level, self.levels, "level")
            yield from self.cells((*place, "cells"), at_level.cells)

    def cells(self, path: Path, cells: tuple[Cell, ...]) -> Iterator[Fault]:
        for index, cell in enumerate(cells):
            place = (*path, index)
            yield from _known(place, cell.dimension, self.dimensions, "dimension")
            if cell.same_as:
                where = (*place, "same_as", "level")
                yield from _known(where, cell.same_as.level, self.levels, "level")
            for number, expectation in enumerate(cell.expectations):
                yield from self.expectation((*place, "expectations", number), expectation)

    def expectation(self, path: Path, expectation: Expectation) -> Iterator[Fault]:
        if not expectation.text.strip():
            yield (*path, "text"), "An expectation needs a text."
        if len(expectation.id) > _LONGEST_KEY:
            yield (*path, "id"), f"This id has at most {_LONGEST_KEY} characters."
        if expectation.same_as:
            where = (*path, "same_as", "level")
            yield from _known(where, expectation.same_as.level, self.levels, "level")

    def repeated_expectation_ids(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for path, expectation in self.every_expectation():
            if expectation.id and expectation.id in seen:
                yield (*path, "id"), f"The id “{expectation.id}” is used twice."
            seen.add(expectation.id)

    def every_expectation(self) -> Iterator[tuple[Path, Expectation]]:
        tables: list[tuple[Path, tuple[Cell, ...]]] = [
            (("levels", index, "cells"), level.cells)
            for index, level in enumerate(self.ladder.levels)
        ]
        tables.append((("common", "cells"), self.ladder.common.cells))
        for index, mixin in enumerate(self.ladder.mixins):
            tables.append((("mixins", index, "cells"), mixin.cells))
            tables.extend(
                (("mixins", index, "cells_by_level", number, "cells"), at_level.cells)
                for number, at_level in enumerate(mixin.cells_by_level)
            )
        for path, cells in tables:
            for index, cell in enumerate(cells):
                for number, expectation in enumerate(cell.expectations):
                    yield (*path, index, "expectations", number), expectation

    def circles(self) -> Iterator[Fault]:
        """Levels that build on themselves, and cells that are the same as themselves."""
        rounds = _in_circles({level.id: level.inherits or () for level in self.ladder.levels})
        same = _in_circles(
            {
                (level.id, cell.dimension): [
                    (reference.level, cell.dimension)
                    for reference in (
                        cell.same_as,
                        *(expectation.same_as for expectation in cell.expectations),
                    )
                    if reference
                ]
                for level in self.ladder.levels
                for cell in level.cells
            }
        )
        for index, level in enumerate(self.ladder.levels):
            if level.id in rounds:
                yield ("levels", index, "inherits"), f"The level “{level.id}” inherits itself."
            for number, cell in enumerate(level.cells):
                if (level.id, cell.dimension) in same:
                    yield (
                        ("levels", index, "cells", number),
                        f"“{cell.dimension}” at “{level.id}” is the same as itself.",
                    )


def _identified(path: Path, value: str) -> Iterator[Fault]:
    if not _ID.fullmatch(value):
        yield (
            path,
            f"“{value[:80]}” is not an id: 1 to 80 characters without spaces, dots, bars or slashes.",
        )


def _named(path: Path, value: str) -> Iterator[Fault]:
    if not value.strip():
        yield path, "A name is missing."
    elif len(value) > LONGEST_NAME:
        yield path, f"A name has at most {LONGEST_NAME} characters."


def _known(path: Path, value: str | None, known: set[str], what: str) -> Iterator[Fault]:
    if value is not None and value not in known:
        yield path, f"There is no {what} “{value}”."


def _unique(path: Path, ids: list[str], what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, each in enumerate(ids):
        if each in seen:
            yield (*path, index, what), f"The {what} “{each}” is used twice."
        seen.add(each)


def _in_circles(edges: Mapping[_Place, Iterable[_Place]]) -> set[_Place]:
    """The places on a circle (or between two): what is left when all loose ends are taken away."""
    forward = {place: list(targets) for place, targets in edges.items()}
    backward: dict[_Place, list[_Place]] = {}
    for place, targets in forward.items():
        for target in targets:
            backward.setdefault(target, []).append(place)
    return _without_loose_ends(
        _without_loose_ends(set(forward), backward, forward), forward, backward
    )


def _without_loose_ends(
    places: set[_Place],
    before: Mapping[_Place, Iterable[_Place]],
    after: Mapping[_Place, Iterable[_Place]],
) -> set[_Place]:
    """Takes away each place that nothing comes `before`, then those left without one, and so on."""
    count = {place: sum(each in places for each in before.get(place, ())) for place in places}
    loose = [place for place in places if not count[place]]
    left = set(places)
    while loose:
        place = loose.pop()
        left.discard(place)
        for target in after.get(place, ()):
            if target in left:
                count[target] -= 1
                if not count[target]:
                    loose.append(target)
    return left
