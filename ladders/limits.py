"""How large a ladder may be, whichever way it comes in: what a page can show, and a person read and arrange."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from ladders.document import Ladder
from ladders.keys import owned_cells

#: Levels and roles together.
MOST_LEVELS = 100
MOST_DIMENSIONS = 100
#: Tracks, and groups of dimensions.
MOST_GROUPS = 100
MOST_EXPECTATIONS = 2_000
#: Of one level or role in one dimension.
MOST_IN_A_CELL = 200
LONGEST_NAME = 300
LONGEST_TEXT = 20_000
#: Of all texts together, and how many there may be: names, notes, examples and facts as well.
MOST_CHARACTERS = 1_000_000
MOST_TEXTS = 20_000

#: Where the ladder is from, and what of that has no place in it.
_BESIDE = {"source", "unmapped"}

_Path = tuple[str | int, ...]


def excesses(ladder: Ladder) -> Iterator[tuple[_Path, str]]:
    """What there is too much of, each a sentence with the path of the value that it is about."""
    expectations = [len(cell.expectations) for *_, cell in owned_cells(ladder)]
    texts = [
        found
        for field in dataclasses.fields(ladder)
        if field.name not in _BESIDE
        for found in _texts((field.name,), getattr(ladder, field.name))
    ]
    counts: list[tuple[str, int, int, str]] = [
        ("levels", len(ladder.levels) + len(ladder.mixins), MOST_LEVELS, "levels and roles"),
        ("dimensions", len(ladder.dimensions), MOST_DIMENSIONS, "dimensions"),
        ("tracks", len(ladder.tracks), MOST_GROUPS, "tracks"),
        ("groups", len(ladder.groups), MOST_GROUPS, "groups of dimensions"),
        ("levels", sum(expectations), MOST_EXPECTATIONS, "expectations"),
        ("levels", len(texts), MOST_TEXTS, "texts"),
        ("levels", sum(len(text) for _, text in texts), MOST_CHARACTERS, "characters"),
    ]
    for name, count, most, what in counts:
        if count > most:
            yield (name,), f"A ladder has at most {most:,} {what}."
    if max(expectations, default=0) > MOST_IN_A_CELL:
        yield (
            ("levels",),
            f"A level or role has at most {MOST_IN_A_CELL} expectations in one dimension.",
        )
    for path, text in texts:
        if len(text) > LONGEST_TEXT:
            yield path, f"A text has at most {LONGEST_TEXT:,} characters."


def _texts(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    """Every text that is not empty, with its path."""
    if isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _texts((*path, number), each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _texts((*path, field.name), getattr(value, field.name))
