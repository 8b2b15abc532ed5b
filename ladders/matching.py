"""Which statement of a ladder's older text is which of its newer one: to show what changed, and to keep keys steady.

Nothing is matched twice. What is tried, in this order: the same key; the same words in the same cell, then anywhere;
close words in the same cell. A level, dimension or role whose id is gone is looked for by name, then by what it says.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ladders.document import Dimension, Ladder, Level, Mixin
from ladders.keys import KeyedExpectation, OwnerKind, expectation_keys, normalised

#: Texts are close when they share this part of their letters, taken three by three.
_CLOSE = 0.6
#: Close words are looked for this far up and down in a cell, which keeps long cells fast.
_NEAR = 25

#: What states a cell (kind, owner, and the level it is limited to) and the cell's dimension.
Place = tuple[OwnerKind, str, str | None, str]
Pair = tuple[KeyedExpectation, KeyedExpectation]

_Item = TypeVar("_Item")
_Thing = TypeVar("_Thing", Level, Dimension, Mixin)


@dataclass(frozen=True, slots=True)
class Matching:
    """`levels`, `dimensions` and `mixins` lead from each old id that is still there to the new one."""

    levels: Mapping[str, str]
    dimensions: Mapping[str, str]
    mixins: Mapping[str, str]
    #: In the order of the newer text.
    pairs: tuple[Pair, ...]
    removed: tuple[KeyedExpectation, ...]
    added: tuple[KeyedExpectation, ...]

    def moved(self, place: Place) -> Place:
        """A place of the older text under the ids of the newer one."""
        kind, owner, level, dimension = place
        owners = {"level": self.levels, "mixin": self.mixins, "common": {}}[kind]
        return (
            kind,
            owners.get(owner, owner),
            level and self.levels.get(level, level),
            self.dimensions.get(dimension, dimension),
        )


def match(old: Ladder, new: Ladder) -> Matching:
    """Every statement of both, once: in a pair, removed or added."""
    before, after = tuple(expectation_keys(old)), tuple(expectation_keys(new))
    nothing = Matching(
        levels=_same(old.levels, new.levels, _texts_by(before, "level"), _texts_by(after, "level")),
        dimensions=_same(old.dimensions, new.dimensions, _texts_by(before), _texts_by(after)),
        mixins=_same(old.mixins, new.mixins, _texts_by(before, "mixin"), _texts_by(after, "mixin")),
        pairs=(),
        removed=before,
        added=after,
    )
    by_key = _with(nothing, _equal(nothing, lambda old: old.key, lambda new: new.key))
    in_place = _with(
        by_key,
        _equal(
            by_key,
            lambda old: (by_key.moved(place_of(old)), _words(old)),
            lambda new: (place_of(new), _words(new)),
        ),
    )
    anywhere = _with(in_place, _equal(in_place, _words, _words))
    found = _with(anywhere, _close_in_place(anywhere))
    order = {item.key: number for number, item in enumerate(after)}
    return replace(found, pairs=tuple(sorted(found.pairs, key=lambda pair: order[pair[1].key])))


def place_of(item: KeyedExpectation) -> Place:
    return (item.owner_kind, item.owner_id, item.level, item.dimension)


def closest(
    ones: Sequence[_Item], others: Sequence[_Item], words: Callable[[_Item], str]
) -> list[tuple[_Item, _Item]]:
    """Pairs of close text, the closest first; each item at most once."""
    ours, theirs = (
        [_threes(words(one)) for one in ones],
        [_threes(words(other)) for other in others],
    )
    near = sorted(
        (-_shared(ours[here], theirs[there]), abs(here - there), here, there)
        for here in range(len(ours))
        for there in range(max(here - _NEAR, 0), min(here + _NEAR + 1, len(theirs)))
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for distance, _, here, there in near:
        if -distance >= _CLOSE and here not in pairs and there not in taken:
            pairs[here] = there
            taken.add(there)
    return [(ones[here], others[there]) for here, there in pairs.items()]


def _threes(text: str) -> frozenset[str]:
    padded = f"  {text} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """From 0 to 1."""
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def _words(item: KeyedExpectation) -> str:
    return normalised(item.expectation.text)


def _with(matching: Matching, found: Iterable[Pair]) -> Matching:
    found = tuple(found)
    ones, others = {one.key for one, _ in found}, {other.key for _, other in found}
    return replace(
        matching,
        pairs=matching.pairs + found,
        removed=tuple(item for item in matching.removed if item.key not in ones),
        added=tuple(item for item in matching.added if item.key not in others),
    )


def _equal(
    matching: Matching,
    old_mark: Callable[[KeyedExpectation], Hashable],
    new_mark: Callable[[KeyedExpectation], Hashable],
) -> Iterator[Pair]:
    """Pairs with an equal mark, the first with the first."""
    waiting: dict[Hashable, list[KeyedExpectation]] = defaultdict(list)
    for item in reversed(matching.removed):
        waiting[old_mark(item)].append(item)
    for item in matching.added:
        if found := waiting.get(new_mark(item)):
            yield found.pop(), item


def _close_in_place(matching: Matching) -> Iterator[Pair]:
    ones: dict[Place, list[KeyedExpectation]] = defaultdict(list)
    for item in matching.removed:
        ones[matching.moved(place_of(item))].append(item)
    others: dict[Place, list[KeyedExpectation]] = defaultdict(list)
    for item in matching.added:
        others[place_of(item)].append(item)
    for place, items in ones.items():
        yield from closest(items, others.get(place, []), _words)


# -- Levels, dimensions and roles under another id

_TextsBy = Mapping[str, set[str]]


def _texts_by(items: Iterable[KeyedExpectation], by: OwnerKind | None = None) -> _TextsBy:
    """The texts of each level or role, or without either the texts of each dimension."""
    texts: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if by in {None, item.owner_kind}:
            texts[item.owner_id if by else item.dimension].add(_words(item))
    return texts


def _same(
    old: Iterable[_Thing], new: Iterable[_Thing], before: _TextsBy, after: _TextsBy
) -> dict[str, str]:
    """Old id -> new id: the same, else that of a shared name, else that of who says half of the same at least."""
    gone = {thing.id: thing for thing in old}
    come = {thing.id: thing for thing in new}
    same = {each: each for each in gone.keys() & come.keys()}
    for each in same:
        del gone[each], come[each]
    named = {name: thing.id for thing in reversed(come.values()) for name in _names(thing)}
    saying: dict[str, list[str]] = defaultdict(list)
    for each in come:
        for text in after.get(each, ()):
            saying[text].append(each)
    for each, thing in gone.items():
        by_name = (named[name] for name in _names(thing) if named.get(name) in come)
        found = next(by_name, None) or _who_says(before.get(each, set()), saying, after, come)
        if found:
            same[each] = found
            del come[found]
    return same


def _names(thing: Level | Dimension | Mixin) -> list[str]:
    return [normalised(name) for name in (thing.name, *thing.aliases) if name.strip()]


def _who_says(
    texts: set[str], saying: Mapping[str, list[str]], after: _TextsBy, come: Container[str]
) -> str | None:
    shared = Counter(each for text in texts for each in saying.get(text, ()) if each in come)
    most = min(shared, key=lambda each: (-shared[each], each), default=None)
    if most and 2 * shared[most] >= max(len(texts), len(after[most])):
        return most
    return None
