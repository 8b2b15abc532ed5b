"""Section tree -> which sections are levels, mixin roles and dimensions.

Decided from the whole document: headings that come again under different parents are one axis, their
parents the other, and the axis whose names look more like levels is the levels.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from ladders.names import is_like_a_level, name_key, slug
from ladders.outline import Block
from ladders.sections import Section


@dataclass(eq=False, slots=True)
class CellFound:
    dimension: str
    section: Section
    group: Section | None = None


@dataclass(eq=False, slots=True)
class OwnerFound:
    """A level or a mixin role: its headings, the one that holds it among others, its cells.

    `body` is what stands before its first dimension.
    """

    name: str
    heads: list[Section]
    container: Section | None
    body: list[Block] = field(default_factory=list)
    cells: list[CellFound] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return next((anchor.text for anchor in self.heads[0].anchors), "")


@dataclass(eq=False, slots=True)
class TrackFound:
    section: Section
    members: list[OwnerFound]


@dataclass(eq=False, slots=True)
class Structure:
    """`contents` tells for each item of a list of contents, by its line, the section it names."""

    root: Section
    title: Section | None
    contents: dict[int, Section]
    levels: list[OwnerFound] = field(default_factory=list)
    mixins: list[OwnerFound] = field(default_factory=list)
    tracks: list[TrackFound] = field(default_factory=list)


_Thing = TypeVar("_Thing")

LICENCE = re.compile(r"\blicen[cs](?:e|es|ed|ing)\b|\bcopyright\b", re.IGNORECASE)
EXAMPLES = re.compile(r"(?:for )?examples?\b.{0,20}", re.IGNORECASE)
_ROLES = re.compile(r"\b(?:mix-?ins?|roles?|add-?ons?|hats?)\b", re.IGNORECASE)
_MIXIN_ANCHOR = re.compile(r"(?:mix-?in|role)[-_]", re.IGNORECASE)

#: A list is one of contents when at least this share of its items names a section.
_CONTENTS_SHARE = 0.6
#: Sections side by side are levels when at least this share of their names look like levels.
_LEVEL_SHARE = 0.6
_AT_LEAST = 2


def read_structure(root: Section) -> Structure:
    sections = [section for section in root.walk() if section.heading]
    structure = Structure(root, _title(sections), _contents(root, sections))
    listing = {
        id(section)
        for section in root.walk()
        if any(block.line in structure.contents for block in section.body)
    }
    candidates = [
        section
        for section in sections
        if id(section) not in listing and not LICENCE.search(section.name)
    ]
    owners = _owners(candidates, structure)
    roles = _roles(owners, structure)
    structure.mixins = [owner for owner in owners if id(owner) in roles]
    structure.levels = [owner for owner in owners if id(owner) not in roles]
    structure.tracks = _tracks(structure)
    return structure


def _title(sections: list[Section]) -> Section | None:
    """The first heading, when no other stands as high or it opens the document."""
    return sections[0] if sections and sections[0].depth == 1 else None


def _contents(root: Section, sections: list[Section]) -> dict[int, Section]:
    """The items of lists that name other sections, by link or by the same words."""
    by_address: dict[str, Section] = {}
    for section in reversed(sections):
        by_address[slug(section.name)] = section
        by_address.update((anchor.text, section) for anchor in section.anchors)
    by_name = {section.key: section for section in reversed(sections)}
    found: dict[int, Section] = {}
    for section in root.walk():
        items = [block for block in section.body if block.kind == "item"]
        named: dict[int, Section] = {}
        links = 0
        for item in items:
            linked = next((link[1:] for link in item.links if link.startswith("#")), None)
            target = by_address.get(linked) if linked else by_name.get(name_key(item.text))
            if target:
                named[item.line] = target
                links += linked is not None
        # One item of a list may repeat a heading by chance, but not link to it.
        if (links or len(items) >= _AT_LEAST) and len(named) >= _CONTENTS_SHARE * len(items):
            found |= named
    return found


def _owners(candidates: list[Section], structure: Structure) -> list[OwnerFound]:
    cells = _repeated(candidates)
    if cells:
        parents = _distinct(section.parent for section in cells if section.parent)
        names = {section.key: section.name for section in cells}
        if _level_share(names.values()) > _level_share(parent.name for parent in parents):
            return _levels_inside(cells)
        return _levels_outside(parents, candidates, structure)
    flat = _flat_levels(candidates)
    if flat:
        return [
            OwnerFound(section.name, [section], section.parent, list(section.blocks()))
            for section in flat
        ]
    return _one_level(candidates, structure)


def _repeated(candidates: list[Section]) -> list[Section]:
    """The sections whose heading comes again under another parent, at the depth that holds most."""
    by_name: dict[tuple[int, str], list[Section]] = defaultdict(list)
    for section in candidates:
        if section.parent and section.parent.heading and not EXAMPLES.fullmatch(section.key):
            by_name[section.depth, section.key].append(section)
    by_depth: dict[int, list[Section]] = defaultdict(list)
    for (depth, _), sections in by_name.items():
        if len({id(section.parent) for section in sections}) >= _AT_LEAST:
            by_depth[depth] += sections
    return max(
        by_depth.values(),
        key=lambda sections: sum(_weight(section) for section in sections),
        default=[],
    )


def _weight(section: Section) -> int:
    return sum(block.kind in {"item", "paragraph"} for block in section.blocks())


def _levels_outside(
    parents: list[Section], candidates: list[Section], structure: Structure
) -> list[OwnerFound]:
    """The parents of repeated headings, and the sections beside them that are levels without any."""
    chosen = {id(section) for section in parents}
    places = {(id(section.parent), section.depth) for section in parents}
    listed = {id(section) for section in structure.contents.values()}
    for section in candidates:
        beside = (id(section.parent), section.depth) in places
        if beside and (id(section) in listed or is_like_a_level(section.name)):
            chosen.add(id(section))
    return [
        OwnerFound(section.name, [section], section.parent, list(section.body), _cells(section))
        for section in candidates
        if id(section) in chosen
    ]


def _cells(owner: Section) -> list[CellFound]:
    """The headings under a level; one that only holds others is their group."""
    found = []
    for child in owner.children:
        if child.children and not _has_prose(child):
            found += [CellFound(inner.name, inner, child) for inner in child.children]
        else:
            found.append(CellFound(child.name, child))
    return found


def _levels_inside(cells: list[Section]) -> list[OwnerFound]:
    """Dimensions are the outer headings, and each names the levels inside."""
    owners: dict[str, OwnerFound] = {}
    for section in cells:
        above = section.parent.parent if section.parent else None
        owner = owners.setdefault(section.key, OwnerFound(section.name, [], above))
        owner.heads.append(section)
        if section.parent:
            owner.cells.append(CellFound(section.parent.name, section))
    return list(owners.values())


def _flat_levels(candidates: list[Section]) -> list[Section]:
    """Sections side by side that look like levels and hold their list themselves."""
    beside: dict[tuple[int, int], list[Section]] = defaultdict(list)
    for section in candidates:
        if any(block.kind == "item" for block in section.body):
            beside[id(section.parent), section.depth].append(section)
    for sections in beside.values():
        names = [section.name for section in sections]
        if len(sections) >= _AT_LEAST and _level_share(names) >= _LEVEL_SHARE:
            return sections
    return []


def _one_level(candidates: list[Section], structure: Structure) -> list[OwnerFound]:
    """A document about one level: its title names the level, all other headings dimensions."""
    title = structure.title
    if title is None or not is_like_a_level(title.name):
        return []
    owner = OwnerFound(title.name, [title], None, list(title.body))
    for section in candidates:
        if section is not title and any(block.kind == "item" for block in section.body):
            parent = section.parent
            group = parent if parent and parent.heading and parent is not title else None
            owner.cells.append(CellFound(section.name, section, group))
    return [owner] if owner.cells else []


def _roles(owners: list[OwnerFound], structure: Structure) -> set[int]:
    """Which owners are roles added to a level: by anchor, or by the heading that holds them."""
    roles = {
        id(owner)
        for owner in owners
        if _MIXIN_ANCHOR.match(owner.anchor)
        or (owner.container is not structure.title and _names_roles(owner.container))
    }
    return roles if len(roles) < len(owners) else set()


def _names_roles(section: Section | None) -> bool:
    return section is not None and _ROLES.search(section.name) is not None


def _tracks(structure: Structure) -> list[TrackFound]:
    """By lists of contents that name levels, else by the headings that hold them."""
    owners = {id(head): owner for owner in structure.levels for head in owner.heads}
    tracks = []
    for section in structure.root.walk():
        named = [
            owners[id(structure.contents[block.line])]
            for block in section.body
            if block.line in structure.contents and id(structure.contents[block.line]) in owners
        ]
        if named and section.heading:
            tracks.append(TrackFound(section, _distinct(named)))
    if len(tracks) < _AT_LEAST:
        held: dict[int, TrackFound] = {}
        for owner in structure.levels:
            container = owner.container
            if container and container.heading and container is not structure.title:
                held.setdefault(id(container), TrackFound(container, [])).members.append(owner)
        tracks = list(held.values())
    return tracks if len(tracks) >= _AT_LEAST else []


def _has_prose(section: Section) -> bool:
    return any(block.kind in {"item", "paragraph", "quote", "table"} for block in section.body)


def _level_share(names: Iterable[str]) -> float:
    likely = [is_like_a_level(name) for name in names]
    return sum(likely) / len(likely) if likely else 0.0


def _distinct(things: Iterable[_Thing]) -> list[_Thing]:
    return list({id(thing): thing for thing in things}.values())
