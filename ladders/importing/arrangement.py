"""Reading -> the dimensions, tracks, ranks and licence that a document speaks of."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from ladders.importing.cascades import limit_of
from ladders.importing.cells import CellDraft
from ladders.importing.drafts import OwnerDraft, Reading
from ladders.importing.references import builds_on, is_next_below
from ladders.importing.sections import Section
from ladders.names import (
    Ids,
    are_close,
    is_like_a_dimension,
    level_likeness,
    name_key,
    plain,
    rank,
    split_icon,
)

#: More dimensions than any ladder has; beyond it, names are not compared with each other.
_MOST_COMPARED = 60


@dataclass(eq=False, slots=True)
class DimensionDraft:
    key: str
    id: str
    name: str
    icon: str
    group: Section | None
    owners: set[int] = field(default_factory=set)
    at: tuple[bool, int, int] = (True, sys.maxsize, 0)


@dataclass(frozen=True, slots=True)
class Merge:
    """Two dimensions that may be one: `variant` is the name used at fewer levels."""

    variant: DimensionDraft
    main: DimensionDraft


@dataclass(eq=False, slots=True)
class TrackDraft:
    id: str
    name: str
    levels: list[OwnerDraft]

    @property
    def start(self) -> int:
        """The lowest rank in it."""
        return min(ranks(self.levels), default=1)


def dimensions(reading: Reading) -> list[DimensionDraft]:
    """In the order of their headings in the document, those of levels before those of roles alone."""
    found: dict[str, DimensionDraft] = {}
    ids = Ids("dimension")
    for owner, cell in every_cell(reading):
        if not cell.dimension:
            continue
        key = name_key(cell.dimension)
        if key not in found:
            icon, name = split_icon(plain(cell.dimension))
            found[key] = DimensionDraft(key, ids.take(name), name, icon, cell.group)
        found[key].owners.add(id(owner))
        at = (owner.found.kind == "mixin", *cell.place)
        found[key].at = min(found[key].at, at)
        found[key].group = found[key].group or cell.group
    groups = {draft.group.key for draft in found.values() if draft.group}
    if len(groups) == 1 and all(draft.group for draft in found.values()):
        # One group of all dimensions tells nothing apart.
        for draft in found.values():
            draft.group = None
    return sorted(found.values(), key=lambda draft: draft.at)


#: Words of a department, whose ladder is called like it.
_DEPARTMENT = re.compile(
    r"(?:\s|&|and|business|customers?|data|design|engineering|marketing|operations|people|product|quality"
    r"|research|sales|security|software|success|support|team|testing)+",
    re.IGNORECASE,
)
_LADDER = re.compile(
    r"\b(?:bands?|careers?|expectations|framework|grades?|guide|handbook|journey|jobs?|ladders?|levels?"
    r"|matrix|overview|paths?|plan|positions?|progression|roadmap|roles?|rubric|titles?|tracks?)\b",
    re.IGNORECASE,
)


def title_as_dimension(reading: Reading) -> str:
    """The title of a document about one dimension, whose levels stand right under it and name no other; or nothing."""
    title = reading.structure.title
    if title is None or any(owner.cells for owner in reading.owners):
        return ""
    name = split_icon(plain(title.name))[1]
    is_over_all = all(
        head.parent is title for level in reading.levels for head in level.found.heads
    )
    is_one = is_like_a_dimension(name) or " of " in name.lower()
    is_ladder = (
        level_likeness(name) > 0
        or _LADDER.search(name) is not None
        or _DEPARTMENT.fullmatch(name) is not None
    )
    return name if is_over_all and is_one and not is_ladder else ""


def every_cell(reading: Reading) -> Iterable[tuple[OwnerDraft, CellDraft]]:
    """The cells that name a dimension: levels, then what is common, then roles."""
    for owner in (*reading.levels, *reading.common, *reading.mixins):
        for cell in owner.cells:
            yield owner, cell
    for added in reading.added:
        yield from added.cells


def merges(drafts: list[DimensionDraft]) -> list[Merge]:
    """Names so close that they may mean one dimension, and that no level uses both of."""
    if len(drafts) > _MOST_COMPARED:
        return []
    found = []
    taken: set[str] = set()
    for index, first in enumerate(drafts):
        for second in drafts[index + 1 :]:
            if first.owners & second.owners or not are_close(first.name, second.name):
                continue
            rarer = len(first.owners) < len(second.owners)
            variant, main = (first, second) if rarer else (second, first)
            if variant.key not in taken and main.key not in taken:
                taken.add(variant.key)
                found.append(Merge(variant, main))
    return found


def tracks(reading: Reading) -> list[TrackDraft]:
    """The named tracks with their levels; a level may be in none."""
    drafts = {id(draft.found): draft for draft in reading.levels}
    placed: set[int] = set()
    ids = Ids("track")
    found = []
    for track in reading.structure.tracks:
        members = [each for each in track.members if id(each) not in placed]
        placed |= {id(each) for each in members}
        name = track.section.name
        found.append(TrackDraft(ids.take(name), name, [drafts[id(each)] for each in members]))
    if not found:
        by_track: dict[str, list[OwnerDraft]] = {}
        for draft in reading.levels:
            if draft.track:
                by_track.setdefault(draft.track, []).append(draft)
        found = [
            TrackDraft(ids.take(name), name[:1].upper() + name[1:], levels)
            for name, levels in by_track.items()
        ]
    return found


@dataclass(frozen=True, slots=True)
class BaseTrack:
    """The track that others build on; `limit` is its highest level that is asked of them, where the text names it."""

    track: TrackDraft
    limit: OwnerDraft | None = None

    @property
    def limit_rank(self) -> int | None:
        places = zip(self.track.levels, ranks(self.track.levels), strict=True)
        return next((rank for level, rank in places if level is self.limit), None)

    def builds_on(self, track: TrackDraft) -> bool:
        """Whether the track may build on this one."""
        return track.id != self.track.id and (
            self.limit is not None or track.start > self.track.start
        )


def base(reading: Reading) -> BaseTrack | None:
    """The track with the level up to which others build on it, else the one that starts lowest."""
    drafts = tracks(reading)
    named = {name_key(limit) for block in reading.cascade if (limit := limit_of(block.text))}
    for track in drafts:
        for level in track.levels:
            if named & {name_key(each) for each in (level.name.code, level.name.name) if each}:
                return BaseTrack(track, level)
    lowest = min(drafts, key=lambda track: track.start, default=None)
    return BaseTrack(lowest) if lowest else None


def ranks(levels: list[OwnerDraft]) -> list[int]:
    """The numbers of the levels where each has its own, else their places in the list."""
    numbers = [draft.name.number if draft.rank is None else draft.rank for draft in levels]
    if len(set(numbers)) == len(numbers):
        given = [number for number in numbers if number is not None]
        if len(given) == len(numbers):
            return given
    return list(range(1, len(levels) + 1))


def is_descending(levels: list[OwnerDraft]) -> bool:
    """Whether the words of rank in the names fall from the first level to the last."""
    places = [place for draft in levels if (place := rank(draft.name.name)) is not None]
    return (
        len(places) >= _FEWEST_RANKED
        and len(places) * 2 >= len(levels)
        and places == sorted(places, reverse=True)
        and places[0] > places[-1]
    )


_FEWEST_RANKED = 2
_IN_FULL = {"jr": "junior", "sr": "senior"}


def levels_named(levels: Iterable[OwnerDraft], name: str) -> list[OwnerDraft]:
    """The levels that are called so: by name, code, alias or number, or in short."""
    key = _in_full(name)
    found = []
    for draft in levels:
        number = "" if draft.name.number is None else str(draft.name.number)
        known = (draft.name.name, draft.name.code, number, *draft.name.aliases)
        if key in [_in_full(each) for each in known if each]:
            found.append(draft)
    return found


def _in_full(name: str) -> str:
    words = re.findall(r"\w+", name_key(name))
    return " ".join(_IN_FULL.get(word, word) for word in words)


def stated_cascade(reading: Reading) -> list[str]:
    """What the text says of how levels build on each other, with sentences that name no level of the ladder."""
    stated = [block.text for block in reading.cascade]
    levels = reading.levels
    for owner, cell in every_cell(reading):
        named, text = cell.same_as or ("", "")
        others = (level for level in levels if level is not owner)
        if builds_on(text) and not is_next_below(named) and len(levels_named(others, named)) != 1:
            stated.append(text)
    return list(dict.fromkeys(stated))


_LICENCES = (
    (r"\bcc0\b|public domain dedication", "CC0-1.0"),
    (r"\bcc[ -]by-nc-sa\b|noncommercial-?sharealike", "CC-BY-NC-SA-{}"),
    (r"\bcc[ -]by-nc\b|attribution-noncommercial", "CC-BY-NC-{}"),
    (r"\bcc[ -]by-sa\b|attribution-share ?alike", "CC-BY-SA-{}"),
    (r"\bcc[ -]by-nd\b|attribution-noderiv", "CC-BY-ND-{}"),
    (r"\bcc[ -]by\b|creative commons attribution", "CC-BY-{}"),
    (r"\bmit licen[cs]e\b|\blicensed under (?:the )?mit\b", "MIT"),
    (r"\bapache licen[cs]e\b", "Apache-2.0"),
)
_VERSION = re.compile(r"\b([1-4]\.0)\b")


def licence_id(texts: Iterable[str]) -> str:
    """The SPDX id that the texts speak of, or nothing."""
    text = " ".join(texts)
    for pattern, name in _LICENCES:
        if re.search(pattern, text, re.IGNORECASE):
            version = _VERSION.search(text)
            return name.format(version[1] if version else "4.0")
    return ""
