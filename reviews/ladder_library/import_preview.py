"""A draft as its preview shows it: plain values made from the proposal and its corrections, no database, no Flask."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ladders.document import Cell, Dimension, Expectation, Ladder
from ladders.importing.corrections import (
    Corrections,
    DimensionChange,
    LevelChange,
    Placement,
    line_key,
)
from ladders.importing.fields import FieldUse
from ladders.importing.marks import Mark, address, lists_in
from ladders.importing.outline import Block
from ladders.importing.proposal import NotALadderError, Proposal, UnusedLine
from ladders.importing.questions import Question, held
from ladders.importing.sections import Section
from ladders.keys import expectation_keys, owned_cells
from ladders.names import name_key


def handle(name: str) -> str:
    """What a form calls something that is named by words of the document."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """What was uploaded, read with a person's corrections.

    `proposed` is the ladder before levels, dimensions and lines are changed: what corrections name.
    """

    proposal: Proposal
    corrections: Corrections
    proposed: Ladder

    @classmethod
    def of(cls, proposal: Proposal, corrections: Corrections) -> "ImportDraft":
        try:
            proposed = proposal.ladder(held(proposal.questions, corrections.answers))
        except NotALadderError:
            proposed = proposal.blank()
        return cls(proposal, corrections, proposed)

    @property
    def looks_like_a_ladder(self) -> bool:
        return bool(self.proposed.levels)

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What nobody has answered."""
        answers = held(self.proposal.questions, self.corrections.answers)
        return tuple(each for each in self.proposal.questions if each.id not in answers)

    def level(self, level_id: str) -> LevelChange:
        return self.corrections.levels.get(level_id, LevelChange())

    def dimension(self, dimension_id: str) -> DimensionChange:
        return self.corrections.dimensions.get(dimension_id, DimensionChange())

    @property
    def level_names(self) -> dict[str, str]:
        """The levels that are kept, by the names they have now."""
        return {
            each.id: self.level(each.id).name or each.name
            for each in self.proposed.levels
            if self.level(each.id).use == "level"
        }

    @property
    def dimension_names(self) -> dict[str, str]:
        return {
            each.id: self.dimension(each.id).name or each.name
            for each in self.proposed.dimensions
            if self.dimension(each.id).use == "dimension"
        }

    @property
    def added_dimensions(self) -> tuple[str, ...]:
        """Dimensions that the document does not have, and that lines were moved into, by their names."""
        known = {name_key(name) for each in self.proposed.dimensions for name in _names(each)}
        named = (place.named for place in self.corrections.lines.values() if place.named)
        by_key = {name_key(name): name for name in named}
        return tuple(name for key, name in by_key.items() if key not in known)

    def place(self, place: Placement) -> str:
        """A cell in words; empty where the level or the dimension is gone from the document."""
        levels = {each.id: each.name for each in self.proposed.levels}
        dimensions = {each.id: each.name for each in self.proposed.dimensions}
        level = self.level_names.get(place.level) or levels.get(place.level)
        dimension = self.dimension_names.get(place.dimension) or dimensions.get(place.dimension)
        dimension = place.named or dimension
        return f"{level}, {dimension}" if level and dimension else ""


def _names(dimension: Dimension) -> tuple[str, ...]:
    return (dimension.name, *dimension.aliases)


# -- Lines


@dataclass(frozen=True, slots=True)
class LineRow:
    handle: str
    line: UnusedLine


@dataclass(frozen=True, slots=True)
class FileLines:
    """The lines of a file that are not imported: those with words, and those of layout alone."""

    file: str
    words: tuple[LineRow, ...]
    layout: tuple[UnusedLine, ...]


def not_imported(draft: ImportDraft) -> tuple[FileLines, ...]:
    """By file, without the lines that were moved in by hand; every line where there is no ladder yet."""
    proposal = draft.proposal
    by_file: dict[str, list[UnusedLine]] = {}
    moved = {row.handle for row in moved_in(draft)}
    for line in proposal.not_imported if draft.looks_like_a_ladder else proposal.all_lines:
        if handle(line_key(line.text)) not in moved:
            by_file.setdefault(line.file, []).append(line)
    return tuple(
        FileLines(
            file,
            tuple(LineRow(handle(line_key(each.text)), each) for each in lines if each.has_words),
            tuple(each for each in lines if not each.has_words),
        )
        for file, lines in by_file.items()
    )


