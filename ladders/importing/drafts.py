"""What a reading of a document finds: its parts, and levels and roles with their cells."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ladders.importing.cells import CellDraft, Role, read_label
from ladders.importing.outline import Block
from ladders.importing.structure import OwnerFound, Structure
from ladders.names import LevelName, name_key

#: Parts with these roles are read, but no text of theirs is in the ladder.
NOT_IMPORTED: frozenset[Role] = frozenset({"contents", "heading", "layout", "other"})
#: Their texts name something, wherever they come again.
_NAMES: frozenset[Role] = frozenset({"title", "track", "group", "level", "mixin", "dimension"})
_EMPHASISED = re.compile(r"(?P<mark>[*_]{1,3})(?P<words>[^*_]+)(?P=mark)")


@dataclass(frozen=True, slots=True)
class Part:
    """What a block of the document was taken for, why, and how sure that is (0 to 1)."""

    file: int
    line: int
    last_line: int
    role: Role
    text: str
    raw: str
    reason: str
    confidence: float


class Held:
    """What of each line is in the ladder, by its words, since a line may hold several texts; and the names."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self.words: dict[tuple[int, int], set[str]] = {}
        self.names: set[str] = set()
        for part in parts:
            if part.role in _NAMES:
                self.names.add(name_key(part.text))
            if part.role not in NOT_IMPORTED:
                words = _words(part.text)
                for line in range(part.line, part.last_line + 1):
                    self.words.setdefault((part.file, line), set()).update(words)

    def has_line(self, file: int, line: int) -> bool:
        return (file, line) in self.words

    def has_words(self, file: int, line: int, text: str) -> bool:
        is_on_line = _words(text) <= self.words.get((file, line), set())
        return is_on_line or name_key(text) in self.names


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@dataclass(eq=False, slots=True)
class OwnerDraft:
    """A level, a role or what is common; `before` is what stands in front of its first dimension."""

    found: OwnerFound
    name: LevelName
    before: CellDraft
    cells: list[CellDraft]
    #: Label and value, and grades such as C1 behind the name of a group.
    attributes: list[tuple[str, str]] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    #: Where front matter says them.
    rank: int | None = None
    track: str = ""
    #: The level that the text says this one builds on, as it is called there.
    builds_on: str = ""

    @property
    def place(self) -> tuple[int, int]:
        heading = self.found.heads[0].heading if self.found.heads else None
        return heading.place if heading else (0, 1)


@dataclass(eq=False, slots=True)
class AddedDraft:
    """A role that the cells of levels speak of under a divider: its own cells, by level."""

    name: str
    #: The level's draft and the cell that belongs to the role there.
    cells: list[tuple[OwnerDraft, CellDraft]] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Reading:
    structure: Structure
    parts: list[Part]
    owners: list[OwnerDraft]
    added: list[AddedDraft]
    summary: list[Block]
    cascade: list[Block]
    licence: list[Block]
    #: Prose about the ladder, with the heading it stands under.
    notes: list[tuple[Block, str]]
    #: Key of a dimension -> prose that describes it.
    dimension_summaries: dict[str, list[Block]]
    file_names: list[str]

    @property
    def levels(self) -> list[OwnerDraft]:
        return [owner for owner in self.owners if owner.found.kind == "level"]

    @property
    def mixins(self) -> list[OwnerDraft]:
        return [owner for owner in self.owners if owner.found.kind == "mixin"]

    @property
    def common(self) -> list[OwnerDraft]:
        return [owner for owner in self.owners if owner.found.kind == "common"]


def attribute_items(owner: OwnerDraft) -> bool:
    """Whether the list before the first dimension is one of labels with values."""
    listed = owner.before.expectations
    return bool(owner.cells and listed) and all(
        read_label(each.block.text) and each.block.kind == "item" for each in listed
    )


def labelled(owner: OwnerDraft) -> Iterator[tuple[str, str]]:
    for each in owner.before.expectations:
        match = read_label(each.block.text)
        if match:
            yield label_of(match), value_of(match)


def label_of(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return (groups.get("name") or groups.get("bare") or "").strip()


def value_of(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return without_emphasis((groups.get("value") or groups.get("said") or "").strip())


def without_emphasis(value: str) -> str:
    """A value that is emphasised as a whole, without the marks of that."""
    emphasised = _EMPHASISED.fullmatch(value)
    return emphasised["words"] if emphasised else value
