"""Structure -> a reading: what every block of the document says, and drafts of levels and cells.

Each block gets exactly one part, so that nothing of the document can be lost: what no rule claims is
left as "other" and listed as not imported.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ladders.names import LevelName, read_level_name
from ladders.outline import Block, Outline
from ladders.sections import Section, read_sections
from ladders.structure import EXAMPLES, LICENCE, CellFound, OwnerFound, Structure, read_structure

Role = Literal[
    "title",
    "track",
    "group",
    "level",
    "mixin",
    "dimension",
    "summary",
    "attribute",
    "expectation",
    "sub_point",
    "detail",
    "example",
    "placeholder",
    "cascade",
    "licence",
    "note",
    "contents",
    "heading",
    "layout",
    "other",
]

#: Parts with these roles are read, but no text of theirs is in the ladder.
NOT_IMPORTED: frozenset[Role] = frozenset({"contents", "heading", "layout", "other"})


@dataclass(frozen=True, slots=True)
class Part:
    """What a block of the document was taken for, why, and how sure that is (0 to 1)."""

    line: int
    last_line: int
    role: Role
    text: str
    raw: str
    reason: str
    confidence: float


@dataclass(eq=False, slots=True)
class ExpectationDraft:
    block: Block
    details: list[Block] = field(default_factory=list)
    examples: list[Block] = field(default_factory=list)
    children: list[Block] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class CellDraft:
    dimension: str
    group: Section | None = None
    prose: list[Block] = field(default_factory=list)
    expectations: list[ExpectationDraft] = field(default_factory=list)
    examples: list[Block] = field(default_factory=list)
    placeholder: bool = False


@dataclass(eq=False, slots=True)
class OwnerDraft:
    """A level or mixin role; `before` is what stands in front of its first dimension."""

    found: OwnerFound
    name: LevelName
    before: CellDraft
    cells: list[CellDraft]

    @property
    def line(self) -> int:
        heading = self.found.heads[0].heading
        return heading.line if heading else 1


@dataclass(eq=False, slots=True)
class Reading:
    structure: Structure
    parts: list[Part]
    levels: list[OwnerDraft]
    mixins: list[OwnerDraft]
    summary: list[Block]
    cascade: list[Block]
    licence: list[Block]
    #: Prose about the ladder, with the heading it stands under.
    notes: list[tuple[Block, str]]


def read(outline: Outline) -> Reading:
    return _Reader(outline).reading()


_PLACEHOLDER = re.compile(
    r"\W*(?:forthcoming|coming soon|tb[cd]|to be (?:defined|determined|written|done)|"
    r"under construction|work in progress|wip|placeholder)\W*",
    re.IGNORECASE,
)
_CASCADE = re.compile(
    r"\bcascad\w+|\binherit\w*|\bcumulative\b|\bin addition to\b"
    r"|\b(?:all|everything)\b.{0,60}\b(?:previous|prior|lower|below)\b.{0,40}\b(?:level|band|grade)s?\b"
    r"|\b(?:builds? (?:up)?on|includes?)\b.{0,40}\b(?:previous|prior|lower|below)\b",
    re.IGNORECASE,
)
_LICENSED = re.compile(r"\blicen[cs]ed under\b|\ball rights reserved\b", re.IGNORECASE)
_EXAMPLE = re.compile(r"(?:e\.?g\.?|for example|examples?|such as)\b", re.IGNORECASE)


class _Reader:
    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.structure = read_structure(read_sections(outline))
        self.parts: dict[int, Part] = {}
        structure = self.structure
        self.about = _sections_about_the_ladder(structure)
        self.cell_sections = {
            id(cell.section)
            for owner in (*structure.levels, *structure.mixins)
            for cell in owner.cells
        }
        #: The items of lists of contents, by the section that they name.
        self.listed: dict[int, list[Block]] = {}
        for block in outline.blocks:
            if block.line in structure.contents:
                self.listed.setdefault(id(structure.contents[block.line]), []).append(block)
        self.summary: list[Block] = []
        self.cascade: list[Block] = []
        self.licence: list[Block] = []
        self.notes: list[tuple[Block, str]] = []

    def reading(self) -> Reading:
        structure = self.structure
        levels = [self.owner(each, "level") for each in structure.levels]
        mixins = [self.owner(each, "mixin") for each in structure.mixins]
        for track in structure.tracks:
            self.heading(track.section, "track", "a heading over a list of levels", 0.9)
        if structure.title and levels:
            self.heading(structure.title, "title", "the first heading of the document", 0.95)
        for section in structure.root.walk():
            self.rest(section)
        parts = [self.parts[block.line] for block in self.outline.blocks]
        return Reading(
            structure, parts, levels, mixins, self.summary, self.cascade, self.licence, self.notes
        )

    def mark(self, block: Block, role: Role, reason: str, confidence: float) -> None:
        self.parts.setdefault(
            block.line,
            Part(block.line, block.last_line, role, block.text, block.raw, reason, confidence),
        )

    def heading(self, section: Section, role: Role, reason: str, confidence: float) -> None:
        if section.heading:
            self.mark(section.heading, role, reason, confidence)

    def owner(self, found: OwnerFound, role: Literal["level", "mixin"]) -> OwnerDraft:
        reason = {
            "level": "stands beside others that hold the same headings",
            "mixin": "holds the headings of a level, but stands among the roles",
        }[role]
        if not found.cells:
            reason = "stands among the levels"
        for head in found.heads:
            self.heading(head, role, reason, 0.9)
            for anchor in head.anchors:
                self.mark(anchor, role, "the address of the heading below", 0.95)
        before = self.cell("", None, found.body)
        cells = [self.dimension(cell) for cell in found.cells]
        return OwnerDraft(found, self.name(found), before, cells)

    def name(self, found: OwnerFound) -> LevelName:
        """The name in the heading, with the code and aliases that a list of contents adds."""
        name = read_level_name(found.name)
        for item in self.listed.get(id(found.heads[0]), ()):
            listed = read_level_name(item.text)
            aliases = dict.fromkeys((*name.aliases, *listed.aliases))
            name = LevelName(name.name, name.code or listed.code, tuple(aliases))
        return name

    def dimension(self, found: CellFound) -> CellDraft:
        inside = found.section.name == found.dimension
        head = found.section if inside else found.section.parent or found.section
        where = "a heading inside a level" if inside else "a heading that holds the levels"
        self.heading(head, "dimension", where, 0.9)
        if found.group:
            self.heading(found.group, "group", "a heading that only holds dimensions", 0.8)
        return self.cell(found.dimension, found.group, self.blocks(found.section))

    def blocks(self, section: Section) -> Iterable[Block]:
        """What belongs to a cell: everything under its heading but other cells."""
        yield from section.body
        for child in section.children:
            if id(child) not in self.cell_sections:
                if child.heading:
                    yield child.heading
                yield from self.blocks(child)

    def cell(self, dimension: str, group: Section | None, blocks: Iterable[Block]) -> CellDraft:
        cell = CellDraft(dimension, group)
        examples = False
        for block in blocks:
            words = block.text.strip("*_: ")
            if block.kind in {"html", "heading", "paragraph"} and EXAMPLES.fullmatch(words):
                examples = True
                self.mark(block, "layout", "announces examples", 0.8)
            elif block.kind == "html" and "</details" in block.raw:
                examples = False
            elif block.kind == "item":
                self.item(cell, block, examples=examples)
            elif block.kind == "quote":
                self.quote(cell, block)
            elif block.kind == "paragraph":
                examples = False if not block.level else examples
                self.prose(cell, block)
        return cell

    def item(self, cell: CellDraft, block: Block, *, examples: bool) -> None:
        if not block.text:
            self.mark(block, "layout", "an empty list item", 0.9)
        elif examples:
            cell.examples.append(block)
            self.mark(block, "example", "stands in a list of examples", 0.85)
        elif block.level > 1 and cell.expectations:
            cell.expectations[-1].children.append(block)
            self.mark(block, "sub_point", "an item inside another", 0.7)
        else:
            cell.expectations.append(ExpectationDraft(block))
            self.mark(block, "expectation", "an item under the heading of a dimension", 0.9)

    def quote(self, cell: CellDraft, block: Block) -> None:
        if not block.text:
            self.mark(block, "layout", "an empty quotation", 0.9)
        elif cell.expectations:
            cell.expectations[-1].examples.append(block)
            self.mark(block, "example", "a quotation below the item that it illustrates", 0.85)
        elif _EXAMPLE.match(block.text):
            cell.examples.append(block)
            self.mark(block, "example", "a quotation that names itself an example", 0.85)
        else:
            cell.prose.append(block)
            self.mark(block, "summary", "a quotation before the first item", 0.7)

    def prose(self, cell: CellDraft, block: Block) -> None:
        if not block.text:
            self.mark(block, "layout", "a line without words", 0.9)
        elif _PLACEHOLDER.fullmatch(block.text):
            cell.placeholder = True
            self.mark(block, "placeholder", "says that the text is still to come", 0.9)
        elif block.level and cell.expectations:
            cell.expectations[-1].details.append(block)
            self.mark(block, "detail", "goes on below its item", 0.8)
        else:
            cell.prose.append(block)
            self.mark(block, "summary", "prose in a level", 0.7)

    def rest(self, section: Section) -> None:
        """What no level has claimed."""
        for anchor in section.anchors:
            self.mark(anchor, "layout", "an address that nothing needs", 0.9)
        is_licence = LICENCE.search(section.name) is not None
        if section.heading:
            if is_licence:
                self.heading(section, "licence", "names the licence", 0.9)
            self.heading(section, "heading", "a heading of its own, no part of a level", 0.7)
        for block in section.body:
            if block.line not in self.parts:
                self.leftover(section, block, is_licence=is_licence)

    def leftover(self, section: Section, block: Block, *, is_licence: bool) -> None:
        is_prose = block.kind in {"paragraph", "quote"} and block.text != ""
        if is_prose and (is_licence or _LICENSED.search(block.text)):
            self.licence.append(block)
            self.mark(block, "licence", "speaks of the licence", 0.9)
        elif block.line in self.structure.contents:
            self.mark(block, "contents", "a table of contents: read for tracks and order", 0.9)
        elif is_prose and id(section) in self.about and _CASCADE.search(block.text):
            self.cascade.append(block)
            self.mark(block, "cascade", "says that levels build on each other", 0.8)
        elif is_prose and (section is self.structure.title or not section.heading):
            self.summary.append(block)
            self.mark(block, "summary", "prose below the title", 0.7)
        elif is_prose and id(section) in self.about:
            self.notes.append((block, section.name))
            self.mark(block, "note", "prose about the ladder as a whole", 0.7)
        elif block.kind in {"rule", "anchor", "comment"} or not block.text:
            self.mark(block, "layout", "layout without words of its own", 0.7)
        else:
            self.mark(block, "other", "stands outside of every level", 0.6)


def _sections_about_the_ladder(structure: Structure) -> set[int]:
    """The root, the title, the headings over levels, and those over lists of contents."""
    listing = [
        section
        for section in structure.root.walk()
        if any(block.line in structure.contents for block in section.body)
    ]
    heads = [head for owner in (*structure.levels, *structure.mixins) for head in owner.heads]
    about = {id(structure.root)}
    if structure.title:
        about.add(id(structure.title))
    about |= {id(section) for section in listing}
    for section in (*listing, *heads):
        above = section.parent
        while above is not None and id(above) not in about:
            about.add(id(above))
            above = above.parent
    return about