def notes(draft: ImportDraft) -> tuple[LineRow, ...]:
    """What was taken for notes about the ladder, without what was moved in by hand."""
    moved = {row.handle for row in moved_in(draft)}
    rows = (LineRow(handle(line_key(each.text)), each) for each in draft.proposal.notes)
    return tuple(row for row in rows if draft.looks_like_a_ladder and row.handle not in moved)


@dataclass(frozen=True, slots=True)
class MovedRow:
    handle: str
    text: str
    #: Where it is now: level and dimension, or nothing for a line that is left out.
    place: str


def moved_in(draft: ImportDraft) -> tuple[MovedRow, ...]:
    """Lines that a person moved into the ladder."""
    lines = (*draft.proposal.not_imported, *draft.proposal.notes)
    texts = {line_key(line.text): line.text for line in reversed(lines)}
    return tuple(
        MovedRow(handle(key), texts[key], where)
        for key, place in draft.corrections.lines.items()
        if key in texts and (where := draft.place(place))
    )


def left_out(draft: ImportDraft) -> tuple[MovedRow, ...]:
    """Lines of the ladder that a person left out."""
    removed = set(draft.corrections.removed)
    return tuple(
        MovedRow(handle(each.key), each.expectation.text, "")
        for each in expectation_keys(draft.proposed)
        if each.key in removed
    )


@dataclass(frozen=True, slots=True)
class ProposedLine:
    handle: str
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class ProposedCell:
    dimension: str
    cell: Cell
    lines: tuple[ProposedLine, ...]
    examples: int


@dataclass(frozen=True, slots=True)
class ProposedPart:
    """What a level, a role or the ladder as a whole states, cell by cell."""

    name: str
    note: str
    cells: tuple[ProposedCell, ...]

    @property
    def total(self) -> int:
        return sum(len(cell.lines) for cell in self.cells)


def proposed_parts(draft: ImportDraft) -> tuple[ProposedPart, ...]:
    """Every expectation as proposed, without those that were left out: what can be left out."""
    ladder = draft.proposed
    removed = set(draft.corrections.removed)
    keys = {id(each.expectation): each.key for each in expectation_keys(ladder)}
    names = {each.id: each.name for each in ladder.dimensions}
    owners: dict[tuple[str, str], list[ProposedCell]] = {}
    for kind, owner, _, cell in owned_cells(ladder):
        lines = tuple(
            ProposedLine(handle(keys[id(each)]), each)
            for each in cell.expectations
            if keys[id(each)] not in removed
        )
        shown = ProposedCell(names[cell.dimension], cell, lines, examples_in(cell))
        owners.setdefault((kind, owner), []).append(shown)
    found = [
        ProposedPart(level.name, level.code, tuple(owners.get(("level", level.id), ())))
        for level in ladder.levels
    ]
    found += [
        ProposedPart(ladder.common.name or "Every level", "", tuple(cells))
        for (kind, _), cells in owners.items()
        if kind == "common"
    ]
    found += [
        ProposedPart(mixin.name, "role", tuple(owners.get(("mixin", mixin.id), ())))
        for mixin in ladder.mixins
    ]
    return tuple(each for each in found if each.cells)


def examples_in(cell: Cell) -> int:
    return len(cell.examples) + sum(len(each.examples) for each in cell.expectations)


def placeholders(ladder: Ladder) -> tuple[str, ...]:
    """What the document announces and does not say yet."""
    names = {each.id: each.name for each in ladder.dimensions}
    whole = [each.name for each in ladder.levels if each.placeholder]
    whole += [each.name for each in ladder.mixins if each.placeholder]
    owners = {("level", each.id): each.name for each in ladder.levels}
    owners |= {("mixin", each.id): each.name for each in ladder.mixins}
    cells = [
        f"{owners.get((kind, owner), 'Every level')}, {names[cell.dimension]}"
        for kind, owner, _, cell in owned_cells(ladder)
        if cell.placeholder
    ]
    return (*whole, *cells)


# -- The fields of data files

