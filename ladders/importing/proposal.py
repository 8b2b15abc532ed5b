"""Files -> a proposal: what the documents were taken for, what to ask, and the ladder they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ladders.document import Ladder, Source
from ladders.importing.asking import questions_about
from ladders.importing.assembly import OPEN_ORDERS, Assembly, SourceText, assemble
from ladders.importing.building import build
from ladders.importing.drafts import NOT_IMPORTED, Held, OwnerDraft, Part, Reading
from ladders.importing.fields import FieldFound, FieldUse
from ladders.importing.fitting import read_structure
from ladders.importing.marks import Mark
from ladders.importing.outline import MOST_BLOCKS, TOO_MANY_BLOCKS, every_block
from ladders.importing.questions import Question, settled
from ladders.importing.reading import read
from ladders.importing.structure import Structure
from ladders.importing.text import Change, Document, UnreadableError
from ladders.limits import MOST_DIMENSIONS, MOST_EXPECTATIONS, MOST_IN_A_CELL, MOST_LEVELS
from ladders.names import in_a_row, is_title, name_key, plain, slug, split_icon

#: From this confidence on, a document counts as a ladder.
_ENOUGH = 0.5
#: From this confidence on, nobody needs to be asked whether it is one.
_SURE = 0.65
#: Headings are compared with each other; more take too long.
MOST_HEADINGS = 1_000
#: Fewer expectations than these make no ladder.
_FEWEST = 3
#: A smaller share of the text in levels makes an essay about levels.
_PLACED = 0.4
#: So many cells, so clearly levels against dimensions, are a ladder in a longer text.
_MANY_CELLS = 12
_CLEAR = 0.8
#: Levels with names that look less like levels than this are something else.
_NAMED = 0.2
#: A single level needs this share of headings that look like dimensions, or half if it has a code.
_ALIKE = 0.6
_CODED = 0.95
#: Where so many texts are titles, nothing is asked of anybody.
_TITLES = 0.6
#: What is no ladder is never surer than this.
_DOUBT = 0.45
#: So many levels are named in a sentence.
_MOST_NAMES = 12
_NOTHING = (
    "Nothing looks like levels with expectations: no headings, no rows or columns of a"
    " table, no lists and no fields."
)


class NotALadderError(ValueError):
    """Nothing in the document can be taken for levels and expectations."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the upload, with the repair of its characters."""

    name: str
    document: Document


