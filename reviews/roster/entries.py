"""A table and its mapping -> people, with everything that is wrong with them and where. Knows nobody on record."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from reviews.people.addresses import email_key, is_address
from reviews.people.as_typed import (
    LONGEST,
    LONGEST_OTHER,
    id_key,
    what_is_wrong_as_typed,
)
from reviews.roster.headings import means_nobody
from reviews.roster.mapping import ColumnMapping, ManagerBy
from reviews.roster.table_file import PeopleTable
from reviews.rules.name_keys import folded

_BRACKETS = re.compile(r"\s*[(\[<][^()\[\]<>]*[)\]>]\s*$")


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Why somebody of the file is left out. `column` is empty where the whole line is meant."""

    line: int
    column: str
    sentence: str
    #: Lines of others whom it concerns as well, as in a circle.
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One row. None means that the file has no such column: what is on record stays."""

    line: int
    employee_id: str
    name: str
    email: str
    #: As the file has it: what it names the manager by is told by the file. "" for nobody.
    manager_employee_id: str | None = ""
    title: str | None = None
    level: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RosterFile:
    entries: tuple[RosterEntry, ...]
    problems: tuple[RosterProblem, ...]
    manager_by: ManagerBy = ManagerBy.NUMBER
    #: Status -> how many lines with it are of somebody who has left. They are in none of the above.
    left: Mapping[str, int] = field(default_factory=dict)
    #: Those lines. Nobody reports to them any more.
    leavers: tuple[RosterEntry, ...] = ()


def name_words(name: str) -> str:
    """By which a manager's name is found: neither case nor the order of its words counts, nor what is in brackets."""
    plain = folded(_BRACKETS.sub("", name))
    return " ".join(sorted(plain.replace(",", " ").split()))


def read_people(table: PeopleTable, mapping: ColumnMapping) -> RosterFile:
    """The people of the table, but for those who have left by their status. The mapping is one without faults.

    Somebody who has come back may be there twice, with one address: once as having left.
    """
    problems: list[RosterProblem] = []
    entries: list[RosterEntry] = []
    read = _reader(table.headings, mapping)
    width = len(table.headings)
    has_left = _status_reader(table.headings, mapping)
    left = Counter[str]()
    leavers: list[RosterEntry] = []
    for line, cells in table.rows():
        if status := has_left(cells):
            left[status] += 1
            leavers.append(read(line, cells))
            continue
        entry = read(line, cells)
        entries.append(entry)
        if len(cells) > width:
            sentence = f"{len(cells)} cells, but there are {width} headings."
            problems.append(RosterProblem(line, "", sentence))
        else:
            problems += _mistakes(entry)
    problems += _repeats(entries)
    return RosterFile(
        tuple(entries),
        tuple(problems),
        mapping.manager_by,
        dict(left.most_common()),
        tuple(leavers),
    )


def sample(
    table: PeopleTable, mapping: ColumnMapping, count: int, skipped: int = 0
) -> list[RosterEntry]:
    """A few people as they would be read. The mapping may have faults."""
    read = _reader(table.headings, mapping)
    people: list[RosterEntry] = []
    for number, (line, cells) in enumerate(table.rows()):
        if len(people) == count:
            break
        if number >= skipped:
            people.append(read(line, cells))
    return people


def _reader(
    headings: Sequence[str], mapping: ColumnMapping
) -> Callable[[int, list[str]], RosterEntry]:
    places = {heading: place for place, heading in enumerate(headings)}
    #: Equal texts are kept once: most people share their unit, title and manager with others.
    kept: dict[str, str] = {}

    def value(cells: list[str], field: str) -> str | None:
        place = places.get(mapping.column_of(field))
        if place is None:
            return None
        text = cells[place] if place < len(cells) else ""
        return kept.setdefault(text, text)

    def name_of(cells: list[str]) -> str:
        if not mapping.name:
            parts = (value(cells, "first_name"), value(cells, "last_name"))
            return " ".join(filter(None, parts))
        name = value(cells, "name") or ""
        last, comma, first = name.partition(",")
        return (
            f"{first.strip()} {last.strip()}"
            if mapping.turns_names and comma and first.strip()
            else name
        )

    def read(line: int, cells: list[str]) -> RosterEntry:
        unit = value(cells, "unit")
        if unit and mapping.drops_brackets:
            shorter = _BRACKETS.sub("", unit)
            unit = kept.setdefault(shorter, shorter) or unit
        return RosterEntry(
            line=line,
            employee_id=value(cells, "employee_id") or "",
            name=name_of(cells).strip(),
            email=value(cells, "email") or "",
            manager_employee_id=value(cells, "manager"),
            title=value(cells, "title"),
            level=value(cells, "level"),
            unit=unit,
        )

    return read


def _status_reader(headings: Sequence[str], mapping: ColumnMapping) -> Callable[[list[str]], str]:
    """Gives the status of somebody who has left, and "" for everybody else."""
    left = frozenset(mapping.left)
    if mapping.status not in headings or not left:
        return lambda _cells: ""
    place = headings.index(mapping.status)

    def status(cells: list[str]) -> str:
        text = cells[place] if place < len(cells) else ""
        return text if text in left else ""

    return status


#: What a cell shows whose formula could not be worked out.
_OF_SPREADSHEETS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
_TYPED = ("employee_id", "name", "email", "manager_employee_id", "title", "level", "unit")
_NEEDED = frozenset({"employee_id", "name", "email"})


def _mistakes(entry: RosterEntry) -> Iterator[RosterProblem]:
    for column in _TYPED:
        value = getattr(entry, column)
        if value is None:
            continue
        sentence = _mistake(column, value) if column not in _NEEDED else _mistake_of(column, value)
        if sentence:
            yield RosterProblem(entry.line, column, sentence)


def _mistake_of(column: str, value: str) -> str:
    limit = LONGEST.get(column, LONGEST_OTHER)
    wrong = what_is_wrong_as_typed(column, value)
    if wrong:
        return f"{wrong[0].upper()}{wrong[1:]}"
    if len(value) > limit:
        return f"Longer than {limit} characters."
    if value in _OF_SPREADSHEETS:
        return f"“{value}” is an error of the spreadsheet."
    return _missing(column, value) if column in _NEEDED else ""


def _missing(column: str, value: str) -> str:
    if not value:
        return "Is empty."
    if column == "name" and not any(map(str.isalpha, value)):
        return f"“{value}” is no name."
    if column == "email" and not is_address(value):
        return f"“{value}” is not an e-mail address."
    return ""


#: For what many people share.
_mistake = lru_cache(maxsize=4096)(_mistake_of)


def _repeats(entries: list[RosterEntry]) -> Iterator[RosterProblem]:
    """What stands on two lines is wrong on both: nobody can say which of them is meant."""
    for column, key_of in (("employee_id", id_key), ("email", email_key)):
        lines: dict[str, list[int]] = {}
        for entry in entries:
            key = key_of(getattr(entry, column))
            if key:
                lines.setdefault(key, []).append(entry.line)
        for on in lines.values():
            for line in on if len(on) > 1 else ():
                other = on[1] if line == on[0] else on[0]
                yield RosterProblem(line, column, f"Is on line {other:,} as well.")


def names_nobody(cell: str | None) -> bool:
    return not cell or means_nobody(cell)
