"""The ladder as a value: everything the canonical file `ladder/1` can say.

An empty string or tuple means "not given"; None stands for a reference or a number that is not given.
"""

from dataclasses import dataclass
from typing import Literal, TypeVar

CascadeMode = Literal["none", "accumulate", "supersede"]
ExpectationKind = Literal["expectation", "anti_pattern"]


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """An illustration. It is never a requirement."""

    text: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class SameAs:
    """As in "Same as L2": takes the place of the cell of that level in the same dimension."""

    level: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One statement a person is judged by. `id` is explicit; `keys` names the others."""

    text: str
    id: str = ""
    label: str = ""
    detail: str = ""
    kind: ExpectationKind = "expectation"
    external_id: str = ""
    attributes: tuple[Attribute, ...] = ()
    examples: tuple[Example, ...] = ()
    children: tuple[str, ...] = ()
    same_as: SameAs | None = None
    replaces: tuple[str, ...] = ()
    placeholder: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one level or mixin role says about one dimension."""

    dimension: str
    summary: str = ""
    placeholder: bool = False
    not_applicable: bool = False
    same_as: SameAs | None = None
    attributes: tuple[Attribute, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackInheritance:
    """A track that also expects another track's levels below `below_rank`.

    Without `below_rank`, each level takes the other track's levels below its own rank.
    """

    track: str
    below_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Track:
    id: str
    name: str
    summary: str = ""
    inherits: tuple[TrackInheritance, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    icon: str = ""
    summary: str = ""
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """`cascade` overrides the ladder's mode; `implicit` means the source never named the dimension."""

    id: str
    name: str
    group: str | None = None
    icon: str = ""
    summary: str = ""
    aliases: tuple[str, ...] = ()
    implicit: bool = False
    cascade: CascadeMode | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """`rank` orders a track; `code` is for display and need not be unique.

    `inherits` names the levels this one builds on, in place of the ladder's rule; () means none.
    """

    id: str
    name: str
    rank: int
    code: str = ""
    aliases: tuple[str, ...] = ()
    track: str | None = None
    family: str = ""
    icon: str = ""
    anchor: str = ""
    summary: str = ""
    attributes: tuple[Attribute, ...] = ()
    placeholder: bool = False
    inherits: tuple[str, ...] | None = None
    cells: tuple[Cell, ...] = ()
    examples: tuple[Example, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Common:
    """What is asked at every level."""

    name: str = ""
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """Which levels a mixin role may be added to. What is not given does not limit."""

    tracks: tuple[str, ...] = ()
    from_rank: int | None = None
    to_rank: int | None = None
    levels: tuple[str, ...] = ()

    def allows(self, level: Level) -> bool:
        return (
            (not self.tracks or level.track in self.tracks)
            and (self.from_rank is None or level.rank >= self.from_rank)
            and (self.to_rank is None or level.rank <= self.to_rank)
            and (not self.levels or level.id in self.levels)
        )


@dataclass(frozen=True, slots=True)
class LevelCells:
    """What a mixin role asks at one level."""

    level: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Mixin:
    """A role added to a level: its expectations come on top of the level's own."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    anchor: str = ""
    placeholder: bool = False
    applies_to: AppliesTo = AppliesTo()
    cells: tuple[Cell, ...] = ()
    cells_by_level: tuple[LevelCells, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Cascade:
    """Whether a level also expects the levels below; `stated` is the source's own sentence."""

    mode: CascadeMode = "none"
    stated: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Licence:
    id: str = ""
    url: str = ""
    attribution: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    kind: Literal["", "file", "url", "git", "typed"] = ""
    url: str = ""
    path: str = ""
    commit: str = ""
    retrieved: str = ""
    sha256: str = ""
    files: tuple[str, ...] = ()
    encoding_repair: Literal["", "none", "mac_roman", "cp1252", "latin1"] = ""
    derived_from: str = ""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Text of the source that has no place in the ladder, with where it stood and why."""

    text: str
    at: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Document order is display order, in every list."""

    id: str
    name: str
    tagline: str = ""
    summary: str = ""
    icon: str = ""
    organisation: str = ""
    language: str = ""
    version: str = ""
    licence: Licence = Licence()
    source: Source = Source()
    cascade: Cascade = Cascade()
    notes: tuple[Note, ...] = ()
    tracks: tuple[Track, ...] = ()
    groups: tuple[Group, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    levels: tuple[Level, ...] = ()
    common: Common = Common()
    mixins: tuple[Mixin, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()

    def level(self, level_id: str) -> Level:
        """Raises KeyError when there is no such level; so do `track`, `mixin` and `dimension`."""
        return _by_id(self.levels, level_id)

    def track(self, track_id: str) -> Track:
        return _by_id(self.tracks, track_id)

    def mixin(self, mixin_id: str) -> Mixin:
        return _by_id(self.mixins, mixin_id)

    def dimension(self, dimension_id: str) -> Dimension:
        return _by_id(self.dimensions, dimension_id)


_Named = TypeVar("_Named", Track, Level, Mixin, Dimension)


def _by_id(things: tuple[_Named, ...], wanted: str) -> _Named:
    for thing in things:
        if thing.id == wanted:
            return thing
    raise KeyError(wanted)
