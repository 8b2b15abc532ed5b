"""A table of marks: statements in rows, and a mark under each level that they are asked at."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ladders.importing.outline import Block, TableCell
from ladders.importing.tables import (
    AT_LEAST,
    SHARE,
    Grid,
    GridRow,
    carried,
    name_of,
    only_numbers,
    statements,
    unused,
)

_CHECKED = re.compile(r"[\u2705\u2713\u2714\u2611\u25cf\u2022\u2b24xX*+\ufe0f]{1,2}")


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


def ticked_columns(
    body: list[list[TableCell]], like: list[float], leading: int, legend: Mapping[str, str]
) -> list[int]:
    """The columns that only hold marks: all of them, or all that are called like levels beside comments."""
    columns = range(leading, len(like))
    ticked = [
        place
        for place in columns
        if all(
            _CHECKED.fullmatch(row[place].text) or row[place].text.casefold() in legend
            for row in body
            if row[place].text
        )
    ]
    levels = [place for place in columns if like[place] >= SHARE]
    is_beside_comments = len(levels) >= AT_LEAST and set(levels) <= set(ticked)
    return ticked if len(ticked) == len(columns) else levels if is_beside_comments else []


def read_ticked(
    head: list[TableCell],
    body: list[list[TableCell]],
    leading: int,
    ticked: list[int],
    legend: Mapping[str, str],
) -> Grid:
    """Statements in rows, with a mark under the level that they are asked at."""
    statement = leading - 1
    above = [place for place in range(statement) if not only_numbers(head, body, place)]
    comments = [place for place in range(leading, len(head)) if place not in ticked]
    rows = []
    rest = [*unused(head[:leading]), *unused(head[place] for place in comments)]
    before: list[TableCell] = []
    for row in body:
        before = carried(row, above, before)
        names = [name for place in above if (name := name_of(before[place]))]
        blocks = tuple(statements(row[statement].blocks))
        asked = []
        for place in ticked if blocks else ():
            meaning = legend.get(row[place].text.casefold(), "")
            if _NOT_ASKED.search(meaning):
                words = f"{head[place].text}: {blocks[0].text} ({meaning})"
                rest.append(replace(blocks[0], kind="unused", text=words))
            elif row[place].text:
                name = name_of(head[place])
                asked.append((replace(name, column=place) if name else None, blocks))
        if asked:
            rows.append(GridRow(tuple(names), tuple(asked)))
        rest += unused(row[place] for place in comments)
    return Grid(tuple(rows), tuple(rest))
