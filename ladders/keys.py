"""A key for every expectation of a ladder: what evidence, marks and database rows point at."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ladders.document import Cell, Expectation, Ladder

OwnerKind = Literal["level", "common", "mixin"]

#: The owner id of what is asked at every level.
COMMON = "common"


@dataclass(frozen=True, slots=True)
class KeyedExpectation:
    """An expectation, its key, and the place that states it.

    `level` is the level that a mixin role's expectation is limited to (`cells_by_level`).
    """

    key: str
    owner_kind: OwnerKind
    owner_id: str
    dimension: str
    expectation: Expectation
    level: str | None = None


def expectation_keys(ladder: Ladder) -> Iterator[KeyedExpectation]:
    """Every expectation in document order (levels, common, mixins), each with a key of its own.

    The key is the explicit id; else it is made of owner, dimension and text, so that it survives
    a move inside the cell and stays the same in every version that says the same.
    """
    cells = list(owned_cells(ladder))
    taken = {
        expectation.id for *_, cell in cells for expectation in cell.expectations if expectation.id
    }
    explicit = set(taken)
    repeats: dict[str, int] = {}
    for kind, owner, level, cell in cells:
        place = f"{owner}@{level}" if level else owner
        for expectation in cell.expectations:
            if expectation.id in explicit:
                explicit.remove(expectation.id)
                key = expectation.id
            else:
                digest = hashlib.sha256(normalised(expectation.text).encode()).hexdigest()[:8]
                key = _free(f"{place}.{cell.dimension}.{digest}", taken, repeats)
                taken.add(key)
            yield KeyedExpectation(key, kind, owner, cell.dimension, expectation, level)


def owned_cells(ladder: Ladder) -> Iterator[tuple[OwnerKind, str, str | None, Cell]]:
    """Every cell with the place that states it, in the order of `expectation_keys`."""
    for level in ladder.levels:
        for cell in level.cells:
            yield "level", level.id, None, cell
    for cell in ladder.common.cells:
        yield "common", COMMON, None, cell
    for mixin in ladder.mixins:
        for cell in mixin.cells:
            yield "mixin", mixin.id, None, cell
        for at_level in mixin.cells_by_level:
            for cell in at_level.cells:
                yield "mixin", mixin.id, at_level.level, cell


def with_cells(ladder: Ladder, change: Callable[[tuple[Cell, ...]], tuple[Cell, ...]]) -> Ladder:
    """The ladder with the cells of every level, of all and of every role changed."""
    return replace(
        ladder,
        levels=tuple(replace(each, cells=change(each.cells)) for each in ladder.levels),
        common=replace(ladder.common, cells=change(ladder.common.cells)),
        mixins=tuple(
            replace(
                mixin,
                cells=change(mixin.cells),
                cells_by_level=tuple(
                    replace(at, cells=change(at.cells)) for at in mixin.cells_by_level
                ),
            )
            for mixin in ladder.mixins
        ),
    )


def with_each(ladder: Ladder, change: Callable[[Expectation], Expectation]) -> Ladder:
    """The ladder with every expectation changed, in the order of `expectation_keys`."""

    def changed(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(
            replace(cell, expectations=tuple(map(change, cell.expectations))) for cell in cells
        )

    return with_cells(ladder, changed)


def _free(key: str, taken: set[str], repeats: dict[str, int]) -> str:
    """The key, or its first free "-2", "-3"...; `repeats` remembers where the search stopped."""
    free = key
    while free in taken:
        repeats[key] = repeats.get(key, 1) + 1
        free = f"{key}-{repeats[key]}"
    return free


_EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")


def normalised(text: str) -> str:
    """Two texts with the same result say the same: case, emphasis and white space do not count."""
    plain = _EMPHASIS.sub("", unicodedata.normalize("NFC", text))
    return " ".join(plain.split()).casefold()
