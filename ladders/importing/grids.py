"""A table as a grid: which of its rows and columns name something, and what the cells between them hold."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ladders.importing.fields import is_kind, is_warning
from ladders.importing.outline import Block, Hint, TableCell
from ladders.keys import normalised
from ladders.names import (
    EXPERIENCE_WORDS,
    LEVEL_WORDS,
    TITLE_WORDS,
    is_code,
    is_like_a_level,
    level_likeness,
    name_key,
    plain,
)

_LEVEL_HEADER = re.compile(
    r"(?:job |career |role |target |seniority )?(?:levels?|grades?|bands?|seniority|stages?|steps?"
    r"|roles?|titles?|positions?|tiers?|ranks?|rungs?)(?: name| title| code| id)?"
    rf"|{LEVEL_WORDS}|{TITLE_WORDS}",
    re.IGNORECASE,
)
_DIMENSION_HEADER = re.compile(
    r"(?:sub-?)?(?:dimensions?|competenc(?:y|e|ies)|areas?|categor(?:y|ies)|skills?|themes?"
    r"|pillars?|attributes?|topics?|criteri(?:on|a)|traits?|axis|axes|aspects?|facets?|capabilit\w+"
    r"|focus(?: areas?)?|skill areas?|groups?|value|behaviou?r groups?|domains?)(?: name| id)?",
    re.IGNORECASE,
)
_TEXT_HEADER = re.compile(
    r"(?:expectations?|descriptions?|behaviou?rs?|statements?|texts?|criteri(?:on|a)|requirements?"
    r"|expected behaviou?rs?|definitions?|details?|what .{0,40}|examples?|responsibilit\w+"
    r"|evidence|indicators?|competenc(?:y|e|ies)|bullets?|items?)",
    re.IGNORECASE,
)
_ORDER_HEADER = re.compile(
    r"(?:(?:level|grade|band|sort) )?(?:rank|order|number|position|index|sequence)", re.IGNORECASE
)
_KIND_HEADER = re.compile(r"(?:(?:statement|item|record) )?(?:kind|type|polarity)", re.IGNORECASE)
_ID_HEADER = re.compile(r"(?:external )?(?:id|uuid|key|identifier)", re.IGNORECASE)
_EXAMPLE_HEADER = re.compile(r"examples?(?: .{0,30})?", re.IGNORECASE)
#: What stands below says where to read on, and asks for nothing.
_READING = re.compile(
    r"(?:(?:useful|helpful|related|external|relevant|additional) )?(?:links?|references|resources)"
    r"|(?:further|recommended) reading|reading list",
    re.IGNORECASE,
)
_SHARE = 0.6
#: So many rows repeat a column; one that differs was mistyped.
_MOSTLY = 0.8
_AT_LEAST = 2
_MOST_NAME_WORDS = 12
_MOST_COLUMNS = 60


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


def explaining(tables: Iterable[Block]) -> dict[int, frozenset[int]]:
    """For a table, by its `id`, the columns that say of a row what they say of it under every level.

    Such a column explains the row; what is asked stands in the columns that differ.
    """
    alike: dict[tuple[str, ...], list[tuple[Block, list[list[TableCell]]]]] = defaultdict(list)
    for table in tables:
        rows = _filled(table.rows)
        if len(rows) >= _AT_LEAST:
            alike[tuple(normalised(cell.text) for cell in rows[0])].append((table, rows[1:]))
    found: dict[int, frozenset[int]] = {}
    for head, several in alike.items():
        bodies = [body for _, body in several]
        names = [row[0].text for body in bodies for row in body]
        if len(several) < _AT_LEAST or any(map(_LEVEL_HEADER.fullmatch, head)):
            continue
        if sum(map(is_like_a_level, names)) >= _SHARE * len(names):
            continue
        columns = [place for place in range(1, len(head)) if not is_like_a_level(head[place])]
        same = frozenset(place for place in columns if _is_said_again(bodies, place))
        if len(same) < len(head) - 1:
            found |= {id(table): same for table, _ in several}
    return found


def _is_said_again(bodies: Iterable[list[list[TableCell]]], place: int) -> bool:
    said: dict[str, list[str]] = defaultdict(list)
    for body in bodies:
        for row in body:
            if row[place].text:
                said[name_key(row[0].text)].append(normalised(row[place].text))
    again = [texts for texts in said.values() if len(texts) >= _AT_LEAST]
    same = sum(len(set(texts)) == 1 for texts in again)
    return bool(again) and same >= _MOSTLY * len(again)


def read_grid(
    table: Block,
    about: frozenset[int] = frozenset(),
    legend: Mapping[str, str] | None = None,
) -> Grid | None:
    """None for a table that does not set rows against columns.

    Args:
        table: a block with rows.
        about: the columns that explain the rows.
        legend: what the document says that a mark in a cell means.
    """
    rows = _filled(table.rows)
    if not rows or len(rows[0]) > _MOST_COLUMNS:
        return None
    dropped = [cell for place, cell in enumerate(rows[0]) if place in about]
    reading = frozenset(
        place for place, cell in enumerate(rows[0]) if place and _READING.fullmatch(_words(cell))
    )
    dropped += [row[place] for row in rows for place in sorted(reading)]
    kept = [place for place in range(len(rows[0])) if place not in reading]
    rows = [[row[place] for place in kept] for row in rows]
    rows = _without(rows, frozenset(at for at, place in enumerate(kept) if place in about))
    parts = _parted(rows)
    titled = len(parts) > 1
    grids = [grid for part in parts if (grid := _read_part(part, legend or {}, titled=titled))]
    if not grids:
        return None
    return Grid(
        tuple(row for grid in grids for row in grid.rows),
        (*_headers(dropped), *(block for grid in grids for block in grid.rest)),
    )


def _without(rows: list[list[TableCell]], about: frozenset[int]) -> list[list[TableCell]]:
    """The rows without the columns that explain them; what these say goes on in the last cell."""
    if not about:
        return rows
    shorter: list[list[TableCell]] = []
    for row in rows:
        kept = [cell for place, cell in enumerate(row) if place not in about]
        said = [
            replace(block, kind="about") for place in sorted(about) for block in row[place].blocks
        ]
        if shorter:
            kept[-1] = replace(kept[-1], blocks=(*said, *kept[-1].blocks))
        shorter.append(kept)
    return shorter


def _parted(rows: list[list[TableCell]]) -> list[list[list[TableCell]]]:
    """The tables that stand one below the other in one, with empty rows between them."""
    parts: list[list[list[TableCell]]] = [[]]
    for row in rows:
        if any(cell.blocks for cell in row):
            parts[-1].append(row)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def _read_part(
    rows: list[list[TableCell]], legend: Mapping[str, str], *, titled: bool
) -> Grid | None:
    """`titled`: what stands over this part tells it from the others."""
    if len(rows) < _AT_LEAST:
        return None
    title, rows = _title_rows(rows)
    if len(rows) < _AT_LEAST:
        return None
    head, *body = _one_head(rows)
    if all(level_likeness(cell.text) for cell in head) and len(body) == 1:
        return Grid((GridRow((), _cells(head, body[0])),), title)
    grid = _long(head, body) or _matrix(head, body, legend)
    if grid and titled and title:
        return Grid(
            tuple(GridRow((title[0], *row.names), row.cells) for row in grid.rows), grid.rest
        )
    return Grid(grid.rows, (*title, *grid.rest)) if grid else None


def _filled(rows: Sequence[Sequence[TableCell]]) -> list[list[TableCell]]:
    """A cell for every row and column: one that covers several stands in each of them."""
    filled: list[list[TableCell]] = []
    below: dict[int, tuple[TableCell, int]] = {}
    for row in rows:
        cells: list[TableCell] = []
        for cell in row:
            _take_below(cells, below)
            height, width = cell.span
            for _ in range(min(width, _MOST_COLUMNS)):
                if height > 1:
                    below[len(cells)] = cell, height - 1
                cells.append(cell)
        _take_below(cells, below)
        filled.append(cells)
    width = max((len(row) for row in filled), default=0)
    empty = TableCell(())
    return [row + [empty] * (width - len(row)) for row in filled]


def _take_below(cells: list[TableCell], below: dict[int, tuple[TableCell, int]]) -> None:
    while len(cells) in below:
        cell, left = below.pop(len(cells))
        if left > 1:
            below[len(cells)] = cell, left - 1
        cells.append(cell)


def _title_rows(rows: list[list[TableCell]]) -> tuple[tuple[Block, ...], list[list[TableCell]]]:
    """Rows above the head that hold one text alone, such as a title over the whole table."""
    rest: list[Block] = []
    while len(rows) > _AT_LEAST and len({id(cell) for cell in rows[0] if cell.text}) <= 1:
        if not _head_of_one(rows):
            rest += [block for cell in rows[0][:1] for block in cell.blocks]
            rows = rows[1:]
        else:
            break
    return tuple(rest), rows


def _one_head(rows: list[list[TableCell]]) -> list[list[TableCell]]:
    """The rows with two heads as one: codes in a row of their own, above titles or below them."""
    first, second, *body = rows
    places = [place for place, cell in enumerate(first) if cell.text and second[place].text]
    both = [_code_and_title(first[place].text, second[place].text) for place in places]
    alone = sum(bool(cell.text) for cell in (*first, *second)) - 2 * len(places)
    if not body or len(places) < _AT_LEAST or alone or second[0].text or not all(both):
        return rows
    head = [
        replace(cell, blocks=(*cell.blocks, *below.blocks))
        for cell, below in zip(first, second, strict=True)
    ]
    return [head, *body]


def _head_of_one(rows: list[list[TableCell]]) -> bool:
    return len(rows[0]) <= 1


def _name(cell: TableCell) -> Block | None:
    """The block that a row or column is named by, when the cell holds nothing but a name."""
    text = _titled(cell) or cell.text
    if not text or len(text.split()) > _MOST_NAME_WORDS:
        return None
    first, last = cell.blocks[0], cell.blocks[-1]
    if not _titled(cell) and len(cell.blocks) == _AT_LEAST:
        text = _code_and_title(first.text, last.text) or text
    return Block(
        "heading",
        first.line,
        last.last_line,
        text,
        first.raw,
        links=first.links,
        file=first.file,
    )


def _code_and_title(one: str, other: str) -> str:
    """The name of a level whose code and title stand apart, or nothing."""
    code, title = (one, other) if is_code(one) else (other, one)
    if not is_code(code) or is_code(title) or _LEVEL_HEADER.fullmatch(title):
        return ""
    if code.isdecimal() and not is_like_a_level(title):
        # A number beside a name may count anything.
        return ""
    return f"{plain(code)}: {plain(title)}"


def _titled(cell: TableCell) -> str:
    """The name in a cell that says under headings of its own what it is called, and at which level."""
    said = {
        block.text.strip("*_: ").lower(): after.text
        for block, after in pairwise(cell.blocks)
        if block.kind == "heading" and after.kind != "heading"
    }
    title = said.get("title") or said.get("name") or said.get("role") or ""
    return f"Level {said['level']}: {title}" if title and "level" in said else title


def _cells(
    columns: Sequence[TableCell], row: Sequence[TableCell]
) -> tuple[tuple[Block | None, tuple[Block, ...]], ...]:
    names = [_name(column) for column in columns]
    return tuple(
        (replace(name, column=place) if name else None, cell.blocks)
        for place, (name, cell) in enumerate(zip(names, row, strict=True))
        if cell.blocks
    )


def _matrix(
    head: list[TableCell], body: list[list[TableCell]], legend: Mapping[str, str]
) -> Grid | None:
    """Rows against columns: one of the two axes has names that look like levels."""
    like = [level_likeness(name.text) if (name := _name(cell)) else 0.0 for cell in head]
    codes = _code_columns(head)
    leading = codes or _leading(body, like)
    if leading is None or len(head) - leading < 1:
        return None
    columns = head[leading:]
    cells = [cell for row in body for cell in row[leading:] if cell.text]
    if marked := _marked_columns(body, like, leading, legend):
        return _checked(head, body, leading, marked, legend)
    if cells and sum(_FIGURE.fullmatch(cell.text) is not None for cell in cells) > len(cells) / 2:
        return None
    names, about = _naming(head, body, leading)
    is_over_levels = sum(each >= _SHARE for each in like[leading:]) >= _SHARE * len(columns)
    numbers = [place for place in names if is_over_levels and _only_numbers(head, body, place)]
    names = [place for place in names if place not in numbers]
    # In a table of two columns the second holds the text of the row, whatever stands above it.
    is_text = len(columns) == 1 and not like[-1]
    rest = list(_headers(head if is_text else head[:leading]))
    rows = []
    above: tuple[Block, ...] = ()
    before: list[TableCell] = []
    for row in body:
        if not any(cell.blocks for cell in row):
            continue
        before = _carried(row, names[:-1], before)
        named = [name for place in names if (name := _name(before[place]))]
        if codes:
            named = [name for name in (_named_twice(before[:codes]),) if name]
        counts = [block for place in numbers for block in row[place].blocks]
        rest += [replace(block, kind="reference") for block in counts]
        if not named and not numbers:
            rest += [block for cell in row for block in cell.blocks]
            continue
        if named and len({id(cell) for cell in row if cell.text}) == 1:
            # A row that holds a name alone is a heading over the rows below it.
            above = (named[0],)
            continue
        described = [(None, row[place].blocks) for place in about]
        text = [(None, row[-1].blocks)] if is_text else list(_cells(columns, row[leading:]))
        if not named:
            # A row that is only counted holds one statement for each level.
            text = [(column, tuple(_statements(blocks))) for column, blocks in text]
        rows.append(GridRow((*above, *named), (*described, *text)))
    return Grid(tuple(rows), tuple(rest)) if rows else None


def _code_columns(head: list[TableCell]) -> int:
    """How many columns in front hold the code and the title of a level, or none."""
    texts = [_words(cell) for cell in head[:_AT_LEAST]]
    is_both = len(head) > _AT_LEAST and all(_LEVEL_HEADER.fullmatch(text) for text in texts)
    return _AT_LEAST if is_both else 0


def _words(cell: TableCell) -> str:
    return " ".join(re.split(r"[\W_]+", cell.text)).strip()


_CHECKED = re.compile(r"[\u2705\u2713\u2714\u2611\u25cf\u2022\u2b24xX*+\ufe0f]{1,2}")
_FIGURE = re.compile(r"\W*(?:[0-9][0-9.,%\s\u2013-]*|yes|no|n/?a|\W*)\W*", re.IGNORECASE)


def read_legend(blocks: Iterable[Block]) -> dict[str, str]:
    """What marks mean, as in "x = expected, o = nice to have"; other signs, such as grades, are no marks."""
    return {
        said["sign"].casefold(): " ".join(said["meaning"].split())
        for block in blocks
        if "=" in block.text
        for said in _LEGEND.finditer(block.text)
        if _ASKED.search(said["meaning"]) or _NOT_ASKED.search(said["meaning"])
    }


_LEGEND = re.compile(
    r"(?<![\w.])(?P<sign>[^\W\d_]|[^\w\s=()\[\]]\ufe0f?)[\"'\u201d)\]`*]{0,3}\s?=\s?(?P<meaning>\w[^;,.()=|]{1,60})"
)
_ASKED = re.compile(r"\b(?:expected|required|must|needed|mandatory|applies|yes)\b", re.IGNORECASE)
#: What a mark means that asks for nothing.
_NOT_ASKED = re.compile(
    r"\b(?:nice|good) to have|\boptional|\bbonus|\ba plus\b|\bdesirable|\bpreferred"
    r"|\bnot (?:\w+ )?(?:required|expected|needed|necessary|applicable|relevant)",
    re.IGNORECASE,
)


def _marked_columns(
    body: list[list[TableCell]], like: list[float], leading: int, legend: Mapping[str, str]
) -> list[int]:
    """The columns that only hold marks: all of them, or all that are called like levels beside comments."""
    columns = range(leading, len(like))
    marked = [
        place
        for place in columns
        if all(
            _CHECKED.fullmatch(row[place].text) or row[place].text.casefold() in legend
            for row in body
            if row[place].text
        )
    ]
    levels = [place for place in columns if like[place] >= _SHARE]
    is_beside_comments = len(levels) >= _AT_LEAST and set(levels) <= set(marked)
    return marked if len(marked) == len(columns) else levels if is_beside_comments else []


def _checked(
    head: list[TableCell],
    body: list[list[TableCell]],
    leading: int,
    marked: list[int],
    legend: Mapping[str, str],
) -> Grid:
    """Statements in rows, with a mark under the level that they are asked at."""
    statement = leading - 1
    above = [place for place in range(statement) if not _only_numbers(head, body, place)]
    comments = [place for place in range(leading, len(head)) if place not in marked]
    rows = []
    rest = [*_headers(head[:leading]), *_headers(head[place] for place in comments)]
    before: list[TableCell] = []
    for row in body:
        before = _carried(row, above, before)
        names = [name for place in above if (name := _name(before[place]))]
        blocks = tuple(_statements(row[statement].blocks))
        asked = []
        for place in marked if blocks else ():
            meaning = legend.get(row[place].text.casefold(), "")
            if _NOT_ASKED.search(meaning):
                words = f"{head[place].text}: {blocks[0].text} ({meaning})"
                rest.append(replace(blocks[0], kind="unused", text=words))
            elif row[place].text:
                name = _name(head[place])
                asked.append((replace(name, column=place) if name else None, blocks))
        if asked:
            rows.append(GridRow(tuple(names), tuple(asked)))
        rest += _headers(row[place] for place in comments)
    return Grid(tuple(rows), tuple(rest))


def _carried(
    row: list[TableCell], places: Iterable[int], before: list[TableCell]
) -> list[TableCell]:
    """An empty cell in front of others goes on with the name above it."""
    row = list(row)
    for place in places:
        if before and not row[place].text:
            row[place] = before[place]
    return row


def _naming(
    head: list[TableCell], body: list[list[TableCell]], leading: int
) -> tuple[list[int], list[int]]:
    """The leading columns that name a row, and those that only describe it."""
    names: list[int] = []
    about: list[int] = []
    for place in range(leading):
        words = [len(row[place].text.split()) for row in body if row[place].text]
        is_long = bool(words) and sum(words) / len(words) > _MOST_AVERAGE
        described = SUMMARIES.fullmatch(head[place].text.strip("*_ ")) is not None or is_long
        (about if described and place else names).append(place)
    return names, about


_MOST_AVERAGE = 7


def _only_numbers(head: Sequence[TableCell], body: list[list[TableCell]], place: int) -> bool:
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


def _leading(body: list[list[TableCell]], like: list[float]) -> int | None:
    """How many columns in front name the rows; None where none does."""
    first_level = next((place for place, each in enumerate(like) if place and each >= _SHARE), None)
    after = like[first_level:] if first_level else []
    if first_level and sum(each >= _SHARE for each in after) >= _SHARE * len(after):
        return first_level
    names = [row[0].text for row in body if row[0].text]
    if not names or any(len(name.split()) > _MOST_NAME_WORDS for name in names):
        return None
    return 1


@dataclass(frozen=True, slots=True)
class LongColumns:
    """Where a table with a row for each statement says what. `order` is empty, or one column."""

    levels: tuple[int, ...]
    dimensions: tuple[int, ...]
    kinds: tuple[int, ...]
    order: tuple[int, ...]
    statement: int
    examples: tuple[int, ...]
    ids: tuple[int, ...]
    attributes: tuple[int, ...]


def long_columns(texts: Sequence[str], body: Sequence[Sequence[str]]) -> LongColumns | None:
    """By the words above the columns and in them; None where they name no level or no dimension."""
    levels = [place for place, text in enumerate(texts) if _LEVEL_HEADER.fullmatch(text)]
    order = _order_column(texts, body)
    if len(levels) >= _AT_LEAST or order not in levels:
        levels = [place for place in levels if place != order]
    dimensions = [
        place
        for place, text in enumerate(texts)
        if place not in levels and _DIMENSION_HEADER.fullmatch(text)
    ]
    kinds = [
        place
        for place, text in enumerate(texts)
        if _KIND_HEADER.fullmatch(text) and all(is_kind(row[place]) for row in body if row[place])
    ]
    pointing = {*levels, *dimensions, *kinds, order}
    left = [place for place in range(len(texts)) if place not in pointing]
    said = [place for place in left if _TEXT_HEADER.fullmatch(texts[place])] or left[-1:]
    if not levels or not dimensions or not said:
        return None
    statement = next(
        (place for place in said if not _EXAMPLE_HEADER.fullmatch(texts[place])), said[0]
    )
    left.remove(statement)
    examples = [place for place in left if _EXAMPLE_HEADER.fullmatch(texts[place])]
    ids = [place for place in left if _ID_HEADER.fullmatch(texts[place])]
    return LongColumns(
        tuple(levels),
        tuple(dimensions),
        tuple(kinds),
        () if order is None else (order,),
        statement,
        tuple(examples),
        tuple(ids),
        tuple(place for place in left if texts[place] and place not in (*examples, *ids)),
    )


def _long(head: list[TableCell], body: list[list[TableCell]]) -> Grid | None:
    """A row for each statement, with its level and dimension in columns of their own."""
    texts = [_words(cell) for cell in head]
    columns = long_columns(texts, [[cell.text for cell in row] for row in body])
    if columns is None:
        return None
    named = [name_key(row[columns.levels[0]].text) for row in body]
    if len(set(named)) == len(named) and len(named) > 1:
        return None
    rows = []
    for place in columns.order:
        body = sorted(body, key=lambda row: int(row[place].text))
    pointing = (*columns.levels, *columns.dimensions, *columns.kinds, *columns.order)
    for row in body:
        names = [
            _hinted(_named_twice([row[place] for place in columns.levels]), "level"),
            *(_hinted(_name(row[place]), "dimension") for place in columns.dimensions),
        ]
        blocks = _record(row, columns, texts)
        if any(is_warning(row[place].text) for place in columns.kinds):
            blocks = [
                replace(block, kind="warning") if block.kind == "item" else block
                for block in blocks
            ]
        if blocks:
            read = (block for place in pointing for block in row[place].blocks)
            blocks += [replace(block, kind="reference") for block in read]
            rows.append(GridRow(tuple(name for name in names if name), ((None, tuple(blocks)),)))
    unused = [cell for place, cell in enumerate(head) if place not in columns.attributes]
    return Grid(tuple(rows), _headers(unused))


def _order_column(texts: Sequence[str], body: Sequence[Sequence[str]]) -> int | None:
    """The column that says by numbers where a level stands among the others."""
    for place, text in enumerate(texts):
        if _ORDER_HEADER.fullmatch(text) and all(row[place].isdecimal() for row in body):
            return place
    return None


def _record(row: Sequence[TableCell], columns: LongColumns, texts: Sequence[str]) -> list[Block]:
    """The statement of a row, with what the other columns say of it."""
    blocks = _statements(row[columns.statement].blocks)
    if not blocks:
        return []
    for place in columns.examples:
        blocks += [_as_example(block) for block in row[place].blocks]
    for place in columns.ids:
        blocks += [replace(block, kind="identifier") for block in row[place].blocks]
    for place in columns.attributes:
        blocks += [
            replace(block, kind="attribute", text=f"{texts[place]}: {block.text}")
            for block in row[place].blocks
        ]
    return blocks


def _headers(cells: Iterable[TableCell]) -> tuple[Block, ...]:
    """What stands over columns and names none of the levels or dimensions."""
    return tuple(
        block if block.kind == "reference" else replace(block, kind="unused")
        for cell in cells
        for block in cell.blocks
    )


def _named_twice(cells: list[TableCell]) -> Block | None:
    """A code and a title in columns of their own are one name."""
    names = [name for cell in cells if (name := _name(cell))]
    if len(names) < _AT_LEAST:
        return names[0] if names else None
    code, title = names[:_AT_LEAST]
    if is_code(title.text) and not is_code(code.text):
        code, title = title, code
    return replace(code, text=f"{code.text}: {title.text}")


def _hinted(name: Block | None, hint: Hint) -> Block | None:
    return replace(name, hint=hint) if name else None


def _statements(blocks: tuple[Block, ...]) -> list[Block]:
    """The lines of one record are one statement, unless it holds a list."""
    if any(block.kind == "item" for block in blocks) or len(blocks) < _AT_LEAST:
        return [_as_item(block) for block in blocks]
    first, last = blocks[0], blocks[-1]
    text = " ".join(block.text for block in blocks)
    return [_as_item(replace(first, last_line=last.last_line, text=text))]


def _as_item(block: Block) -> Block:
    return Block(
        "item", block.line, block.last_line, block.text, block.raw, 1, block.links, file=block.file
    )


def _as_example(block: Block) -> Block:
    return Block(
        "quote", block.line, block.last_line, block.text, block.raw, 0, block.links, file=block.file
    )


#: Columns and labels that describe a level, and hold nothing to be judged by.
ATTRIBUTES = re.compile(
    r"(?:(?:typical |approximate |minimum |expected |average |required )?(?:years?|experience"
    r"|tenure|education|degree)(?: of .{0,30}| in .{0,30}| required)?|(?:job |typical |other |also "
    r"known as )?(?:titles?|aka)|equivalen\w+(?: .{0,20})?|salary(?: .{0,20})?|compensation"
    r"|pay(?: .{0,20})?|reports to|reporting line|direct reports|team size|planning horizon"
    r"|time ?horizon|time in (?:role|level)|(?:grade|band|code|job code|level code|ic level)"
    rf"|career stage|location|impact radius|evaluation|{TITLE_WORDS}|{EXPERIENCE_WORDS})",
    re.IGNORECASE,
)
#: Columns and headings over a description of the level as a whole.
SUMMARIES = re.compile(
    r"(?:(?:role |level |job |short )?(?:summary|description|overview|definition|purpose|profile"
    r"|tagline)|in (?:short|a nutshell)|tl;?dr|about(?: this (?:level|role))?)",
    re.IGNORECASE,
)
