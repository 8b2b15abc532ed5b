"""A table with a row for each statement, and its level and dimension in columns of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ladders.importing.fields import is_kind, is_warning
from ladders.importing.outline import Block, Hint, TableCell
from ladders.importing.tables import (
    AT_LEAST,
    LEVEL_HEADER,
    Grid,
    GridRow,
    as_example,
    carried,
    name_of,
    named_twice,
    statements,
    unused,
    words_of,
)
from ladders.names import name_key

_DIMENSION_HEADER = re.compile(
    r"(?:sub-?)?(?:dimensions?|competenc(?:y|e|ies)|areas?|categor(?:y|ies)|skills?|themes?"
    r"|pillars?|attributes?|topics?|criteri(?:on|a)|traits?|axis|axes|aspects?|facets?|capabilit\w+"
    r"|focus(?: areas?)?|skill areas?|groups?|value|behaviou?r groups?|domains?)(?: name| id)?",
    re.IGNORECASE,
)
_TEXT_HEADER = re.compile(
    r"(?:expectations?|descriptions?|behaviou?rs?|statements?|texts?|criteri(?:on|a)|requirements?"
    r"|expected behaviou?rs?|definitions?|details?|what .{0,40}|responsibilit\w+"
    r"|evidence|indicators?|competenc(?:y|e|ies)|bullets?|items?)",
    re.IGNORECASE,
)
#: A statement where no other column holds one.
_SUMMARY_HEADER = re.compile(r"summar(?:y|ies)", re.IGNORECASE)
#: The statements stand in at least this share of the rows.
_MOSTLY = 0.5
_ORDER_HEADER = re.compile(
    r"(?:(?:level|grade|band|sort) )?(?:rank|order|number|position|index|sequence)", re.IGNORECASE
)
_KIND_HEADER = re.compile(r"(?:(?:statement|item|record) )?(?:kind|type|polarity)", re.IGNORECASE)
_ID_HEADER = re.compile(r"(?:external )?(?:id|uuid|key|identifier)", re.IGNORECASE)
_EXAMPLE_HEADER = re.compile(r"examples?(?: .{0,30})?", re.IGNORECASE)


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
    """By the words above the columns and in them; None where they name no level or no dimension.

    A column that is empty in every row says nothing.
    """
    levels = [place for place, text in enumerate(texts) if LEVEL_HEADER.fullmatch(text)]
    order = _order_column(texts, body)
    if len(levels) >= AT_LEAST or order not in levels:
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
    filled = [sum(bool(row[place].strip()) for row in body) for place in range(len(texts))]
    left = [place for place in range(len(texts)) if filled[place] and place not in pointing]
    examples = [place for place in left if _EXAMPLE_HEADER.fullmatch(texts[place])]
    ids = [place for place in left if _ID_HEADER.fullmatch(texts[place])]
    others = [place for place in left if place not in {*examples, *ids}]
    said = [
        *(place for place in others if _TEXT_HEADER.fullmatch(texts[place])),
        *(place for place in others if _SUMMARY_HEADER.fullmatch(texts[place])),
        # Nothing but examples is said of what is asked.
        *(others[-1:] or examples[:1]),
    ]
    if not levels or not dimensions or not said:
        return None
    often = (place for place in said if filled[place] >= _MOSTLY * len(body))
    statement = next(often, said[0])
    left.remove(statement)
    examples = [place for place in examples if place != statement]
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


def read_long(head: list[TableCell], body: list[list[TableCell]]) -> Grid | None:
    """A row for each statement, with its level and dimension in columns of their own."""
    texts = [words_of(cell) for cell in head]
    columns = long_columns(texts, [[cell.text for cell in row] for row in body])
    if columns is None:
        return None
    body = _with_names_above(body, sorted((*columns.levels, *columns.dimensions)))
    named = [name_key(row[columns.levels[0]].text) for row in body]
    if len(set(named)) == len(named) and len(named) > 1:
        return None
    rows = []
    for place in columns.order:
        body = sorted(body, key=lambda row: int(row[place].text))
    pointing = (*columns.levels, *columns.dimensions, *columns.kinds, *columns.order)
    for row in body:
        names = [
            _hinted(named_twice([row[place] for place in columns.levels]), "level"),
            *(_hinted(name_of(row[place]), "dimension") for place in columns.dimensions),
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
    others = [cell for place, cell in enumerate(head) if place not in columns.attributes]
    return Grid(tuple(rows), unused(others))


def _with_names_above(body: list[list[TableCell]], places: list[int]) -> list[list[TableCell]]:
    """A row that leaves out its first names goes on with those above, where none of these is written twice in a row."""
    firsts = [row[places[0]].text for row in body]
    if any(one and one == other for one, other in pairwise(firsts)):
        return body
    rows: list[list[TableCell]] = []
    for row in body:
        first = next((at for at, place in enumerate(places) if row[place].text), len(places))
        rows.append(carried(row, places[:first], rows[-1] if rows else []))
    return rows


def _order_column(texts: Sequence[str], body: Sequence[Sequence[str]]) -> int | None:
    """The column that says by numbers where a level stands among the others."""
    for place, text in enumerate(texts):
        if _ORDER_HEADER.fullmatch(text) and all(row[place].isdecimal() for row in body):
            return place
    return None


def _record(row: Sequence[TableCell], columns: LongColumns, texts: Sequence[str]) -> list[Block]:
    """The statement of a row, with what the other columns say of it."""
    blocks = statements(row[columns.statement].blocks)
    if not blocks:
        return []
    for place in columns.examples:
        blocks += [as_example(block) for block in row[place].blocks]
    for place in columns.ids:
        blocks += [replace(block, kind="identifier") for block in row[place].blocks]
    for place in columns.attributes:
        blocks += [
            replace(block, kind="attribute", text=f"{texts[place]}: {block.text}")
            for block in row[place].blocks
        ]
    return blocks


def _hinted(name: Block | None, hint: Hint) -> Block | None:
    return replace(name, hint=hint) if name else None
