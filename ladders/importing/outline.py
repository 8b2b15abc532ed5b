"""The outline of a document: a flat list of blocks that know their lines, whatever form it was written in.

`markdown` and `markup` read a text and tell a `Builder` what opens and closes; what the blocks mean for
a ladder is decided by `fitting` and `reading`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from ladders.importing.inline import Inline, is_image, read_inline
from ladders.importing.text import UnreadableError

BlockKind = Literal[
    "heading",
    "item",
    "paragraph",
    "quote",
    "table",
    "details",
    "end_details",
    "rule",
    "anchor",
    "comment",
    "code",
    "hidden",
    "front_matter",
    "attribute",
    "identifier",
    "reference",
    "naming",
    "about",
    "unused",
    "metadata",
    "warning",
    "image",
    "stray",
]

Hint = Literal["", "level", "dimension", "group"]

#: Of everything in a document, the texts in its tables included. More than ten times as much as we have seen.
MOST_BLOCKS = 20_000
TOO_MANY_BLOCKS = (
    f"There are more than {MOST_BLOCKS:,} paragraphs and points. No ladder has so many."
)
#: Of all tables of a document, with the empty ones, and a wide or high one as often as it is seen: enough for as many
#: expectations as a ladder has, each in a row of six.
MOST_CELLS = 12_000
MOST_COLUMNS = 200

#: Of one text, in characters. Several pages of it.
MOST_CHARACTERS = 10_000
#: What is set aside whole, whatever its length.
_UNREAD: frozenset[BlockKind] = frozenset({"code", "comment", "hidden", "front_matter"})

#: A line in bold that stands alone works as a heading below all others.
BOLD_LINE = 7


@dataclass(frozen=True, slots=True)
class TableCell:
    """What stands in a cell, as blocks of its own; `is_header` by the markup, not by its place."""

    blocks: "tuple[Block, ...]"
    is_header: bool = False
    #: How many rows and columns it covers.
    span: tuple[int, int] = (1, 1)

    @property
    def text(self) -> str:
        return " ".join(block.text for block in self.blocks if block.text)


@dataclass(frozen=True, slots=True)
class Block:
    """`text` is what a reader sees, `raw` the lines it stands in; lines count from 1, both ends included.

    An attribute, an identifier and a reference come from data files: "name: value" of the item above
    it, its id there, and a key that only says where a record belongs. An about explains the row of a
    table, in the same words at every level; metadata speak of the whole document; a warning is a
    statement that its source calls the opposite of what is asked; what is unused names nothing, such
    as the header in a corner.

    `level` is the level of a heading (1 to 6, or BOLD_LINE), the depth of a list item (from 1), and
    for everything else the depth of the item it stands in (0 outside of lists). `quoted` marks an
    item inside a quotation; `file` counts the files of a bundle from 0.
    """

    kind: BlockKind
    line: int
    last_line: int
    text: str
    raw: str
    level: int = 0
    links: tuple[str, ...] = ()
    quoted: bool = False
    rows: tuple[tuple[TableCell, ...], ...] = ()
    file: int = 0
    #: What the source says a heading names, where it says so: in a data file, or over a column.
    hint: Hint = ""
    #: Which column of its table a heading stands over, from 0.
    column: int = 0

    @property
    def place(self) -> tuple[int, int]:
        return self.file, self.line


@dataclass(frozen=True, slots=True)
class Outline:
    """The blocks of one file in reading order; `strays` are the lines that no block holds."""

    blocks: tuple[Block, ...]
    strays: tuple[Block, ...]
    lines: tuple[str, ...]


_EMPHASIS = r"\*\*\*?|___?"
_BOLD_LINE = re.compile(
    rf"(?P<mark>{_EMPHASIS})(?P<name>[^*_]{{1,120}}?):?(?P=mark):?"
    r"(?:\s+(?P<about>[*_][^*_].*[*_]))?"
)
#: A whole statement in bold, or a label with its value, is no heading.
_SENTENCE = re.compile(r":\s*\S|\S+(?:\s+\S+){7,}\.$")
_TASK = re.compile(r"\[[ xX]\][ \t]+")


def bold_alone(text: str) -> str:
    """The name that a line in bold by itself stands for, or nothing."""
    bold = _BOLD_LINE.fullmatch(text.strip())
    if bold is None or bold["about"] or _SENTENCE.search(bold["name"]):
        return ""
    return bold["name"].rstrip(":")


class Builder:
    """Takes the parts of a document in their order and makes blocks of them.

    `line` and `last_line` count from 1. What a quotation, a list item or a table cell holds is told
    between the calls that open and close it.
    """

    def __init__(self, lines: tuple[str, ...], file: int = 0) -> None:
        self.lines = lines
        self.file = file
        #: One list of blocks for the document, and one more for each table cell that is open.
        self.targets: list[list[Block]] = [[]]
        self.tables: list[_Table] = []
        self.quotes = 0
        self.items = _Items()
        self.blocks = 0
        self.cells = 0

    def outline(self) -> Outline:
        """What was read, with every line that no block holds as a stray."""
        while self.tables:
            self.close_table()
        held = [False] * (len(self.lines) + 2)
        for block in every_block(self.targets[0]):
            if block.kind != "table":
                held[block.line : block.last_line + 1] = [True] * (block.last_line - block.line + 1)
        strays = tuple(
            Block("stray", number, number, line.strip(), line, file=self.file)
            for number, line in enumerate(self.lines, 1)
            if line.strip() and not held[number]
        )
        return Outline(tuple(self.targets[0]), strays, self.lines)

    def add(self, kind: BlockKind, line: int, last_line: int, source: str, level: int = 0) -> None:
        """A block of words; `source` may hold inline marks."""
        self._say(kind, line, last_line, read_inline(source), level)

    def add_verbatim(self, kind: BlockKind, line: int, last_line: int, text: str = "") -> None:
        """A block whose text is no prose: code, a comment, a rule, an anchor."""
        self._append(kind, line, last_line, text, 0)

    def paragraph(self, line: int, last_line: int, source: str) -> None:
        """Words by themselves: the text of the item that waits for it, else a quote or paragraph.

        Images alone are a block of their own kind. Lines that each start with a bullet of a kind that Markdown does not
        know become items.
        """
        if not source.strip() and not self.items.is_waiting:
            return
        if is_image(source) and not self.items.is_waiting:
            self.add("image", line, last_line, source, self.items.depth)
            return
        if self.items.is_waiting:
            words = _TASK.sub("", source.strip(), count=1)
            depth = self.items.take()
            self._say("item", line, last_line, read_inline(words), depth, quoted=self.quotes > 0)
            return
        kind: BlockKind = "quote" if self.quotes else "paragraph"
        stands_alone = not (self.items.depth or self.quotes or len(self.targets) > 1)
        bold = _BOLD_LINE.fullmatch(source.strip()) if stands_alone else None
        if bold and not _SENTENCE.search(bold["name"]):
            name = read_inline(bold["name"])
            name = replace(name, text=name.text.rstrip(":"))
            self._say("heading", line, line, name, BOLD_LINE)
            if bold["about"]:
                self.add("paragraph", line, last_line, bold["about"])
            return
        self.add(kind, line, last_line, source, self.items.depth)

    def open_item(self) -> None:
        self.items.open()

    def close_item(self, line: int) -> None:
        if self.items.is_waiting:
            self._append("item", line, line, "", self.items.take())
        self.items.close()

    def open_quote(self) -> None:
        self.quotes += 1

    def close_quote(self) -> None:
        self.quotes = max(0, self.quotes - 1)

    def open_table(self, line: int) -> None:
        self.tables.append(_Table(line, self.items, self.quotes))
        self.items, self.quotes = _Items(), 0

    def open_row(self) -> None:
        if self.tables:
            self.close_cell()
            self.tables[-1].open_row()

    def open_cell(self, *, is_header: bool, span: tuple[int, int] = (1, 1)) -> None:
        if self.tables:
            self.close_cell()
            table = self.tables[-1]
            if not table.rows:
                self.open_row()
            self.count_cell(table, span)
            table.cell = is_header, span
            table.cell_is_open = True
            self.targets.append([])

    def count_cell(self, table: "_Table", span: tuple[int, int]) -> None:
        """Refuse a table that would take long to fill, before anything is made of it."""
        height, width = span
        row = len(table.rows)
        table.width += width
        if height > 1:
            table.below.append((row + height - 1, width))
        if table.width > MOST_COLUMNS:
            raise UnreadableError(
                f"There is a table of more than {MOST_COLUMNS} columns. No ladder has so many."
            )
        table.widest = max(table.widest, table.width)
        if self.cells + row * table.widest > MOST_CELLS:
            raise UnreadableError(
                f"There are more than {MOST_CELLS:,} cells in tables. No ladder has so many."
            )

    def close_cell(self) -> None:
        table = self.tables[-1] if self.tables else None
        if table and table.cell_is_open:
            table.cell_is_open = False
            self.items, self.quotes = _Items(), 0
            blocks = self.targets.pop()
            table.rows[-1].append(TableCell(tuple(blocks), *table.cell))

    def close_table(self, last_line: int | None = None) -> None:
        if not self.tables:
            return
        self.close_cell()
        table = self.tables.pop()
        self.cells += len(table.rows) * table.widest
        self.items, self.quotes = table.items, table.quotes
        rows = tuple(tuple(row) for row in table.rows if row)
        inside = [block.last_line for row in rows for cell in row for block in cell.blocks]
        last = max([table.line, *inside] if last_line is None else [table.line, last_line])
        self._append("table", table.line, last, "", self.items.depth, rows=rows)

    def _say(
        self,
        kind: BlockKind,
        line: int,
        last_line: int,
        inline: Inline,
        level: int,
        *,
        quoted: bool = False,
    ) -> None:
        """A block of words, and one for each part of them that is struck out: it stays listed."""
        if inline.text or not inline.struck:
            self._append(
                kind, line, last_line, inline.text, level, links=inline.links, quoted=quoted
            )
        for words in inline.struck:
            self._append("unused", line, last_line, words, self.items.depth)

    def _append(
        self,
        kind: BlockKind,
        line: int,
        last_line: int,
        text: str,
        level: int,
        *,
        links: tuple[str, ...] = (),
        quoted: bool = False,
        rows: tuple[tuple[TableCell, ...], ...] = (),
    ) -> None:
        last_line = max(line, min(last_line, len(self.lines)))
        while last_line > line and not self.lines[last_line - 1].strip():
            last_line -= 1
        self.blocks += 1
        if self.blocks > MOST_BLOCKS:
            raise UnreadableError(TOO_MANY_BLOCKS)
        if len(text) > MOST_CHARACTERS and kind not in _UNREAD:
            raise UnreadableError(
                f"Line {line}: a text of more than {MOST_CHARACTERS:,} characters. No ladder has one."
            )
        raw = "\n".join(self.lines[line - 1 : last_line])
        self.targets[-1].append(
            Block(kind, line, last_line, text, raw, level, links, quoted, rows, self.file)
        )


@dataclass(slots=True)
class _Items:
    """The list items that are open: whether each still waits for its text.

    One that holds a list in place of a text is None: what it holds stands in its place.
    """

    waiting: list[bool | None] = field(default_factory=list)
    #: How many of them have or wait for a text.
    depth: int = 0

    @property
    def is_waiting(self) -> bool:
        return bool(self.waiting and self.waiting[-1])

    def open(self) -> None:
        if self.is_waiting:
            self.waiting[-1] = None
        else:
            self.depth += 1
        self.waiting.append(True)

    def take(self) -> int:
        self.waiting[-1] = False
        return self.depth

    def close(self) -> None:
        if self.waiting and self.waiting.pop() is not None:
            self.depth -= 1


@dataclass(slots=True)
class _Table:
    line: int
    #: What was open around the table.
    items: _Items
    quotes: int
    rows: list[list[TableCell]] = field(default_factory=list)
    #: How many columns the last row covers so far.
    width: int = 0
    #: More than this no row does.
    widest: int = 0
    #: Cells that reach into the rows below: down to which row, and how many columns they cover.
    below: list[tuple[int, int]] = field(default_factory=list)
    cell: tuple[bool, tuple[int, int]] = (False, (1, 1))
    cell_is_open: bool = False

    def open_row(self) -> None:
        self.rows.append([])
        self.below = [each for each in self.below if each[0] >= len(self.rows)]
        self.width = sum(width for _, width in self.below)


def every_block(blocks: Iterable[Block]) -> Iterable[Block]:
    """The blocks with those inside of tables."""
    for block in blocks:
        yield block
        for row in block.rows:
            for cell in row:
                yield from every_block(cell.blocks)
