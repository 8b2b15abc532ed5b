"""What a level with its mixin roles really asks: the one place where cascades are resolved.

The rules are those of the canonical format; each expectation says where it comes from.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ladders.document import CascadeMode, Cell, Expectation, Ladder, Level, Mixin, SameAs
from ladders.keys import (
    COMMON,
    KeyedExpectation,
    OwnerKind,
    expectation_keys,
    normalised,
    owned_cells,
)

OriginKind = Literal["own", "inherited", "common", "role"]


@dataclass(frozen=True, slots=True)
class Origin:
    """`source_id` names the level or role that states the expectation; `key` is its key there."""

    kind: OriginKind
    source_id: str
    source_name: str
    key: str


@dataclass(frozen=True, slots=True)
class EffectiveExpectation:
    """`key` is that of the first origin; several origins mean that several places say the same."""

    key: str
    expectation: Expectation
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class EffectiveDimension:
    dimension: str
    expectations: tuple[EffectiveExpectation, ...]


@dataclass(frozen=True, slots=True)
class Effective:
    """Dimensions in the ladder's order; one that asks nothing is left out."""

    level: str
    roles: tuple[str, ...]
    dimensions: tuple[EffectiveDimension, ...]
    warnings: tuple[str, ...]

    def expectations(self) -> Iterator[tuple[str, EffectiveExpectation]]:
        """Each with its dimension, in display order."""
        for asked in self.dimensions:
            for expectation in asked.expectations:
                yield asked.dimension, expectation


@dataclass(frozen=True, slots=True)
class Split:
    """The keys of a target's expectations: new there, or expected already before it."""

    new: frozenset[str]
    already: frozenset[str]


def effective(ladder: Ladder, level_id: str, roles: Sequence[str] = ()) -> Effective:
    """Raises KeyError when there is no such level; a role that cannot be added is a warning."""
    return _Resolution(_Statements(ladder), ladder.level(level_id), roles).result()


def effective_levels(ladder: Ladder) -> dict[str, Effective]:
    """What each level asks, without roles, by its id. What they share is looked up once."""
    statements = _Statements(ladder)
    return {level.id: _Resolution(statements, level, ()).result() for level in ladder.levels}


def split_new(target: Effective, current: Effective | None) -> Split:
    """What the current level expects already, and what is new.

    Without a current level, whatever the target does not only inherit is new.
    """
    if current is None:
        new = frozenset(
            item.key
            for _, item in target.expectations()
            if any(origin.kind != "inherited" for origin in item.origins)
        )
    else:
        keys = {origin.key for _, item in current.expectations() for origin in item.origins}
        texts = {
            (dimension, normalised(item.expectation.text))
            for dimension, item in current.expectations()
        }
        new = frozenset(
            item.key
            for dimension, item in target.expectations()
            if keys.isdisjoint(origin.key for origin in item.origins)
            and (dimension, normalised(item.expectation.text)) not in texts
        )
    return Split(new, frozenset(item.key for _, item in target.expectations()) - new)


def references(cell: Cell) -> tuple[SameAs, ...]:
    """Every level that the cell, or a row of it, calls the same."""
    named = (cell.same_as, *(each.same_as for each in cell.expectations))
    return tuple(each for each in named if each)


def taken_over(ladder: Ladder, level_id: str, dimension: str) -> frozenset[str]:
    """The levels whose cells are taken for a part of this one's: those it names, those they name, and so on."""
    found: set[str] = set()
    waiting = [level_id]
    while waiting:
        for cell in ladder.level(waiting.pop()).cells:
            if cell.dimension == dimension:
                named = {each.level for each in references(cell)} - found
                found |= named
                waiting += named
    return frozenset(found)


#: What states a cell (kind, owner, and the level it is limited to) and the cell's dimension.
_Place = tuple[OwnerKind, str, str | None, str]

_ORDER: tuple[OriginKind, ...] = ("own", "inherited", "common", "role")


