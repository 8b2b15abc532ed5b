"""The parts of a table: what its cells say and name, and the words that stand over columns."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ladders.importing.outline import Block, TableCell
from ladders.names import (
    EXPERIENCE_WORDS,
    LEVEL_WORDS,
    PAY_WORDS,
    TITLE_WORDS,
    is_code,
    is_like_a_level,
    plain,
)

AT_LEAST = 2
SHARE = 0.6
_MOST_NAME_WORDS = 12
LEVEL_HEADER = re.compile(
    r"(?:job |career |role |target |seniority )?(?:levels?|grades?|bands?|seniority|stages?|steps?"
    r"|roles?|titles?|positions?|tiers?|ranks?|rungs?)(?: name| title| code| id)?"
    rf"|{LEVEL_WORDS}|{TITLE_WORDS}",
    re.IGNORECASE,
)
#: Columns and labels that describe a level, and hold nothing to be judged by.
ATTRIBUTES = re.compile(
    r"(?:(?:typical |approximate |minimum |expected |average |required )?(?:years?|experience"
    r"|tenure|education|degree)(?: of .{0,30}| in .{0,30}| required)?|(?:job |typical |other |also "
    r"known as )?(?:titles?|aka)|equivalen\w+(?: .{0,20})?|salary(?: .{0,20})?|compensation"
    r"|pay(?: .{0,20})?|reports to|reporting line|direct reports|team size|planning horizon"
    r"|time ?horizon|time in (?:role|level)|(?:grade|band|code|job code|level code|ic level)"
    rf"|career stage|location|impact radius|evaluation|{TITLE_WORDS}|{EXPERIENCE_WORDS}|{PAY_WORDS})",
    re.IGNORECASE,
)
#: Columns and headings over a description of the level as a whole.
SUMMARIES = re.compile(
    r"(?:(?:role |level |job |short )?(?:summary|description|overview|definition|purpose|profile"
    r"|tagline)|in (?:short|a nutshell)|tl;?dr|about(?: this (?:level|role))?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GridRow:
    """`names` are the names in front of a row, outermost first; a cell without a column is text of the row."""

    names: tuple[Block, ...]
    cells: tuple[tuple[Block | None, tuple[Block, ...]], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    rows: tuple[GridRow, ...]
    #: Blocks of the table that name nothing and stand in no cell.
    rest: tuple[Block, ...] = ()


# -- Names


def name_of(cell: TableCell) -> Block | None:
    """The block that a row or column is named by, when the cell holds nothing but a name."""
    text = _titled(cell) or cell.text
    if not text or len(text.split()) > _MOST_NAME_WORDS:
        return None
    first, last = cell.blocks[0], cell.blocks[-1]
    if not _titled(cell) and len(cell.blocks) == AT_LEAST:
        text = code_and_title(first.text, last.text) or text
    return Block(
        "heading",
        first.line,
        last.last_line,
        text,
        first.raw,
        links=first.links,
        file=first.file,
    )


def code_and_title(one: str, other: str) -> str:
    """The name of a level whose code and title stand apart, or nothing."""
    code, title = (one, other) if is_code(one) else (other, one)
    if not is_code(code) or is_code(title) or LEVEL_HEADER.fullmatch(title):
        return ""
    if code.isdecimal() and not is_like_a_level(title):
        # A number beside a name may count anything.
        return ""
    return f"{plain(code)}: {plain(title)}"


def _titled(cell: TableCell) -> str:
    """The name in a cell that says under headings of its own what it is called, and at which level."""
    said = {key: after.text for key, _, after in _pairs(cell)}
    title = said.get("title") or said.get("name") or said.get("role") or ""
    return f"Level {said['level']}: {title}" if title and "level" in said else title


def said_beside_name(cell: TableCell) -> tuple[Block, ...]:
    """What a cell says under headings of its own besides what it is called."""
    if not _titled(cell):
        return ()
    said = {key: (heading, after) for key, heading, after in _pairs(cell)}
    title = next(key for key in ("title", "name", "role") if key in said and said[key][1].text)
    used = {id(block) for key in (title, "level") for block in said.get(key, ())}
    return tuple(block for block in cell.blocks if id(block) not in used)


def _pairs(cell: TableCell) -> Iterator[tuple[str, Block, Block]]:
    """The headings in a cell with what stands right below each, by their words."""
    for block, after in pairwise(cell.blocks):
        if block.kind == "heading" and after.kind != "heading":
            yield block.text.strip("*_: ").lower(), block, after


def named_twice(cells: list[TableCell]) -> Block | None:
    """A code and a title in columns of their own are one name."""
    names = [name for cell in cells if (name := name_of(cell))]
    if len(names) < AT_LEAST:
        return names[0] if names else None
    code, title = names[:AT_LEAST]
    if is_code(title.text) and not is_code(code.text):
        code, title = title, code
    return replace(code, text=f"{code.text}: {title.text}")


def carried(
    row: list[TableCell], places: Iterable[int], before: list[TableCell]
) -> list[TableCell]:
    """An empty cell in front of others goes on with the name above it, until an outer name is another one."""
    row = list(row)
    for place in places if before else ():
        if not row[place].text:
            row[place] = before[place]
        elif row[place].text != before[place].text:
            break
    return row


def only_numbers(head: Sequence[TableCell], body: list[list[TableCell]], place: int) -> bool:
    """Whether a column does nothing but count the rows; a number may be left out or come twice."""
    if not _COUNT_HEADER.fullmatch(head[place].text.strip("*_ ")):
        return False
    texts = [row[place].text for row in body if row[place].text]
    found = [int(count[1]) for text in texts if (count := _COUNT.fullmatch(text))]
    steps = {after - before for before, after in pairwise(found)}
    return len(found) == len(texts) > 1 and found[0] <= 1 and 1 in steps <= {0, 1}


_COUNT = re.compile(r"\(?([0-9]{1,3})[.):]?")
_COUNT_HEADER = re.compile(
    r"\W*|(?:s\.? ?)?n(?:o|r|um|umber|\u00ba|\u00b0)?\.?|(?:item|line|row)(?: (?:no|nr|number))?\.?",
    re.IGNORECASE,
)


def words_of(cell: TableCell) -> str:
    return " ".join(re.split(r"[\W_]+", cell.text)).strip()


# -- What cells say


def unused(cells: Iterable[TableCell]) -> tuple[Block, ...]:
    """What stands over columns and names none of the levels or dimensions."""
    return tuple(
        block if block.kind == "reference" else replace(block, kind="unused")
        for cell in cells
        for block in cell.blocks
    )


def statements(blocks: tuple[Block, ...]) -> list[Block]:
    """The lines of one record are one statement, unless it holds a list."""
    if any(block.kind == "item" for block in blocks) or len(blocks) < AT_LEAST:
        return [_as_item(block) for block in blocks]
    first, last = blocks[0], blocks[-1]
    text = " ".join(block.text for block in blocks)
    return [_as_item(replace(first, last_line=last.last_line, text=text))]


def _as_item(block: Block) -> Block:
    return Block(
        "item", block.line, block.last_line, block.text, block.raw, 1, block.links, file=block.file
    )


def as_example(block: Block) -> Block:
    return Block(
        "quote", block.line, block.last_line, block.text, block.raw, 0, block.links, file=block.file
    )
