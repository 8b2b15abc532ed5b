"""The rows of a workbook (.xlsx), as its cells are shown.

A workbook is a packed folder of XML, and can be made to unfold into anything. openpyxl reads it as it comes, a row at a
time, and keeps one text for all cells that share it.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO

import openpyxl

from reviews.display.formatting import listed
from reviews.roster.headings import meant
from reviews.roster.table_file import MOST_CELLS, MOST_COLUMNS, UNREAD, Rows, refuse

#: Of all parts unpacked; of the texts that cells share, which are read at once; and how many parts there may be.
_MOST_UNPACKED = 256 * 1024 * 1024
_MOST_SHARED = 64 * 1024 * 1024
_MOST_PARTS = 2_000
_BROKEN = "This workbook cannot be read. Open it, and save it as .xlsx once more or as “CSV UTF-8”."
#: Headings that are known, from which on a sheet is one of people.
_PEOPLE = 3
#: Rows of each sheet that are looked at before one is chosen.
_SEARCHED = 30
#: A number that is shown with zeros in front, and with a word before or behind it.
_ZEROS = re.compile(r'(?:"([^"]*)")?(0{2,40})(?:"([^"]*)")?')
_MOST_EXACT = 10**15


def sheet_rows(stream: BinaryIO) -> tuple[Rows, list[str]]:
    """The rows of the sheet that holds people, with their numbers, and what is to be said of it.

    Raises:
        RuleBroken: at once or while the rows are read, for what is no workbook or would unfold into too much.
    """
    _look_at_parts(stream)
    with _mishaps():
        workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        sheets = [each for each in workbook.worksheets if hasattr(each, "reset_dimensions")]
        for sheet in sheets:
            # It says how large it is, and need not be right.
            sheet.reset_dimensions()
        if not sheets:
            refuse("There is no sheet in this workbook.")
        known = [_headings_in(sheet) for sheet in sheets] if len(sheets) > 1 else [0]
        chosen = sheets[known.index(max(known))]
        others = [
            f"“{sheet.title}”"
            for sheet, number in zip(sheets, known, strict=True)
            if sheet is not chosen and number >= _PEOPLE
        ]
    notes = [f"Read from the sheet “{chosen.title}”."]
    if others:
        notes.append(
            f"{UNREAD}{listed(others[:5])}. There are people on more than one sheet: put them all on one."
        )
    elif len(sheets) > 1:
        notes.append(f"Of {len(sheets)} sheets no other one was read.")
    return _rows(chosen), notes


def _look_at_parts(stream: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(stream) as parts:
            found = parts.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        refuse(_BROKEN)
    names = {each.filename for each in found}
    if "xl/workbook.xml" not in names:
        refuse("This is not a workbook with people. Export the list as CSV or .xlsx.")
    shared = sum(
        each.file_size for each in found if each.filename.casefold().endswith("sharedstrings.xml")
    )
    unpacked = sum(each.file_size for each in found)
    if len(found) > _MOST_PARTS or unpacked > _MOST_UNPACKED or shared > _MOST_SHARED:
        refuse(
            "This workbook unpacks into more than is read. Export the list of people alone, as CSV or .xlsx."
        )
    if any(each.flag_bits & 1 for each in found):
        refuse("This workbook has a password. Save it without one.")


@contextmanager
def _mishaps() -> Iterator[None]:
    """Inside the block the library may stumble over a broken workbook in any way; the person gets a sentence."""
    from reviews.rules.errors import RuleBroken  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            # About styles and pictures.
            warnings.simplefilter("ignore")
            yield
    except (RuleBroken, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - there is no list of what it raises, and none of it is ours
        refuse(_BROKEN)


def _headings_in(sheet: Any) -> int:
    rows = sheet.iter_rows(max_row=_SEARCHED, max_col=MOST_COLUMNS, values_only=True)
    return max((meant(map(_plain, row)) for row in rows), default=0)


def _rows(sheet: Any) -> Rows:
    # Without a width: rows that are not there would else be filled with a million empty cells.
    found = enumerate(sheet.iter_rows(), 1)
    cells_read = 0
    while True:
        with _mishaps():
            part = [(line, cells[: MOST_COLUMNS + 1]) for line, cells in islice(found, 500)]
            rows = [(line, [_shown(cell) for cell in cells]) for line, cells in part if cells]
        if not part:
            return
        for line, cells in rows:
            cells_read += sum(map(bool, cells))
            if cells_read > MOST_CELLS:
                refuse(
                    "There is more in this workbook than is read. Leave out columns that are not needed here."
                )
            yield line, cells


def _shown(cell: Any) -> str:
    """The text of a cell as the spreadsheet shows it, as far as numbers of people depend on that."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        zeros = _ZEROS.fullmatch(cell.number_format or "")
        if zeros:
            return f"{zeros[1] or ''}{value:0{len(zeros[2])}d}{zeros[3] or ''}"
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST_EXACT:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
