"""A table as a grid: which of its rows and columns name something, and what the cells between them hold."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ladders.importing.long_tables import read_long
from ladders.importing.outline import Block, Hint, TableCell
from ladders.importing.tables import (
    AT_LEAST,
    LEVEL_HEADER,
    SHARE,
    SUMMARIES,
    Grid,
    GridRow,
    carried,
    code_and_title,
    name_of,
    named_twice,
    only_numbers,
    said_beside_name,
    statements,
    unused,
    words_of,
)
from ladders.importing.ticked_tables import read_ticked, ticked_columns
from ladders.keys import normalised
from ladders.names import (
    are_titles,
    is_code,
    is_like_a_level,
    is_title,
    level_likeness,
    name_key,
    read_level_name,
)

#: What stands below says where to read on, and asks for nothing.
_READING = re.compile(
    r"(?:(?:useful|helpful|related|external|relevant|additional) )?(?:links?|references|resources)"
    r"|(?:further|recommended) reading|reading list",
    re.IGNORECASE,
)
#: So many rows repeat a column; one that differs was mistyped.
_MOSTLY = 0.8
_MOST_NAME_WORDS = 12
_MOST_COLUMNS = 60


def explaining(tables: Iterable[Block]) -> dict[int, frozenset[int]]:
    """For a table, by its `id`, the columns that say of a row what they say of it under every level.

    Such a column explains the row; what is asked stands in the columns that differ.
    """
    alike: dict[tuple[str, ...], list[tuple[Block, list[list[TableCell]]]]] = defaultdict(list)
    for table in tables:
        rows = _filled(table.rows)
        if len(rows) >= AT_LEAST:
            alike[tuple(normalised(cell.text) for cell in rows[0])].append((table, rows[1:]))
    found: dict[int, frozenset[int]] = {}
    for head, several in alike.items():
        bodies = [body for _, body in several]
        names = [row[0].text for body in bodies for row in body]
        if len(several) < AT_LEAST or any(map(LEVEL_HEADER.fullmatch, head)):
            continue
        if sum(map(is_like_a_level, names)) >= SHARE * len(names):
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
    again = [texts for texts in said.values() if len(texts) >= AT_LEAST]
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
        place for place, cell in enumerate(rows[0]) if place and _READING.fullmatch(words_of(cell))
    )
    dropped += [row[place] for row in rows for place in sorted(reading)]
    kept = [place for place in range(len(rows[0])) if place not in reading]
    rows = [[row[place] for place in kept] for row in rows]
    rows = _without(rows, frozenset(at for at, place in enumerate(kept) if place in about))
    if len(rows[0]) == 1:
        return _stacked(rows)
    parts = _parted(rows)
    titled = len(parts) > 1
    grids = [grid for part in parts if (grid := _read_part(part, legend or {}, titled=titled))]
    if not grids:
        return None
    return Grid(
        tuple(row for grid in grids for row in grid.rows),
        (*unused(dropped), *(block for grid in grids for block in grid.rest)),
    )


def _are_names(rows: Iterable[Sequence[TableCell]]) -> bool:
    """Whether every column says what levels are called, and nothing that is asked at them."""
    columns = [[cell.text for cell in column if cell.text] for column in zip(*rows, strict=True)]
    filled = [texts for texts in columns if texts]
    return bool(filled) and all(
        sum(is_title(text) or is_code(text) for text in texts) >= SHARE * len(texts)
        for texts in filled
    )


def _stacked(rows: list[list[TableCell]]) -> Grid | None:
    """A table of one column, in which what is asked of a level stands below its name."""
    filled = [row[0] for row in rows if row[0].text]
    names = [name_of(cell) if is_like_a_level(cell.text) else None for cell in filled]
    is_stacked = len(names) - names.count(None) >= AT_LEAST and names[0] and not names[-1]
    if not is_stacked or any(name and below for name, below in pairwise(names)):
        return None
    found = []
    level: Block | None = None
    for place, (name, cell) in enumerate(zip(names, filled, strict=True)):
        if name:
            level = replace(name, column=place)
        else:
            found.append(GridRow((), ((level, cell.blocks),)))
    return Grid(tuple(found))


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
    """The tables that stand one below the other in one, with empty rows between them.

    Rows that begin with no head of their own go on with the table above.
    """
    pieces: list[list[list[TableCell]]] = [[]]
    for row in rows:
        if any(cell.blocks for cell in row):
            pieces[-1].append(row)
        elif pieces[-1]:
            pieces.append([])
    parts: list[list[list[TableCell]]] = []
    for piece in filter(None, pieces):
        if parts and len(parts[-1]) >= AT_LEAST and not _has_head(piece, parts[-1]):
            parts[-1] += piece
        else:
            parts.append(piece)
    return parts


def _has_head(rows: list[list[TableCell]], above: list[list[TableCell]]) -> bool:
    """Whether rows begin with a head like that of the table above them."""
    first, head = _title_rows(rows)[1][0], _title_rows(above)[1][0]
    if normalised(first[0].text) == normalised(head[0].text):
        return True
    over_levels, over_others = map(_is_over_levels, (first, head))
    return over_levels if over_others else LEVEL_HEADER.fullmatch(words_of(first[0])) is not None


def _is_over_levels(row: list[TableCell]) -> bool:
    named = [cell.text for cell in row[1:] if cell.text]
    return bool(named) and sum(map(is_like_a_level, named)) >= SHARE * len(named)


def _read_part(
    rows: list[list[TableCell]], legend: Mapping[str, str], *, titled: bool
) -> Grid | None:
    """`titled`: what stands over this part tells it from the others."""
    if len(rows) < AT_LEAST:
        return None
    title, rows = _title_rows(rows)
    if len(rows) < AT_LEAST:
        return None
    head, *body = _whole(_one_head(rows))
    if all(level_likeness(cell.text) for cell in head) and len(body) == 1:
        return Grid((GridRow((), _cells(head, body[0])),), title)
    grid = read_long(head, body) or _matrix(head, body, legend)
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
    while len(rows) > AT_LEAST and len({id(cell) for cell in rows[0] if cell.text}) <= 1:
        rest += [block for cell in rows[0][:1] for block in cell.blocks]
        rows = rows[1:]
    return tuple(rest), rows


def _one_head(rows: list[list[TableCell]]) -> list[list[TableCell]]:
    """The rows with two heads as one: codes in a row of their own, above titles or below them."""
    first, second, *body = rows
    places = [place for place, cell in enumerate(first) if cell.text and second[place].text]
    both = [code_and_title(first[place].text, second[place].text) for place in places]
    alone = sum(bool(cell.text) for cell in (*first, *second)) - 2 * len(places)
    if not body or len(places) < AT_LEAST or alone or second[0].text or not all(both):
        return rows
    head = [
        replace(cell, blocks=(*cell.blocks, *below.blocks))
        for cell, below in zip(first, second, strict=True)
    ]
    return [head, *body]


def _cells(
    columns: Sequence[TableCell], row: Sequence[TableCell], hint: Hint = ""
) -> tuple[tuple[Block | None, tuple[Block, ...]], ...]:
    names = [name_of(column) for column in columns]
    return tuple(
        (replace(name, column=place, hint=hint) if name else None, cell.blocks)
        for place, (name, cell) in enumerate(zip(names, row, strict=True))
        if cell.blocks
    )


def _matrix(
    head: list[TableCell], body: list[list[TableCell]], legend: Mapping[str, str]
) -> Grid | None:
    """Rows against columns: one of the two axes has names that look like levels."""
    like = [level_likeness(name.text) if (name := name_of(cell)) else 0.0 for cell in head]
    codes = _code_columns(head, body)
    leading = codes or _leading(body, like)
    if leading is None or len(head) - leading < 1:
        return None
    columns = head[leading:]
    cells = [cell for row in body for cell in row[leading:] if cell.text]
    if ticked := ticked_columns(body, like, leading, legend):
        return read_ticked(head, body, leading, ticked, legend)
    figures = sum(_FIGURE.fullmatch(cell.text) is not None for cell in cells)
    if cells and (figures > len(cells) / 2 or _are_names(row[leading:] for row in body)):
        return None
    names, about = _naming(head, body, leading)
    is_over_levels = sum(each >= SHARE for each in like[leading:]) >= SHARE * len(columns)
    numbers = [place for place in names if is_over_levels and only_numbers(head, body, place)]
    names = [place for place in names if place not in numbers]
    # In a table of two columns the second holds the text of the row, whatever stands above it.
    is_text = len(columns) == 1 and not like[-1]
    rest = list(unused(head if is_text else head[:leading]))
    hint: Hint = "level" if _are_levels(head, body, leading) else ""
    rows = []
    above: tuple[Block, ...] = ()
    before: list[TableCell] = []
    for row in body:
        if not any(cell.blocks for cell in row):
            continue
        # A row without any name says more of what the row above it names.
        goes_on = not numbers and not any(row[place].text for place in names)
        before = carried(row, names if goes_on else names[:-1], before)
        named = [name for place in names if (name := name_of(before[place]))]
        if codes:
            named = [name for name in (named_twice(before[:codes]),) if name]
        counts = [block for place in numbers for block in row[place].blocks]
        rest += [replace(block, kind="reference") for block in counts]
        if not named and not numbers:
            rest += unused(row)
            continue
        if named and not goes_on and len({id(cell) for cell in row if cell.text}) == 1:
            # A row that holds a name alone is a heading over the rows below it.
            above = (named[0],)
            continue
        described = [(None, row[place].blocks) for place in about]
        described += [(None, said) for place in names if (said := said_beside_name(row[place]))]
        text = [(None, row[-1].blocks)] if is_text else list(_cells(columns, row[leading:], hint))
        if not named:
            # A row that is only counted holds one statement for each level.
            text = [(column, tuple(statements(blocks))) for column, blocks in text]
        rows.append(GridRow((*above, *named), (*described, *text)))
    return Grid(tuple(rows), tuple(rest)) if rows else None


def _are_levels(head: list[TableCell], body: list[list[TableCell]], leading: int) -> bool:
    """Whether all columns are levels: their codes count up, or the corner says so and the rows are none."""
    if any(is_like_a_level(row[0].text) for row in body if row[0].text):
        return False
    codes = [read_level_name(cell.text).number for cell in head[leading:]]
    counts = all(
        one is not None and other is not None and other - one == 1 for one, other in pairwise(codes)
    )
    is_said = leading == 1 and LEVEL_HEADER.fullmatch(words_of(head[0])) is not None
    return len(codes) >= AT_LEAST and (counts or is_said)


def _is_rest(row: Sequence[TableCell]) -> bool:
    """Whether a row is the end of the text above it, which the file broke in two: long words and nothing beside."""
    is_long = len(row[0].text.split()) > _MOST_NAME_WORDS
    return is_long and len(row) > 1 and not any(cell.text for cell in row[1:])


def _whole(rows: list[list[TableCell]]) -> list[list[TableCell]]:
    """The rows with those that the file breaks in two as one."""
    whole: list[list[TableCell]] = []
    for row in rows:
        if whole and _is_rest(row) and whole[-1][-1].blocks:
            *blocks, last = whole[-1][-1].blocks
            rest = row[0].blocks
            text = " ".join(block.text for block in (last, *rest))
            joined = replace(last, last_line=rest[-1].last_line, text=text)
            whole[-1][-1] = replace(whole[-1][-1], blocks=(*blocks, joined))
        else:
            whole.append(list(row))
    return whole


def _code_columns(head: list[TableCell], body: list[list[TableCell]]) -> int:
    """How many columns in front hold the code and the title of a level, or none."""
    texts = [words_of(cell) for cell in head[:AT_LEAST]]
    are_said = all(LEVEL_HEADER.fullmatch(text) for text in texts)
    are_shown = len(head) > AT_LEAST and (
        all(is_code(row[0].text.rstrip("+* ")) for row in body)
        and are_titles([row[1].text.strip("*_ ") for row in body])
    )
    return AT_LEAST if len(head) > AT_LEAST and (are_said or are_shown) else 0


_FIGURE = re.compile(r"\W*(?:[0-9][0-9.,%\s\u2013-]*|yes|no|n/?a|\W*)\W*", re.IGNORECASE)


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


def _leading(body: list[list[TableCell]], like: list[float]) -> int | None:
    """How many columns in front name the rows; None where none does."""
    first_level = next((place for place, each in enumerate(like) if place and each >= SHARE), None)
    after = like[first_level:] if first_level else []
    if first_level and sum(each >= SHARE for each in after) >= SHARE * len(after):
        return first_level
    names = [row[0].text for row in body if row[0].text]
    if not names or any(len(name.split()) > _MOST_NAME_WORDS for name in names):
        return None
    return 1
