"""Outline -> a proposal: what the document was taken for, what to ask, and the ladder it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ladders.asking import questions_about
from ladders.building import build
from ladders.document import Ladder, Source
from ladders.names import is_like_a_level
from ladders.outline import read_outline
from ladders.questions import Question, settled
from ladders.reading import NOT_IMPORTED, OwnerDraft, Part, Reading, read
from ladders.text import Change, Document

#: From this confidence on, a document counts as a ladder.
_ENOUGH = 0.5
#: Fewer expectations than these make no ladder.
_FEWEST = 3


class NotALadderError(ValueError):
    """Nothing in the document can be taken for levels and expectations."""


@dataclass(frozen=True, slots=True)
class Verdict:
    is_ladder: bool
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not imported, and why."""

    number: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """`parts` covers every line of the document that is not blank, each once."""

    verdict: Verdict
    parts: tuple[Part, ...]
    questions: tuple[Question, ...]
    changes: tuple[Change, ...]
    _reading: Reading
    _source: Source
    _name: str
    _unrepaired: str

    @property
    def not_imported(self) -> tuple[Line, ...]:
        return tuple(
            Line(part.line + offset, text.strip(), part.reason)
            for part in self.parts
            if part.role in NOT_IMPORTED
            for offset, text in enumerate(part.raw.split("\n"))
            if text.strip()
        )

    def ladder(self, answers: Mapping[str, str] | None = None) -> Ladder:
        """The ladder that these answers make; a question without an answer is as suggested.

        Raises AnswerError on an answer that is no option, and NotALadderError when there is nothing
        to build from.
        """
        given = dict(answers or {})
        chosen = settled(self.questions, given)
        if chosen.get("encoding") == "keep":
            as_it_came = Document(self._unrepaired, self._unrepaired, "none", ())
            again = propose(as_it_came, self._name, replace(self._source, encoding_repair="none"))
            asked = {question.id for question in again.questions}
            return again.ladder({key: given[key] for key in given if key in asked})
        if not _count_expectations(self._reading):
            raise NotALadderError(" ".join(self.verdict.reasons))
        return build(self._reading, chosen, self._source, self._name, confirmed="cascade" in given)


def propose(document: Document, name: str, source: Source) -> Proposal:
    """Never raises. `name` serves a document without a title."""
    reading = read(read_outline(document.text))
    return Proposal(
        _verdict(reading),
        tuple(reading.parts),
        questions_about(reading, document.changes),
        document.changes,
        reading,
        source,
        name,
        document.unrepaired,
    )


def _count_expectations(reading: Reading) -> int:
    return sum(
        len(cell.expectations) or bool(cell.prose)
        for owner in (*reading.levels, *reading.mixins)
        for cell in (owner.before, *owner.cells)
        if cell is not owner.before or cell.expectations
    )


def _verdict(reading: Reading) -> Verdict:
    levels = reading.levels
    count = _count_expectations(reading)
    if not levels or count < _FEWEST:
        return Verdict(False, 0.05, ("No headings look like levels with expectations.",))
    inside = sum(part.role in _INSIDE for part in reading.parts)
    outside = sum(part.role == "other" and bool(part.text) for part in reading.parts)
    placed = inside / (inside + outside)
    named = sum(is_like_a_level(level.found.name) for level in levels) / len(levels)
    shared = _shared(levels)
    confidence = round(0.4 * placed + 0.3 * named + 0.3 * shared, 2)
    taken = f"{len(levels)} headings are taken for levels, {count} texts for expectations."
    measured = (
        f"{placed:.0%} of the text stands in a level, {named:.0%} of the levels have a name that "
        f"looks like one, and they share {shared:.0%} of their dimensions."
    )
    return Verdict(placed >= _ENOUGH and confidence >= _ENOUGH, confidence, (taken, measured))


_INSIDE = frozenset({"expectation", "sub_point", "detail", "example", "attribute", "summary"})


def _shared(levels: list[OwnerDraft]) -> float:
    """How much of the dimensions the levels have in common; one level has nothing to compare."""
    named = [{cell.dimension for cell in level.cells} for level in levels if level.cells]
    if not named:
        return 0.0
    every = set().union(*named)
    return sum(len(each) for each in named) / (len(every) * len(named))