#: What a field is for, in words.
FIELD_USES: Mapping[FieldUse, str] = {
    "name": "a name",
    "code": "a code or an id",
    "rank": "the place among the levels",
    "level": "a level, or what contains the levels",
    "dimension": "a dimension, or what contains the dimensions",
    "heading": "itself the name of a dimension or level",
    "holder": "contains other fields, and says nothing",
    "expectations": "expectations",
    "examples": "examples",
    "warnings": "warning signs",
    "summary": "a description",
    "details": "more about an expectation",
    "organisation": "the organisation",
    "licence": "the licence",
    "ignore": "not part of it",
    # Found by name, and of no use for any other field.
    "cascade": "whether levels build on each other",
    "version": "the version",
    "language": "the language",
    "attribute": "what else is said of an expectation",
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    handle: str
    name: str
    sample: str
    count: int
    understood: str


def field_rows(draft: ImportDraft) -> tuple[FieldRow, ...]:
    """What every field of a data file was taken for, with what a person corrected in them."""
    return tuple(
        FieldRow(
            handle(each.name),
            each.name,
            each.sample,
            each.count,
            "; ".join(FIELD_USES[use] for use in each.uses),
        )
        for each in draft.proposal.fields
    )


# -- The outline of the document, for mapping by hand


@dataclass(frozen=True, slots=True)
class ListRow:
    handle: str
    address: str
    lead: str
    words: str
    items: int


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """`is_again`: an earlier heading has the same names above it and speaks for this one too."""

    handle: str
    address: str
    name: str
    depth: int
    line: int
    file: str
    words: str
    understood: str
    lists: tuple[ListRow, ...]
    is_again: bool


_UNDERSTOOD = {
    "title": "the title",
    "track": "a track",
    "group": "a group of dimensions",
    "level": "a level",
    "mixin": "a role",
    "common": "common to all",
    "dimension": "a dimension",
}
_MOST_DEPTH = 5
#: Headings and lists that can be mapped on one page, and sent in one form.
MOST_MAPPED = 500


def outline(proposal: Proposal) -> tuple[HeadingRow, ...]:
    """The first headings of the document, at most `MOST_MAPPED` with their lists; one without any is one row.

    `proposal` is to be read without marks, so that what was left out by hand is there to be taken back.
    """
    roles = {(part.file, part.line): part.role for part in proposal.parts}
    files = [file.name for file in proposal.files]
    known: set[str] = set()
    rows: list[HeadingRow] = []
    shown = 0
    for section in proposal.structure.root.walk():
        heading = section.heading
        is_root_with_text = heading is None and any(block.text for block in section.body)
        if heading is None and not is_root_with_text:
            continue
        at = address(section)
        place = heading.place if heading else (0, 1)
        rows.append(
            HeadingRow(
                handle(at),
                at,
                section.name if heading else "Before the first heading",
                _depth(section),
                place[1],
                files[place[0]] if len(files) > 1 else "",
                _first_words(section.body),
                _UNDERSTOOD.get(roles.get(place, "") if heading else "", "not part of it"),
                tuple(islice(_lists(section, known), MOST_MAPPED - shown)),
                at in known,
            )
        )
        known.add(at)
        shown += 1 + len(rows[-1].lists)
        if shown >= MOST_MAPPED:
            break
    return tuple(rows)


def _lists(section: Section, known: set[str]) -> Iterator[ListRow]:
    for each in lists_in(section):
        if each.address not in known:
            known.add(each.address)
            items = each.items
            yield ListRow(
                handle(each.address),
                each.address,
                _cut(each.lead),
                _cut("; ".join(item.text for item in items[:3])),
                len(items),
            )


def _depth(section: Section) -> int:
    depth = 0
    while section.parent and section.parent.heading:
        section, depth = section.parent, depth + 1
    return min(depth, _MOST_DEPTH)


def _first_words(blocks: Iterable[Block]) -> str:
    text = next((block.text for block in blocks if block.text and block.kind != "item"), "")
    return _cut(text)


def _cut(text: str, most: int = 90) -> str:
    words = " ".join(text.replace("*", "").split())
    return words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0]} \u2026"


def marks_of(
    rows: Sequence[HeadingRow], chosen: Mapping[str, Mark], before: Mapping[str, Mark]
) -> dict[str, Mark]:
    """Address -> mark, for what was chosen by handle. What the document does not have now is kept for the next one."""
    here = {row.address for row in rows} | {each.address for row in rows for each in row.lists}
    kept = {at: mark for at, mark in before.items() if at not in here}
    by_handle = {row.handle: row.address for row in rows}
    by_handle |= {each.handle: each.address for row in rows for each in row.lists}
    return kept | {by_handle[each]: mark for each, mark in chosen.items()}
