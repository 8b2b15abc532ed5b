"""CSV -> outline: one table, whose cells hold paragraphs and lists."""

import csv
import io
import re

from ladders.importing.lines import SourceLine, tell
from ladders.importing.outline import MOST_COLUMNS, Builder, Outline

_DELIMITERS = ",;\t|"
#: No cell of a file of the largest size is longer.
csv.field_size_limit(8 * 1024 * 1024)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


class UnreadableTableError(ValueError):
    """The text is no table of rows and columns; the message is for the person who sent it."""


def read_table(text: str, file: int = 0) -> Outline:
    """Raises UnreadableTableError for a broken quotation, or where no line has two columns."""
    builder = Builder(tuple(text.split("\n")), file)
    # A blank line inside any cell says that blank lines, not line ends, part the statements.
    rows = list(_rows(text))
    apart = not any(_BLANK_LINE.search(cell) for _, cells in rows for cell in cells)
    if not any(len(cells) > 1 for _, cells in rows):
        raise UnreadableTableError("This file has no columns. A CSV file parts them by commas.")
    builder.open_table(1)
    for first_line, cells in rows:
        builder.open_row()
        line = first_line
        for number, cell in enumerate(cells):
            builder.open_cell(is_header=number == 0)
            words = [SourceLine(line + at, each) for at, each in enumerate(cell.split("\n"))]
            tell(builder, _joined(words) if not apart else words, apart=apart)
            builder.close_cell()
            line += cell.count("\n")
    builder.close_table(len(builder.lines))
    return builder.outline()


def _joined(lines: list[SourceLine]) -> list[SourceLine]:
    """Spaces alone make a line blank."""
    return [SourceLine(line.number, line.text if line.text.strip() else "") for line in lines]


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows = []
    first_line = 1
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise UnreadableTableError(
                    f"Line {first_line} has {len(cells):,} columns; at most {MOST_COLUMNS} are read."
                )
            if any(cell.strip() for cell in cells):
                rows.append((first_line, cells))
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTableError(
            f"Line {reader.line_num}: this is not valid CSV: {error}."
        ) from None
    return rows


def _delimiter(text: str) -> str:
    """The sign that parts most columns in the first line, outside of quotations."""
    unquoted = re.sub(r'"[^"]*"', "", text[:20_000])
    first = next((line for line in unquoted.split("\n") if line.strip()), "")
    return max(_DELIMITERS, key=lambda sign: (first.count(sign), -_DELIMITERS.index(sign)))
