"""A file as it came -> its headings and rows. Knows how files are written, and nothing of people on record."""

import codecs
import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO, NoReturn

from reviews.roster.headings import begins_a_footer, meant
from reviews.rules.errors import RuleBroken

#: People of one file, and what such a file may weigh.
MOST_ROWS = 100_000
MOST_BYTES = 32 * 1024 * 1024
#: More columns than any people system sends.
MOST_COLUMNS = 200
MOST_CELLS = 3_000_000
#: Of all cells together: what is kept of a workbook may be more than the workbook.
MOST_CHARACTERS = 64 * 1024 * 1024
#: Of the first rows one holds the headings; what stands above it is a title.
_SEARCHED = 30
_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BLOCK = 1024 * 1024
#: What no text has many of.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)
#: So many headings are known before a second row is taken for headings as well.
_SECOND_HEADINGS = 3

Rows = Iterator[tuple[int, list[str]]]
#: How a note begins of people whom nobody has read.
UNREAD = "Not read: "


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """A file that was read. `packed` has its rows below the headings, as `pack` made them."""

    #: One for each column, no two alike.
    headings: tuple[str, ...]
    packed: bytes
    count: int
    #: How it was read and what was skipped, each a sentence.
    notes: tuple[str, ...] = ()

    @property
    def unread(self) -> str:
        """The note of people of the file whom nobody has read; "" if there are none."""
        return next((note for note in self.notes if note.startswith(UNREAD)), "")

    def rows(self) -> Rows:
        """Each row with its line in the file. It may end early, or go on behind the headings with text."""
        return unpack(self.packed)


def refuse(sentence: str) -> NoReturn:
    raise RuleBroken(sentence, field="file")


def read_table(stream: BinaryIO) -> PeopleTable:
    """The headings and rows of a file, which can be sought in.

    Raises:
        RuleBroken: with a sentence that says what to do, for what is no table of people.
    """
    size = stream.seek(0, io.SEEK_END)
    if size > MOST_BYTES:
        refuse(
            f"The file is larger than {MOST_BYTES // 1024**2} MB. Leave out columns that are not needed here."
        )
    if not size:
        refuse("The file is empty.")
    stream.seek(0)
    start = stream.read(8)
    stream.seek(0)
    _refuse_other_kinds(start)
    if start.startswith(b"PK\x03\x04"):
        # Its library takes a while, and most files are text.
        from reviews.roster.workbook import sheet_rows  # noqa: PLC0415

        rows, notes = sheet_rows(stream)
    else:
        rows, notes = _text_rows(stream)
    return _below_headings(rows, notes)


def _refuse_other_kinds(start: bytes) -> None:
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        refuse(
            "This is a workbook of the old kind (.xls), or one with a password. Open it, and save it as .xlsx without"
            " a password or as “CSV UTF-8”."
        )
    if start.startswith(b"%PDF"):
        refuse("This is a PDF, in which columns are lost. Export the list as CSV or .xlsx.")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        refuse(
            "This is a web page or XML, whatever its name says. Open it in a spreadsheet, and save it as .xlsx."
        )


# -- Text


def _text_rows(stream: BinaryIO) -> tuple[Rows, list[str]]:
    encoding = _encoding(stream)
    notes = []
    text = _decoded(stream, encoding)
    first = text.readline(_BLOCK)
    hint = _HINT.fullmatch(first.rstrip("\r\n"))
    skipped = 0
    if hint:
        delimiter, skipped = hint[1], 1
        notes.append(f"Line 1 says {first.strip()} and was skipped.")
    else:
        delimiter = _delimiter([first, *islice(text, 3 * _SEARCHED)])
        text = _decoded(stream, encoding)
    name = "UTF-8" if encoding.startswith("utf-8") else encoding.upper().replace("CP", "Windows-")
    notes.append(f"Read as {name}, with {_NAMES.get(delimiter, delimiter)} between the columns.")
    return _csv_rows(text, delimiter, skipped), notes


def _decoded(stream: BinaryIO, encoding: str) -> io.TextIOWrapper:
    stream.seek(0)
    # It would close the upload with itself, which others read as well.
    return io.TextIOWrapper(io.BufferedReader(_Unclosed(stream)), encoding=encoding, newline="")


class _Unclosed(io.RawIOBase):
    """A stream that stays open when what reads it is gone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]  # a buffer, to the type checker
        block = self._stream.read(len(into))
        into[: len(block)] = block
        return len(block)


def _encoding(stream: BinaryIO) -> str:
    start = stream.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        tried = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tried = ["utf-16"]
    elif start[1::2].count(0) > len(start) // 4:
        tried = ["utf-16-le"]
    elif start[::2].count(0) > len(start) // 4:
        tried = ["utf-16-be"]
    else:
        tried = ["utf-8", "cp1252"]
    if not tried[0].startswith("utf-16") and len(_CONTROL.findall(start)) > len(start) // 100 + 1:
        refuse("This is not a text file and not a workbook. Export the list as CSV or .xlsx.")
    for encoding in tried:
        try:
            for _ in _blocks(stream, encoding):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    refuse(
        "The characters of this file cannot be read. Save it as “CSV UTF-8”, and choose it again."
    )


def _blocks(stream: BinaryIO, encoding: str) -> Iterator[str]:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := stream.read(_BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _delimiter(lines: list[str]) -> str:
    """Whatever makes most headings known, and else whatever divides most lines into the same number of cells."""

    def worth(delimiter: str) -> tuple[int, int, int]:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return 0, 0, 0
        widths = [len(row) for row in rows if len(row) > 1]
        usual = max(set(widths), key=widths.count, default=0)
        return max(map(meant, rows), default=0), widths.count(usual), usual

    return max(_DELIMITERS, key=worth)


def _csv_rows(text: io.TextIOWrapper, delimiter: str, skipped: int) -> Rows:
    """Each row with the line it begins on, where so many lines have been read already."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            yield line, cells
            line = skipped + reader.line_num + 1
    except csv.Error:
        refuse(
            f"The quotation marks from line {line:,} on do not match, so the file cannot be read to its end."
        )