class _Statements:
    """What a ladder states, by the place that states it."""

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.levels = {each.id: each for each in ladder.levels}
        self.cells: dict[_Place, Cell] = {
            (kind, owner, level, cell.dimension): cell
            for kind, owner, level, cell in owned_cells(ladder)
        }
        self.stated: dict[_Place, list[KeyedExpectation]] = {}
        #: Key -> the words by which two expectations are found to say the same.
        self.words: dict[str, str] = {}
        for keyed in expectation_keys(ladder):
            place = (keyed.owner_kind, keyed.owner_id, keyed.level, keyed.dimension)
            self.stated.setdefault(place, []).append(keyed)
            self.words[keyed.key] = normalised(keyed.expectation.text)


class _Resolution:
    """What one level asks with its roles, and the warnings about that."""

    def __init__(self, statements: _Statements, level: Level, roles: Sequence[str]) -> None:
        self.ladder = statements.ladder
        self.levels = statements.levels
        self.cells = statements.cells
        self.stated = statements.stated
        self.words = statements.words
        self.level = level
        self.roles = tuple(dict.fromkeys(roles))
        self.warnings: dict[str, None] = {}

    def result(self) -> Effective:
        if self.level.placeholder:
            self.warn(f"level {self.level.id} is a placeholder")
        mixins = self.added_mixins()
        chain = self.chain()
        gathered = {
            dimension.id: [
                (keyed, self.origin(keyed))
                for keyed in self.gather(
                    dimension.id, dimension.cascade or self.ladder.cascade.mode, chain, mixins
                )
            ]
            for dimension in self.ladder.dimensions
        }
        replaced = self.replaced(keyed for found in gathered.values() for keyed, _ in found)
        dimensions = tuple(
            EffectiveDimension(dimension, kept)
            for dimension, found in gathered.items()
            if (kept := self.once_each(found, replaced))
        )
        return Effective(self.level.id, self.roles, dimensions, tuple(self.warnings))

    def warn(self, sentence: str) -> None:
        self.warnings[sentence] = None

    def added_mixins(self) -> list[Mixin]:
        known = {mixin.id: mixin for mixin in self.ladder.mixins}
        added = []
        for role in self.roles:
            mixin = known.get(role)
            if mixin is None:
                self.warn(f"role {role} is not in this ladder")
            elif mixin.placeholder:
                self.warn(f"role {role} is a placeholder")
            elif not mixin.applies_to.allows(self.level):
                self.warn(f"role {role} does not apply to level {self.level.id}")
            else:
                added.append(mixin)
        return added

    def chain(self) -> list[Level]:
        """The levels this one builds on, nearest first."""
        chain: dict[str, Level] = {}
        expanded = {self.level.id}
        waiting = self.below(self.level)
        while waiting:
            level, follow = waiting.popleft()
            if level.id != self.level.id:
                chain.setdefault(level.id, level)
            if follow and level.id not in expanded:
                expanded.add(level.id)
                waiting.extendleft(reversed(self.below(level)))
        return list(chain.values())

    def below(self, level: Level) -> deque[tuple[Level, bool]]:
        """The next levels of the chain, each with whether its own chain is still to be followed."""
        if level.inherits is not None:
            for unknown in level.inherits:
                if unknown not in self.levels:
                    self.warn(f"level {level.id} inherits {unknown}, which is not in this ladder")
            return deque(
                (self.levels[each], True) for each in level.inherits if each in self.levels
            )
        below = self.track_below(level.track, level.rank)
        for track in self.ladder.tracks:
            if track.id == level.track:
                for inherited in track.inherits:
                    limit = inherited.below_rank
                    below += self.track_below(
                        inherited.track, level.rank if limit is None else limit
                    )
        return deque((each, False) for each in below)

    def track_below(self, track: str | None, rank: int) -> list[Level]:
        lower = [each for each in self.ladder.levels if each.track == track and each.rank < rank]
        return sorted(lower, key=lambda each: -each.rank)

    def gather(
        self, dimension: str, mode: CascadeMode, chain: list[Level], mixins: list[Mixin]
    ) -> Iterator[KeyedExpectation]:
        """Everything that level, chain, common and roles ask in a dimension, before removal."""
        ids = [each.id for each in (self.level, *chain)]
        yield from self.cascaded(mode, [self.asked("level", each, None, dimension) for each in ids])
        yield from self.asked("common", COMMON, None, dimension)
        for mixin in mixins:
            yield from self.asked("mixin", mixin.id, None, dimension)
            # What a role says at a level is valid there; it adds up with the levels, but supersedes nothing.
            for each in ids if mode == "accumulate" else ids[:1]:
                yield from self.asked("mixin", mixin.id, each, dimension)

    def cascaded(
        self, mode: CascadeMode, asked: list[list[KeyedExpectation]]
    ) -> list[KeyedExpectation]:
        """What is still valid of the level's own items and those below it, nearest first."""
        if mode == "none":
            return asked[0]
        if mode == "supersede":
            return next(filter(None, asked), [])
        return [keyed for each in asked for keyed in each]

    def asked(
        self, kind: OwnerKind, owner: str, at_level: str | None, dimension: str
    ) -> list[KeyedExpectation]:
        """A cell's own requirements, then those of the cells that it calls the same as."""
        found: list[KeyedExpectation] = []
        places: deque[_Place] = deque([(kind, owner, at_level, dimension)])
        seen: set[str] = set()
        while places:
            place = places.popleft()
            cell = self.cells.get(place)
            if cell is None:
                continue
            references = [cell.same_as] if cell.same_as else []
            for keyed in self.stated.get(place, ()):
                if keyed.expectation.same_as:
                    references.append(keyed.expectation.same_as)
                elif _required(cell, keyed.expectation):
                    found.append(keyed)
            for reference in references:
                if reference.level not in self.levels:
                    self.warn(
                        f"{place[1]} is the same as {reference.level}, which is not in this ladder"
                    )
                elif reference.level not in seen:
                    seen.add(reference.level)
                    places.append(("level", reference.level, None, dimension))
        return found

    def origin(self, keyed: KeyedExpectation) -> Origin:
        if keyed.owner_kind == "common":
            return Origin("common", COMMON, self.ladder.common.name, keyed.key)
        if keyed.owner_kind == "mixin":
            name = self.ladder.mixin(keyed.owner_id).name
            return Origin("role", keyed.owner_id, name, keyed.key)
        kind: OriginKind = "own" if keyed.owner_id == self.level.id else "inherited"
        return Origin(kind, keyed.owner_id, self.levels[keyed.owner_id].name, keyed.key)

    def replaced(self, found: Iterable[KeyedExpectation]) -> set[str]:
        """The keys that one of the found expectations takes the place of."""
        replaced: set[str] = set()
        for keyed in found:
            for each in keyed.expectation.replaces:
                replaced.add(each)
                if each not in self.words:
                    self.warn(f"{keyed.key} replaces {each}, which is not in this ladder")
        return replaced

    def once_each(
        self, found: Iterable[tuple[KeyedExpectation, Origin]], replaced: set[str]
    ) -> tuple[EffectiveExpectation, ...]:
        """In order of origin; what several places say alike becomes one with all their origins."""
        once: dict[str, dict[str, tuple[Expectation, Origin]]] = {}
        for keyed, origin in sorted(found, key=lambda each: _ORDER.index(each[1].kind)):
            if keyed.key not in replaced:
                same = once.setdefault(self.words[keyed.key], {})
                same.setdefault(keyed.key, (keyed.expectation, origin))
        return tuple(
            EffectiveExpectation(
                next(iter(alike)),
                next(iter(alike.values()))[0],
                tuple(origin for _, origin in alike.values()),
            )
            for alike in once.values()
        )


def _required(cell: Cell, expectation: Expectation) -> bool:
    return not (cell.placeholder or expectation.placeholder or expectation.kind == "anti_pattern")