@dataclass(frozen=True, slots=True)
class Verdict:
    is_ladder: bool
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnusedLine:
    """A line that is not imported, and why."""

    file: str
    number: int
    text: str
    why: str
    #: Whether it holds words that somebody may miss, and not only layout.
    has_words: bool = True


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """What a person says before anything is read into the text: see `read_structure` and `assemble`."""

    swap: bool = False
    marks: Mapping[str, Mark] = field(default_factory=dict)
    order: Sequence[str] = ()
    fields: Mapping[str, FieldUse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`parts` says of everything in the documents what it was taken for."""

    files: tuple[File, ...]
    verdict: Verdict
    parts: tuple[Part, ...]
    questions: tuple[Question, ...]
    changes: tuple[Change, ...]
    structure: Structure
    _reading: Reading
    _assembly: Assembly
    _source: Source
    _name: str
    _given_name: str
    _said: SaidBefore

    @property
    def not_imported(self) -> tuple[UnusedLine, ...]:
        """Every line that is not in the ladder, in the order of the files."""
        found: dict[tuple[int, int, str], UnusedLine] = {}
        nothing = not self._reading.owners
        held = Held(() if nothing else self.parts)
        told: set[tuple[int, int]] = set()
        for part in self.parts:
            if part.role not in NOT_IMPORTED and not nothing:
                continue
            if part.line == part.last_line and (part.file, part.line) in told:
                # A whole file may be one line, in which everything stands.
                continue
            for offset, raw in enumerate(part.raw.split("\n")):
                line = part.line + offset
                is_whole = not held.has_line(part.file, line)
                text = raw.strip() if is_whole else part.text
                is_apart = part.role == "heading" and not held.has_words(part.file, line, text)
                if is_whole:
                    told.add((part.file, line))
                if text and (is_whole or part.role == "other" or is_apart):
                    found.setdefault(
                        (part.file, line, text),
                        UnusedLine(
                            self.files[part.file].name,
                            line,
                            text,
                            part.reason,
                            has_words=part.role not in {"layout", "contents"},
                        ),
                    )
        return tuple(found[key] for key in sorted(found, key=lambda key: key[:2]))

    @property
    def notes(self) -> tuple[UnusedLine, ...]:
        """What is kept as a note about the ladder, of which a person may think otherwise."""
        return tuple(
            UnusedLine(self.files[part.file].name, part.line, part.text, part.reason)
            for part in self.parts
            if part.role == "note"
        )

    @property
    def all_lines(self) -> tuple[UnusedLine, ...]:
        """Every line that is not blank, for a document of which nothing is imported."""
        return tuple(
            UnusedLine(file.name, number, text.strip(), "no part of a ladder")
            for file in self.files
            for number, text in enumerate(file.document.text.split("\n"), 1)
            if text.strip()
        )

    @property
    def file_order(self) -> tuple[str, ...]:
        """The files in the order in which they are read, where a person can say another one."""
        if self._assembly.order_by not in OPEN_ORDERS:
            return ()
        tops = [section.heading.file for section in self._assembly.root.children if section.heading]
        return tuple(self.files[number].name for number in dict.fromkeys(tops))

    @property
    def fields(self) -> tuple[FieldFound, ...]:
        """What the fields of data files were taken for; none where there is no data file."""
        return self._assembly.fields

    def blank(self) -> Ladder:
        """A ladder by the name of the document that says nothing yet."""
        icon, name = split_icon(plain(self._name))
        return Ladder(slug(name) or "ladder", name, icon=icon, source=self._source)

    def ladder(self, answers: Mapping[str, str] | None = None) -> Ladder:
        """The ladder that these answers make; a question without an answer is as suggested.

        Raises AnswerError on an answer that is no option, and NotALadderError when there is nothing
        to build from.
        """
        given = dict(answers or {})
        chosen = settled(self.questions, given)
        if chosen.get("encoding") == "keep":
            as_it_came = [
                File(
                    file.name,
                    Document(file.document.unrepaired, file.document.unrepaired, "none", ()),
                )
                for file in self.files
            ]
            source = replace(self._source, encoding_repair="none")
            again = propose(as_it_came, self._given_name, source, self._said)
            asked = {question.id for question in again.questions}
            return again.ladder({key: given[key] for key in given if key in asked})
        is_none = chosen.get("ladder") == "no" or not _count_expectations(self._reading)
        if is_none or _is_too_large(self._reading):
            raise NotALadderError(" ".join(self.verdict.reasons))
        return build(
            self._reading,
            chosen,
            self._source,
            self._name,
            self._assembly.said,
            confirmed="cascade" in given,
        )


def propose(
    files: Sequence[File],
    name: str,
    source: Source,
    said: SaidBefore | None = None,
) -> Proposal:
    """`name` serves documents without a title.

    Raises UnreadableTableError, UnreadableYamlError, or UnreadableError for more headings than a ladder has.
    """
    said = said or SaidBefore()
    texts = [SourceText(file.name, file.document.text) for file in files]
    assembly = assemble(texts, said.order, said.fields)
    blocks = [block for outline in assembly.outlines for block in outline.blocks]
    if sum(1 for _ in every_block(blocks)) > MOST_BLOCKS:
        raise UnreadableError(TOO_MANY_BLOCKS)
    if sum(block.kind == "heading" for block in blocks) > MOST_HEADINGS:
        raise UnreadableError(
            f"There are more than {MOST_HEADINGS:,} headings. No ladder has so many."
        )
    structure = read_structure(
        assembly.root, about=assembly.about, swap=said.swap, marks=said.marks
    )
    for owner in structure.owners:
        # A level that no heading names is called by the file.
        owner.name = owner.name or name
    names = [file.name for file in files]
    reading = read(structure, assembly.outlines, names, assembly.fronts)
    verdict = _verdict(reading)
    changes = tuple(
        replace(change, file=file.name) for file in files for change in file.document.changes
    )
    questions = questions_about(
        reading,
        assembly,
        changes,
        is_ladder=verdict.is_ladder,
        is_sure=verdict.confidence >= _SURE,
    )
    return Proposal(
        tuple(files),
        verdict,
        tuple(reading.parts),
        questions,
        changes,
        structure,
        reading,
        assembly,
        source,
        _ladder_name(reading, assembly, name),
        name,
        said,
    )


def _ladder_name(reading: Reading, assembly: Assembly, name: str) -> str:
    """The title of the document, or of all its files, unless that names one of several levels or dimensions."""
    title = reading.structure.title
    names = {name_key(level.name.name) for level in reading.levels}
    heads = [head for owner in reading.owners for head in owner.found.heads]
    is_bundle = len(reading.file_names) > 1
    is_level = title in heads or (is_bundle and title is not None and title.key in names)
    said = assembly.said.get("title", "")
    is_chapter = bool(said and title and title.depth > 1)
    dimensions = {id(cell.head) for owner in reading.owners for cell in owner.found.cells}
    is_dimension = id(title) in dimensions and len(dimensions) > 1
    is_free = not is_chapter and not is_dimension and (not is_level or len(reading.levels) == 1)
    if title and title.name and is_free:
        return title.name
    if is_bundle and not said:
        return _what_all_share([owner.name.name for owner in reading.levels]) or name
    return said or name


def _what_all_share(names: Sequence[str]) -> str:
    """The last words that all names end with: "Junior Engineer" and "Engineer" are Engineers."""
    if not names:
        return ""
    words = [name.split()[::-1] for name in names]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return " ".join(reversed(shared))


def _count_expectations(reading: Reading) -> int:
    return sum(
        len(cell.expectations) + bool(cell.same_as)
        for owner in reading.owners
        for cell in (owner.before, *owner.cells)
    )


def _is_too_large(reading: Reading) -> bool:
    dimensions = {
        name_key(cell.dimension)
        for owner in reading.owners
        for cell in owner.cells
        if cell.dimension
    }
    return (
        len(reading.owners) > MOST_LEVELS
        or len(dimensions) > MOST_DIMENSIONS
        or _count_expectations(reading) > MOST_EXPECTATIONS
        or any(
            len(cell.expectations) > MOST_IN_A_CELL
            for owner in reading.owners
            for cell in (owner.before, *owner.cells)
        )
    )


_TOO_LARGE = (
    f"A ladder has at most {MOST_LEVELS} levels and roles, {MOST_DIMENSIONS} dimensions and"
    f" {MOST_EXPECTATIONS:,} expectations, {MOST_IN_A_CELL} of them in one dimension of a level, so this is read as"
    " none. Map its headings by hand, or leave out what is no part of it."
)


def _verdict(reading: Reading) -> Verdict:
    levels = reading.levels
    count = _count_expectations(reading)
    if _is_too_large(reading):
        taken = f"Taken for levels: {_names_of(levels)}. " if levels else ""
        return Verdict(False, 0.05, (f"{taken}For expectations: {count} texts.", _TOO_LARGE))
    if reading.structure.is_by_hand and count:
        return Verdict(True, 1.0, ("Which headings are levels was said by hand.",))
    if not levels or count < _FEWEST:
        return Verdict(False, 0.05, (_NOTHING,))
    fit = reading.structure.fit
    confidence = round(fit.score, 2)
    taken = f"Taken for levels: {_names_of(levels)}. For expectations: {count} texts."
    measured = [
        f"{fit.placed:.0%} of the text stands in a level",
        f"the names of the levels look {fit.named:.0%} like those of levels",
    ]
    if len(levels) == 1:
        measured.append(f"{fit.shared:.0%} of the headings look like dimensions")
    elif any(level.cells for level in levels):
        measured.append(f"{fit.shared:.0%} of the dimensions come again at another level")
    cells = sum(len(level.cells) for level in levels)
    is_matrix = cells >= _MANY_CELLS and fit.shared >= _CLEAR and fit.named >= _CLEAR
    is_placed = fit.placed >= _PLACED or is_matrix
    is_ladder = is_placed and fit.named >= _NAMED and confidence >= _ENOUGH
    if len(levels) == 1:
        is_ladder = is_ladder and fit.shared >= (_ALIKE if fit.named < _CODED else _ALIKE / 2)
    titles = _titles(reading)
    if titles >= _TITLES * count:
        is_ladder = False
        measured.append(f"{titles} of the texts are nothing but titles of jobs")
    if not is_ladder:
        confidence = min(confidence, _DOUBT)
    return Verdict(is_ladder, confidence, (taken, f"{in_a_row(measured)}."))


def _titles(reading: Reading) -> int:
    return sum(
        is_title(each.block.text)
        for level in reading.levels
        for cell in (level.before, *level.cells)
        for each in cell.expectations
    )


def _names_of(levels: Sequence[OwnerDraft]) -> str:
    names = [level.name.name or level.name.code for level in levels]
    if len(names) > _MOST_NAMES:
        names[_MOST_NAMES:] = [f"{len(names) - _MOST_NAMES} more"]
    return in_a_row(names)