# -- Headings


def _below_headings(rows: Rows, notes: list[str]) -> PeopleTable:
    filled = (
        (line, [cell.strip() for cell in cells])
        for line, cells in rows
        if any(map(str.strip, cells))
    )
    first = list(islice(filled, _SEARCHED))
    if not first:
        refuse("The file is empty.")
    place = _place_of_headings([cells for _, cells in first])
    above, (_, heading_cells) = first[:place], first[place]
    width = max(number for number, cell in enumerate(heading_cells, 1) if cell)
    if width > MOST_COLUMNS:
        refuse(f"There are {width:,} columns; at most {MOST_COLUMNS} are read.")
    if width == 1:
        refuse(
            "There is only one column. The columns of a people file are divided by commas, semicolons, tabs or bars,"
            " and their headings stand in one line."
        )
    headings = _told_apart(heading_cells[:width])
    if above:
        notes.append(
            f"{_lines([line for line, _ in above])} above the headings and {_was(above)} skipped."
        )
    below = _people_rows(chain(first[place + 1 :], filled), heading_cells[:width], notes)
    packed, count = pack(below, width)
    if not count:
        refuse("There is nobody below the headings: a file without people changes nothing.")
    return PeopleTable(headings, packed, count, tuple(notes))


def _place_of_headings(rows: list[list[str]]) -> int:
    known = [meant(cells) for cells in rows]
    if max(known) > 1:
        return known.index(max(known))
    widths = [sum(map(bool, cells)) for cells in rows]
    # In a language that is not known the headings are the first line that is about as wide as the others.
    return next(place for place, width in enumerate(widths) if 2 * width > max(widths))


def _told_apart(cells: list[str]) -> tuple[str, ...]:
    """A name for each column: one without a heading has its number, the second of one name a number behind it."""
    headings: dict[str, None] = {}
    for place, cell in enumerate(cells, 1):
        plain = " ".join(cell.split())[:100] or f"Column {place}"
        name, number = plain, 2
        while name in headings:
            name, number = f"{plain} ({number})", number + 1
        headings[name] = None
    return tuple(headings)


def _people_rows(
    rows: Iterable[tuple[int, list[str]]], headings: list[str], notes: list[str]
) -> Rows:
    """The rows without those that repeat the headings, and without what stands below the last person."""
    held: list[tuple[int, list[str]]] = []
    for number, (line, cells) in enumerate(rows):
        if cells[: len(headings)] == headings or (not number and _are_headings(cells)):
            notes.append(f"Line {line:,} repeats the headings and was skipped.")
            continue
        if _may_be_footer(cells, len(headings)):
            held.append((line, cells))
            continue
        # Somebody follows, so these were rows like the others.
        yield from held
        held.clear()
        yield line, cells
    if held:
        said = " ".join(filter(None, held[0][1]))[:60]
        notes.append(
            f"{_lines([line for line, _ in held])} below the people and {_was(held)} skipped: “{said}”."
        )


def _are_headings(cells: list[str]) -> bool:
    return meant(cells) >= _SECOND_HEADINGS and 2 * meant(cells) >= sum(map(bool, cells))


def _may_be_footer(cells: list[str], width: int) -> bool:
    texts = [cell for cell in cells if cell]
    return len(texts) <= min(2, width - 2) and begins_a_footer(texts[0])


def _lines(lines: list[int]) -> str:
    return (
        f"Line {lines[0]:,} stands"
        if len(lines) == 1
        else f"Lines {lines[0]:,} to {lines[-1]:,} stand"
    )


def _was(lines: list[tuple[int, list[str]]]) -> str:
    return "was" if len(lines) == 1 else "were"


# -- Kept until it is applied


def pack(rows: Iterable[tuple[int, list[str]]], width: int) -> tuple[bytes, int]:
    """The rows as one small value, and how many they are.

    Raises:
        RuleBroken: for more rows, cells or text than are read.
    """
    packed = io.BytesIO()
    count = cells_read = characters = 0
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as zipped,
        io.TextIOWrapper(zipped, encoding="utf-8", errors="surrogatepass", newline="") as text,
    ):
        writer = csv.writer(text)
        for line, cells in rows:
            count += 1
            kept = cells[:width] + [cell for cell in cells[width:] if cell]
            cells_read += len(kept)
            characters += sum(map(len, kept))
            if count > MOST_ROWS:
                refuse(f"There are more than {MOST_ROWS:,} people in this file.")
            if cells_read > MOST_CELLS or characters > MOST_CHARACTERS:
                refuse(
                    "There is more in this file than is read. Leave out columns that are not needed here."
                )
            writer.writerow([line, *kept])
    return packed.getvalue(), count


def unpack(packed: bytes) -> Rows:
    """What `pack` was given."""
    with (
        gzip.GzipFile(fileobj=io.BytesIO(packed)) as zipped,
        io.TextIOWrapper(zipped, encoding="utf-8", errors="surrogatepass", newline="") as text,
    ):
        for line, *cells in csv.reader(text):
            yield int(line), cells
