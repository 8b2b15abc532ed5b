"""A people file -> its rows, with everything that is wrong in them and where. Knows nothing of who is here already."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from reviews.people.addresses import email_key
from reviews.rules.names import can_be_seen, in_its_place, refused_in_name, wrong_with_name

COLUMNS = ("employee_id", "name", "email", "manager_employee_id", "title", "level", "unit")
REQUIRED = COLUMNS[:4]
_LENGTHS = {"employee_id": 80, "manager_employee_id": 80, "email": 254}
_OTHER_LENGTH = 200
_DELIMITERS = ",;\t"
#: More columns than any people system sends.
MOST_COLUMNS = 200
#: More than there can be people in a file of the largest size.
MOST_ROWS = 25_000


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Why the file cannot be applied. `column` is empty where the whole line is meant."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One row. None means that the file has no such column: what is on record stays."""

    line: int
    employee_id: str
    name: str
    email: str
    manager_employee_id: str
    title: str | None = None
    level: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RosterFile:
    """`missing` and `unknown` name columns: those it may lack and does, and those of it that are not read."""

    entries: tuple[RosterEntry, ...]
    problems: tuple[RosterProblem, ...]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def id_key(employee_id: str) -> str:
    """What must be unique among employee IDs. The same rule as for addresses: form and case do not count."""
    return email_key(employee_id)


def read_roster(text: str) -> RosterFile:
    """Never raises: whatever the text is, it has rows, problems or both."""
    problems: list[RosterProblem] = []
    rows = _rows(text, problems)
    line, header = next(rows, (1, []))
    if len(header) > MOST_COLUMNS:
        sentence = f"The first line names {len(header):,} columns; at most {MOST_COLUMNS} are read."
        return RosterFile((), (RosterProblem(line, "", sentence),))
    columns = [_column(cell) for cell in header]
    places = {column: place for place, column in enumerate(columns) if column in COLUMNS}
    missing = tuple(column for column in COLUMNS[len(REQUIRED) :] if column not in columns)
    unknown = tuple(
        cell.strip()
        for cell, column in zip(header, columns, strict=True)
        if column not in COLUMNS and cell.strip()
    )
    problems += [
        RosterProblem(line, column, "The first line names no such column, and it is needed.")
        for column in REQUIRED
        if column not in columns
    ]
    problems += [
        RosterProblem(line, column, "The first line names this column twice.")
        for column in COLUMNS
        if columns.count(column) > 1
    ]
    if problems:
        return RosterFile((), tuple(problems), missing, unknown)

    entries: list[RosterEntry] = []
    for number, cells in rows:
        if len(cells) > len(columns):
            problems.append(
                RosterProblem(
                    number, "", f"{len(cells)} cells, but the first line has {len(columns)}."
                )
            )
        if len(entries) == MOST_ROWS:
            sentence = (
                f"There are more than {MOST_ROWS:,} rows; this and those below were not read."
            )
            problems.append(RosterProblem(number, "", sentence))
            break
        values = {
            column: cells[place].strip() if place < len(cells) else ""
            for column, place in places.items()
        }
        problems += _mistakes(number, values)
        entries.append(RosterEntry(line=number, **values))
    if not entries:
        problems.append(RosterProblem(line, "", "There is nobody below the first line."))
    problems += _repeats(entries)
    return RosterFile(tuple(entries), tuple(problems), missing, unknown)


def _rows(text: str, problems: list[RosterProblem]) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank with the line it begins on. Reading ends where quotation marks do not match."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(plain), delimiter=_delimiter(plain), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        problems.append(
            RosterProblem(line, "", "The quotation marks do not match; nothing below was read.")
        )


def _delimiter(text: str) -> str:
    """Whatever separates most of our columns in the first line that is not blank."""
    first = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=lambda d: sum(_column(c) in COLUMNS for c in first.split(d)))


def _column(cell: str) -> str:
    """ "Employee ID" -> employee_id, "E-mail" -> email."""
    words = cell.strip().strip('"').casefold().replace("e-mail", "email")
    return "_".join(words.replace("-", " ").replace("_", " ").split())


def _mistakes(line: int, values: dict[str, str]) -> Iterator[RosterProblem]:
    for column, value in values.items():
        limit = _LENGTHS.get(column, _OTHER_LENGTH)
        wrong = what_is_wrong_as_typed(column, value)
        if wrong:
            yield RosterProblem(line, column, f"{wrong[0].upper()}{wrong[1:]}")
        elif len(value) > limit:
            yield RosterProblem(line, column, f"Longer than {limit} characters.")
        elif column in {"employee_id", "name", "email"} and not value:
            yield RosterProblem(line, column, "Is empty.")
        elif column == "email" and not _is_address(value):
            yield RosterProblem(line, column, f"“{value}” is not an e-mail address.")


def what_is_wrong_as_typed(column: str, value: str) -> str:
    """A sentence that goes on from the name of the column, or nothing: whether somebody could be taken for another."""
    if column in {"name", "email"}:
        return wrong_with_name(value)
    if any(map(refused_in_name, value)):
        return "contains an invisible or control character."
    if value and not can_be_seen(value):
        return "has nothing in it that can be seen."
    return "" if in_its_place(value) == value else "contains an invisible or control character."


def _is_address(value: str) -> bool:
    # Its tables take a while, and a server that is only starting needs none of them.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        # Whether mail arrives there is not ours to ask: companies have domains that only they can see.
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _repeats(entries: list[RosterEntry]) -> Iterator[RosterProblem]:
    ids: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for entry in entries:
        for column, key, seen in (
            ("employee_id", id_key(entry.employee_id), ids),
            ("email", email_key(entry.email), addresses),
        ):
            if key and key in seen:
                yield RosterProblem(entry.line, column, f"Is on line {seen[key]} already.")
            seen.setdefault(key, entry.line)
