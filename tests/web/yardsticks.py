"""The ladders that a whole cycle is played on: two that companies really use, and a small one of our own.

What the pages must say of a real ladder is read from its golden files, never from our own importer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from ladders.importing.pipeline import read_upload
from tests.ladders import real
from tests.web.people import Somebody

Part = TypeVar("Part")
OWN = Path(__file__).parents[1] / "ladders" / "documents" / "orchestra.md"


@dataclass(frozen=True)
class Yardstick:
    """A ladder document, the step on it that two people want to take, and what that step asks."""

    name: str
    data: bytes
    current: str
    target: str
    #: The names of the mixin roles that the first candidate takes on.
    roles: tuple[str, ...]
    #: Dimension -> how many expectations are new at the target with its roles, and how many are not.
    asked: Mapping[str, tuple[int, int]]
    #: Dimension -> how many are new without the roles: what the second candidate is asked.
    asked_without_roles: Mapping[str, int]
    #: In the order in which the preview lists them.
    levels: tuple[str, ...]
    #: (level, dimension) -> how many expectations the document has there.
    cells: Mapping[tuple[str, str], int]
    #: For a document of one level: the ladder that it joins, and the place there.
    joins: "Yardstick | None" = None
    place: str = ""
    #: What is done by hand where the document does not look like a ladder.
    maps: Callable[[Somebody], None] | None = None

    @property
    def new(self) -> int:
        return sum(new for new, _ in self.asked.values())

    @property
    def total(self) -> int:
        return sum(new + already for new, already in self.asked.values())

    def spread(self, first: Part, between: Part, last: Part) -> dict[str, Part]:
        """Something for each dimension: in the first, in the last, and in those between."""
        names = list(self.asked)
        return dict.fromkeys(names, between) | {names[0]: first, names[-1]: last}


def own() -> Yardstick:
    """Every count here is counted by hand in the document."""
    levels = (
        "Section Player I",
        "Section Player II",
        "Soloist",
        "Guest of Honour",
        "Stage Manager",
    )
    counts = {"Duty": (2, 2, 1, 0, 1), "Habits & Mind": (1, 1, 1, 0, 1)}
    return Yardstick(
        name=OWN.name,
        data=OWN.read_bytes(),
        current="Section Player II",
        target="Soloist",
        roles=("Section Leader",),
        asked={"Duty": (2, 4), "Habits & Mind": (1, 2)},
        asked_without_roles={"Duty": 1, "Habits & Mind": 1},
        levels=levels,
        cells={
            (level, dimension): count
            for dimension, row in counts.items()
            for level, count in zip(levels, row, strict=True)
        },
    )


def backend_developer() -> Yardstick:
    """Levels that stand alone: everything that the target asks is new."""
    name, data = real.seed("003")
    golden = real.golden("seed-003-backend-developer")
    current, target = (level["name"] for level in golden["levels"][2:4])
    cells = _cells(golden)
    asked = {dimension: count for (level, dimension), count in cells.items() if level == target}
    return Yardstick(
        name=name,
        data=data,
        current=current,
        target=target,
        roles=(),
        asked={dimension: (count, 0) for dimension, count in asked.items()},
        asked_without_roles=asked,
        levels=_levels(golden),
        cells=cells,
    )


def engineering_bands() -> Yardstick:
    """Levels that build on each other, and a mixin role on top: a hundred expectations."""
    name, data = real.seed("004")
    golden = real.golden("seed-004-engineering-job-bands")
    cases = real.golden_effective("seed-004")["cases"]
    target = next(case for case in cases if case["effective"] == 100)
    # The same level without roles, and the level below it: what that one asks already is not new.
    at = next(at for at, case in enumerate(cases) if case["level"] == target["level"])
    current, alone = cases[at - 1], cases[at]
    ladder = read_upload(name, data).ladder()
    mixins = {mixin.id: mixin.name for mixin in ladder.mixins}
    dimensions = [dimension["name"] for dimension in golden["dimensions"]]
    return Yardstick(
        name=name,
        data=data,
        current=ladder.level(current["level"]).name,
        target=ladder.level(target["level"]).name,
        roles=tuple(mixins[role] for role in target["roles"]),
        asked={
            dimension: (new, before)
            for dimension, new, before in zip(
                dimensions,
                _new_in(target, current),
                current["per_dimension"].values(),
                strict=True,
            )
        },
        asked_without_roles=dict(zip(dimensions, _new_in(alone, current), strict=True)),
        levels=_levels(golden),
        cells=_cells(golden),
    )


def _joined(name: str, data: bytes, level: str, asked: Mapping[str, int]) -> Yardstick:
    """A level on top of the soloist in our own ladder, for somebody at the bottom of it.

    What the levels between ask is new to them as well.
    """
    base = own()
    at = base.levels.index("Soloist") + 1
    levels = (*base.levels[:at], level, *base.levels[at:])
    counts = dict(base.cells) | {(level, dimension): count for dimension, count in asked.items()}
    dimensions = ("Duty", "Habits & Mind", *asked)
    return replace(
        base,
        name=name,
        data=data,
        current="Section Player I",
        target=level,
        roles=(),
        asked={"Duty": (3, 2), "Habits & Mind": (2, 1)} | {d: (n, 0) for d, n in asked.items()},
        asked_without_roles={"Duty": 3, "Habits & Mind": 2} | dict(asked),
        levels=levels,
        cells={
            (each, dimension): counts.get((each, dimension), 0)
            for dimension in dimensions
            for each in levels
        },
        joins=base,
        place="Above Soloist, as rank 4",
    )


def _one_level(number: str, slug: str) -> Yardstick:
    golden = real.golden(slug)
    (level,) = golden["levels"]
    asked = {
        dimension["name"]: golden["cells"][f"{level['key']}|{dimension['name']}"]
        for dimension in golden["dimensions"]
    }
    return _joined(*real.seed(number), level["name"], asked)


def senior_data_engineer() -> Yardstick:
    return _one_level("000", "seed-000-octopus-l3-data-engineer")


def lead_data_engineer() -> Yardstick:
    return _one_level("001", "seed-001-lead-data-engineer")


def essay() -> Yardstick:
    """Its fourth chapter holds the six duties of the level that the title names."""
    name, data = real.seed("002")
    asked = {"Expectations": 6}
    return replace(_joined(name, data, title_of(data), asked), maps=map_the_fourth_chapter)


def title_of(essay: bytes) -> str:
    """Its first line without marks and numbers."""
    return re.sub(r"^[# 0-9.]+", "", essay.decode().splitlines()[0])


def map_the_fourth_chapter(odile: Somebody) -> None:
    """The chapter is a level, and the second list in it is no part of it."""
    assert odile.text("[aria-labelledby=page-verdict] h2") == "This does not look like a ladder"
    odile.follow("Map it by hand")
    chapter = ".outline > li:has(> fieldset > legend:has-text('4. '))"
    odile.tick("Level", within=f"{chapter} > fieldset")
    odile.tick("Left out", within=f"{chapter} .outline__list >> nth=1")
    odile.press("Use this map")


def _new_in(case: Mapping[str, Any], current: Mapping[str, Any]) -> list[int]:
    """Dimension by dimension: what a case asks and the current level, whose text it repeats, does not."""
    return [count - current["per_dimension"][key] for key, count in case["per_dimension"].items()]


def _levels(golden: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(level["name"] for level in golden["levels"])


def _cells(golden: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    return {
        (level["name"], dimension["name"]): golden["cells"].get(
            f"{level['name']}|{dimension['name']}", 0
        )
        for level in golden["levels"]
        for dimension in golden["dimensions"]
    }


#: By number of the seed; they stand beside the checkout.
REAL: Mapping[str, Callable[[], Yardstick]] = {
    "000": senior_data_engineer,
    "001": lead_data_engineer,
    "002": essay,
    "003": backend_developer,
    "004": engineering_bands,
}
YARDSTICKS: Mapping[str, Callable[[], Yardstick]] = {"own": own, **REAL}
