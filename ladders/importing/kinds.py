"""Which of the headings found are levels, which are roles and what is common to all, and which tracks hold them."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from ladders.importing.marks import Mark
from ladders.importing.roles import ADD_ONS, split_role
from ladders.importing.sections import ANTI_PATTERNS, Section
from ladders.importing.structure import (
    AT_LEAST,
    OwnerFound,
    OwnerKind,
    Structure,
    TrackFound,
    cells_under,
    content,
    likeness,
)
from ladders.names import COMMON, is_like_a_dimension, is_phrase, plain

_Thing = TypeVar("_Thing")

_ROLES = re.compile(r"\b(?:mix-?ins?|roles?|add-?ons?|hats?|specialt(?:y|ies))\b", re.IGNORECASE)
_MIXIN_ANCHOR = re.compile(r"(?:mix-?in|role)[-_]", re.IGNORECASE)
_ADDED = re.compile(
    r"\b(?:additional|added|extra) (?:responsibilit|dut|expectation)|\bon top of (?:your|the|their)"
    r" .{0,20}(?:level|role)|\bbeyond those\b.{0,40}\blevel",
    re.IGNORECASE,
)


def say_kinds(structure: Structure, candidates: list[Section], marked: Mapping[int, Mark]) -> None:
    _say_roles(structure)
    if structure.orientation == "outside":
        _add_beside(structure, candidates)
    for owner in structure.owners:
        if COMMON.fullmatch(plain(owner.name)):
            owner.kind = "common"
        for head in owner.heads:
            mark = marked.get(id(head))
            if mark and mark != "ignore":
                owner.kind = mark


def _say_roles(structure: Structure) -> None:
    """Which owners are roles added to a level: by anchor, by their own name, or by the heading that holds them."""
    roles = {
        id(owner)
        for owner in structure.owners
        if _MIXIN_ANCHOR.match(owner.anchor)
        or any(split_role(head.name)[1] for head in owner.heads)
        or (owner.container is not structure.title and _names_roles(owner.container))
    }
    if len(roles) == len(structure.owners):
        roles = set()
    for owner in structure.owners:
        if id(owner) in roles:
            owner.kind = "mixin"


def _add_beside(structure: Structure, candidates: list[Section]) -> None:
    """What stands beside the levels and is asked all the same."""
    heads = {id(head) for owner in structure.owners for head in owner.heads}
    inside = {
        id(inner) for owner in structure.owners for head in owner.heads for inner in head.walk()
    }
    for section in candidates:
        if id(section) in inside or any(id(each) in heads for each in section.walk()):
            continue
        kind = _added_kind(section) or ("mixin" if _is_among_roles(section, structure) else None)
        if not kind or not content(section):
            continue
        name, _ = split_role(section.name)
        owner = OwnerFound(name, [section], section.parent, list(section.body))
        owner.cells, owner.kind = cells_under(section), kind
        structure.owners.append(owner)
        inside |= {id(inner) for inner in section.walk()}
    place = {id(section): at for at, section in enumerate(structure.root.walk())}
    structure.owners.sort(key=lambda owner: place[id(owner.heads[0])] if owner.heads else 0)


def _added_kind(section: Section) -> OwnerKind | None:
    """What stands outside of the levels and is asked all the same: of everybody, or of those with a role."""
    if COMMON.fullmatch(plain(section.name)):
        return "common"
    if ANTI_PATTERNS.fullmatch(section.key):
        # What is warned of at any level is no role.
        return None
    if split_role(section.name)[1] or (section.parent and ADD_ONS.search(section.parent.name)):
        return "mixin"
    said = [block for block in section.body if block.kind == "paragraph"]
    listed = sum(block.kind == "item" for block in section.body) + len(section.children)
    if any(_ADDED.search(block.text) for block in said) and listed + len(said) > AT_LEAST:
        return "mixin"
    return None


def _is_among_roles(section: Section, structure: Structure) -> bool:
    """Whether a list that no dimension parts stands under a heading for roles, where no level does."""
    return (
        section.parent is not structure.title
        and _names_roles(section.parent)
        and not section.children
        and any(block.kind == "item" for block in section.body)
        and not is_phrase(section.name)
        and (likeness(section) > 0 or not is_like_a_dimension(section.name))
        and all(level.container is not section.parent for level in structure.levels)
    )


def _names_roles(section: Section | None) -> bool:
    return section is not None and _ROLES.search(section.name) is not None


def tracks_of(structure: Structure) -> list[TrackFound]:
    """By lists of contents that name levels, else by the headings that hold them."""
    owners = {id(head): owner for owner in structure.levels for head in owner.heads}
    tracks = []
    for section in structure.root.walk():
        named = [
            owners[id(structure.contents[block.place])]
            for block in section.body
            if block.place in structure.contents and id(structure.contents[block.place]) in owners
        ]
        if named and section.heading:
            tracks.append(TrackFound(section, list(_distinct(named))))
    if not tracks:
        by_container: dict[int, TrackFound] = {}
        for level in structure.levels:
            if (
                level.container
                and level.container is not structure.title
                and level.container.heading
            ):
                found = by_container.setdefault(
                    id(level.container), TrackFound(level.container, [])
                )
                found.members.append(level)
        tracks = list(by_container.values())
        if structure.orientation == "inside":
            tracks = []
    return tracks if len(tracks) >= AT_LEAST else []


def _distinct(things: Iterable[_Thing]) -> list[_Thing]:
    return list({id(thing): thing for thing in things}.values())
