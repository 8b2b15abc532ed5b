"""What the headings of a document are taken for: levels, roles and what is common, with the headings below them."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from ladders.importing.inline import without_generated
from ladders.importing.outline import Block
from ladders.importing.sections import ANTI_PATTERNS, COLUMN, EXAMPLES, Section
from ladders.names import level_likeness, plain

Orientation = Literal["outside", "inside"]
OwnerKind = Literal["level", "mixin", "common"]

#: Fewer say nothing of what a document does again and again.
AT_LEAST = 2

#: Headings of essays, courses and job advertisements.
OTHER_TEXTS = re.compile(
    r"\b(?:about us|apply|background|benefits|concept|conclusion|course|faq|how (?:this|to)"
    r"|installation|interviews?|introduction|key takeaways?|license|mistakes|nice to have|our stack"
    r"|perks|preferred|qualifications|questions|references|requirements|salary|takeaways?|usage"
    r"|we (?:offer|provide)|what (?:is|we|you.ll)|who (?:we|you) are|why)\b|\?$",
    re.IGNORECASE,
)

#: Headings over what the dimensions, or the words of a ladder, mean.
EXPLAINS = re.compile(
    r"\b(?:areas|attributes|competenc(?:ies|y areas)|definitions?|dimensions|glossary|legend|pillars"
    r"|skills|themes|traits|values|what (?:do )?(?:we|they) mean)\b",
    re.IGNORECASE,
)

#: Links with their words, in Markdown and in HTML, and the tags around them.
_LINKS = re.compile(
    r"!?\[[^\[\]]*\]\([^()]*\)|<a\b[^<>]*>[^<>]*</a>|</?[a-z][^<>]*>", re.IGNORECASE
)


@dataclass(eq=False, slots=True)
class CellFound:
    dimension: str
    section: Section
    group: Section | None = None
    #: The section that names the dimension.
    head: Section | None = None


@dataclass(eq=False, slots=True)
class OwnerFound:
    """A level, a role or what is common: its headings, the one that holds it among others, its cells.

    `body` is what stands before its first dimension.
    """

    name: str
    heads: list[Section]
    container: Section | None
    body: list[Block] = field(default_factory=list)
    cells: list[CellFound] = field(default_factory=list)
    kind: OwnerKind = "level"

    @property
    def anchor(self) -> str:
        return next((anchor.text for anchor in self.heads[0].anchors), "") if self.heads else ""


@dataclass(eq=False, slots=True)
class TrackFound:
    section: Section
    members: list[OwnerFound]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a reading fits the document; each part from 0 to 1."""

    placed: float
    named: float
    shared: float

    @property
    def score(self) -> float:
        return 0.4 * self.placed + 0.3 * self.named + 0.3 * self.shared


@dataclass(eq=False, slots=True)
class Structure:
    """`contents` tells for each item of a list of contents, by its place, the section it names.

    `is_by_hand`: a person has said which headings are levels.
    """

    root: Section
    title: Section | None
    contents: dict[tuple[int, int], Section]
    orientation: Orientation = "outside"
    fit: Fit = Fit(0.0, 0.0, 0.0)
    owners: list[OwnerFound] = field(default_factory=list)
    tracks: list[TrackFound] = field(default_factory=list)
    is_by_hand: bool = False

    @property
    def levels(self) -> list[OwnerFound]:
        return [owner for owner in self.owners if owner.kind == "level"]

    @property
    def mixins(self) -> list[OwnerFound]:
        return [owner for owner in self.owners if owner.kind == "mixin"]

    @property
    def common(self) -> list[OwnerFound]:
        return [owner for owner in self.owners if owner.kind == "common"]


# -- What stands in a section


_SAID = {"item", "paragraph", "quote"}


def content(section: Section, outside: set[int] | None = None) -> int:
    """How many texts stand in the section and below it."""
    if outside and id(section) in outside:
        return 0
    own = sum(is_said(block) for block in section.body)
    return own + sum(content(child, outside) for child in section.children)


def is_said(block: Block) -> bool:
    return block.kind in _SAID and bool(block.text) and block.level <= 1


def likeness(section: Section) -> float:
    hint = section.heading.hint if section.heading else ""
    if hint:
        return 1.0 if hint == "level" else 0.0
    return level_likeness(section.name)


def cells_under(owner: Section) -> list[CellFound]:
    """The headings under a level; one that only holds others is their group."""
    facets = _facets(owner)
    found = []
    for child in owner.children:
        inner = [
            each
            for each in child.children
            if each.key not in facets
            and content(each)
            and not EXAMPLES.fullmatch(each.key)
            and not ANTI_PATTERNS.fullmatch(each.key)
        ]
        holds_items = any(block.kind == "item" for block in child.body)
        if inner and not holds_items:
            found += [
                CellFound(inner_cell.dimension, inner_cell.section, child, inner_cell.head)
                for inner_cell in (_cell(each) for each in inner)
            ]
        else:
            found.append(_cell(child))
    return found


def _cell(section: Section) -> CellFound:
    return CellFound(without_outer(section.name, section.parent), section, None, section)


def _facets(owner: Section) -> set[str]:
    """Headings that come again inside one level say something of every dimension and are none."""
    counts = Counter(each.key for child in owner.children for each in child.children)
    return {key for key, count in counts.items() if count >= AT_LEAST}


def is_only_links(block: Block) -> bool:
    """Whether a text only leads elsewhere."""
    return (
        bool(block.links) and re.search(r"\w", _LINKS.sub("", without_generated(block.raw))) is None
    )


def without_outer(name: str, above: Section | None) -> str:
    """A name without the name of the heading above it, as in "Junior: Communication"."""
    if above is None or not above.heading:
        return name
    outer = plain(above.name)
    words = plain(name)
    for rest in (_without_start(words, outer), _without_end(words, outer)):
        if rest and rest != words:
            return rest
    return name


_DIVIDER = r"[:\u2013\u2014-]"
_AFTER = re.compile(rf"\s*{_DIVIDER}\s*")
_BEFORE = re.compile(rf"\s*{_DIVIDER}\s*\Z")


def _without_start(words: str, outer: str) -> str:
    if words[: len(outer)].lower() != outer.lower():
        return words
    divider = _AFTER.match(words, len(outer))
    return words[divider.end() :] if divider else words


def _without_end(words: str, outer: str) -> str:
    rest = words.removesuffix(")") if words.endswith(")") else ""
    if rest.lower().endswith(f"({outer}".lower()):
        return rest[: -len(outer) - 1].rstrip()
    if not words.lower().endswith(outer.lower()):
        return words
    rest = words[: len(words) - len(outer)]
    divider = _BEFORE.search(rest)
    return rest[: divider.start()] if divider else words


# -- Where levels stand


def spans(owners: list[OwnerFound]) -> dict[int, tuple[int, int]]:
    """The first and the last line of the levels in each file."""
    lines: dict[int, list[int]] = {}
    seen: set[int] = set()

    def take(section: Section) -> None:
        """Levels of one table share what stands under its rows; it counts once."""
        if id(section) in seen:
            return
        seen.add(id(section))
        anchors = (anchor for child in section.children for anchor in child.anchors)
        for block in (section.heading, *section.body, *anchors):
            if block:
                lines.setdefault(block.file, []).append(block.line)
        for child in section.children:
            take(child)

    for owner in owners:
        inside = [each for cell in owner.cells for each in (cell.section, cell.head) if each]
        for section in (*owner.heads, *inside):
            take(section)
    return {file: (min(found), max(found)) for file, found in lines.items()}


def places_of(structure: Structure) -> dict[int, tuple[int, int]]:
    """Where each heading stands among all: columns in the order of their table, whichever row fills them first."""
    first: dict[tuple[int, int, int], int] = {}
    places = {}
    for number, section in enumerate(structure.root.walk()):
        heading = section.heading
        if heading and section.depth == COLUMN:
            table = first.setdefault((*heading.place, section.depth), number)
            places[id(section)] = (table, heading.column)
        else:
            places[id(section)] = (number, 0)
    return places


def beside(structure: Structure) -> list[Section]:
    """The root, and every section that stands beside the levels and holds none of them."""
    claimed = {
        id(inner) for owner in structure.owners for head in owner.heads for inner in head.walk()
    }
    return [section for section in structure.root.walk() if id(section) not in claimed]
