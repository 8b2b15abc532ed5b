"""Which column says what, guessed from headings and from the values below them, over all rows."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reviews.people.as_typed import id_key
from reviews.roster.entries import name_words
from reviews.roster.headings import (
    is_somebody_elses,
    means_left,
    means_nobody,
    means_works_here,
    rank,
)
from reviews.roster.mapping import ColumnMapping, ManagerBy
from reviews.roster.table_file import PeopleTable

#: A column is taken for what its values look like if so much of it does.
_NEARLY_ALL = 0.9
_MOST_OF_IT = 0.5
_ADDRESS = re.compile(r"\s*[^@\s]+@[^@\s]+\s*")
_BRACKETS = re.compile(r".+\([^()]*\)\s*")
#: Different values of a status. A column with more says something else.
MOST_STATUSES = 40
#: Values of a column that are looked at to see what they look like. Whom managers' cells name is counted over all.
_LOOKED_AT = 2_000
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class ManagerFound:
    """How many of the cells that name a manager are somebody in the file."""

    column: str
    by: ManagerBy
    found: int
    of: int


@dataclass(frozen=True, slots=True)
class Guess:
    mapping: ColumnMapping
    #: Each way to find managers that finds anybody, the best one first.
    managers: tuple[ManagerFound, ...]


@dataclass
class _Column:
    heading: str
    place: int
    filled: int = 0
    addresses: int = 0
    commas: int = 0
    brackets: int = 0
    numbers: int = 0
    #: Cells that say whether somebody works here.
    statuses: int = 0
    distinct: int = 0

    def __post_init__(self) -> None:
        self.may_be_status = rank("status", self.heading) is not None


def guess(table: PeopleTable) -> Guess:
    """What each field is likely read from. Two walks over the rows at most."""
    columns, looked_at = _columns(table)
    number = _employee_id(columns, looked_at)
    named = [each for each in columns if each is not number]
    own = _Own(number, _email(columns), *_names(named, looked_at))
    taken = {each.heading for each in own.columns}
    ways = _managers(table, columns, own)
    best = ways[0] if ways else None
    if best:
        taken.add(best.column)
    rest: dict[str, _Column] = {}
    for field in ("title", "level", "unit"):
        left = [each for each in columns if each.heading not in taken]
        rest[field] = _best(field, left) or _NONE
        taken.add(rest[field].heading)
    status = _best("status", [each for each in columns if each.heading not in taken], _is_status)
    found = statuses(table, status.heading) if status else {}
    unit = rest["unit"]
    mapping = ColumnMapping(
        # Where people have no numbers, their address is what they are known by.
        employee_id=(own.employee_id or own.email or _NONE).heading,
        name=(own.name or _NONE).heading,
        first_name=(own.first or _NONE).heading,
        last_name=(own.last or _NONE).heading,
        email=(own.email or _NONE).heading,
        manager=best.column if best else "",
        manager_by=best.by if best else ManagerBy.NUMBER,
        turns_names=own.name is not None
        and own.name.commas > _NEARLY_ALL * max(own.name.filled, 1),
        drops_brackets=unit.brackets > _MOST_OF_IT * max(unit.filled, 1),
        title=rest["title"].heading,
        level=rest["level"].heading,
        unit=unit.heading,
        status=(status or _NONE).heading if found else "",
        left=left_by(status.heading, found) if status else (),
    )
    return Guess(mapping, tuple(ways))


def _is_status(column: _Column) -> bool:
    """A status may be one of the family: it counts if any of it says who works here, or who does not."""
    return column.statuses > 0 and column.distinct <= MOST_STATUSES


def statuses(table: PeopleTable, heading: str) -> dict[str, int]:
    """What a column of the status says, and how often, the most frequent first; nothing if it is no status."""
    if heading not in table.headings:
        return {}
    place = table.headings.index(heading)
    found = Counter(
        cells[place] for _, cells in table.rows() if place < len(cells) and cells[place]
    )
    return dict(found.most_common()) if len(found) <= MOST_STATUSES else {}


def left_by(heading: str, found: Iterable[str]) -> tuple[str, ...]:
    """Of what a status says, what is likely said of those who have left."""
    return tuple(text for text in found if means_left(heading, text))


_NONE = _Column("", -1)


@dataclass(frozen=True, slots=True)
class _Own:
    """The columns of a person's own number, address and name; the name is whole, or in its two parts."""

    employee_id: _Column | None
    email: _Column | None
    name: _Column | None
    first: _Column | None
    last: _Column | None

    @property
    def columns(self) -> list[_Column]:
        return [each for each in (self.employee_id, self.email, *self.names) if each]

    @property
    def names(self) -> list[_Column]:
        return [each for each in (self.name, self.first, self.last) if each]


def _columns(table: PeopleTable) -> tuple[list[_Column], int]:
    """What the first values of each column look like, and how many rows that were."""
    columns = [_Column(heading, place) for place, heading in enumerate(table.headings)]
    seen: list[set[str]] = [set() for _ in columns]
    rows = 0
    for rows, (_, cells) in enumerate(table.rows(), 1):
        for column, values, cell in zip(columns, seen, cells, strict=False):
            if not cell:
                continue
            column.filled += 1
            column.addresses += bool(_ADDRESS.fullmatch(cell))
            column.commas += "," in cell
            column.brackets += bool(_BRACKETS.fullmatch(cell))
            column.numbers += (
                len(cell) <= _LONGEST_NUMBER and any(map(str.isdigit, cell)) and " " not in cell
            )
            if column.may_be_status:
                column.statuses += means_left(column.heading, cell) or means_works_here(
                    column.heading, cell
                )
            values.add(cell)
        if rows == _LOOKED_AT:
            break
    for column, values in zip(columns, seen, strict=True):
        column.distinct = len(values)
    return columns, rows


def _best(
    field: str, columns: Iterable[_Column], fits: Callable[[_Column], bool] = lambda _: True
) -> _Column | None:
    """The column whose heading is surest; one with values before an empty one."""
    known = [
        (not each.filled, place, each.place, each)
        for each in columns
        if (place := rank(field, each.heading)) is not None and fits(each)
    ]
    return min(known)[-1] if known else None


def _employee_id(columns: list[_Column], rows: int) -> _Column | None:
    def is_number_of_each(column: _Column) -> bool:
        # A few mistakes in a file are mistakes, and no reason to read it by another column.
        enough = _NEARLY_ALL * rows
        is_own = (
            not is_somebody_elses(column.heading) or rank("employee_id", column.heading) is not None
        )
        return (
            is_own
            and column.filled >= enough
            and column.distinct >= enough
            and not column.addresses
        )

    headed = _best("employee_id", columns, is_number_of_each)
    if headed:
        return headed
    likely = [
        each
        for each in columns
        if rank("employee_id", each.heading) is None
        and is_number_of_each(each)
        and each.numbers >= _NEARLY_ALL * rows
        and all(
            rank(field, each.heading) is None for field in ("manager", "level", "title", "unit")
        )
    ]
    return (
        likely[0] if likely else _best("employee_id", columns, lambda column: not column.addresses)
    )


def _email(columns: list[_Column]) -> _Column | None:
    def holds_addresses(column: _Column) -> bool:
        return (
            column.addresses > _MOST_OF_IT * max(column.filled, 1)
            and not is_somebody_elses(column.heading)
            and rank("manager", column.heading) is None
        )

    headed = _best("email", columns, holds_addresses)
    if headed:
        return headed
    likely = [each for each in columns if holds_addresses(each)]
    if likely:
        return max(likely, key=lambda each: (each.distinct, -each.place))
    # What is in it is no address, or nothing at all: that is said line by line.
    return _best("email", columns, lambda column: not is_somebody_elses(column.heading))


def _names(
    columns: list[_Column], rows: int
) -> tuple[_Column | None, _Column | None, _Column | None]:
    """The column of the whole name, or the two of its parts; the one that is filled more."""

    def is_text(column: _Column) -> bool:
        return column.addresses <= _MOST_OF_IT * max(column.filled, 1)

    last = _best("last_name", columns, is_text)
    first = _best("first_name", columns, lambda each: is_text(each) and each is not last)
    # "Nombre" and "Nom" are a part of a name beside the other part, and a whole name without it.
    parts = {each.heading for each in (first, last) if each} if first and last else set()
    whole = _best("name", columns, lambda each: is_text(each) and each.heading not in parts)
    if whole is None and not parts:
        whole = first or last
    if first and last and (whole is None or whole.filled < _NEARLY_ALL * max(rows, 1)):
        return None, first, last
    return whole, None, None


def _managers(table: PeopleTable, columns: list[_Column], own: _Own) -> list[ManagerFound]:
    """Each column that may name managers, in each way that finds somebody, the best way first."""
    others = [each for each in columns if each not in own.columns]
    headed = [each for each in others if rank("manager", each.heading) is not None]
    tried = headed or [
        each
        for each in others
        if all(rank(field, each.heading) is None for field in ("title", "level", "unit"))
    ]
    known, cells_of = _everybody(table, own, tried)
    ways = []
    for column in tried:
        counts = {cell: n for cell, n in cells_of[column.place].items() if not means_nobody(cell)}
        asked = sum(counts.values())
        for by, key in _KEYS.items():
            found = sum(number for cell, number in counts.items() if key(cell) in known[by])
            if found and (headed or found >= _NEARLY_ALL * asked):
                ways.append(ManagerFound(column.heading, by, found, asked))
    order = list(ManagerBy)
    # A number that finds nearly as many as a name is the better way: two people may have one name.
    ways.sort(key=lambda way: (-round(way.found / way.of, 1), order.index(way.by), -way.found))
    return ways or [_unfound(each) for each in sorted(headed, key=lambda each: -each.filled)[:1]]


_KEYS = {ManagerBy.NUMBER: id_key, ManagerBy.ADDRESS: id_key, ManagerBy.NAME: name_words}


def _everybody(
    table: PeopleTable, own: _Own, tried: list[_Column]
) -> tuple[dict[ManagerBy, set[str]], dict[int, dict[str, int]]]:
    """By what everybody in the file is known, and by place of column how often each of its cells is there."""
    known: dict[ManagerBy, set[str]] = {by: set() for by in ManagerBy}
    cells_of: dict[int, dict[str, int]] = {each.place: {} for each in tried}
    for _, cells in table.rows():
        known[ManagerBy.NUMBER].add(id_key(_cell(cells, own.employee_id)))
        known[ManagerBy.ADDRESS].add(id_key(_cell(cells, own.email)))
        name = " ".join(_cell(cells, each) for each in own.names)
        known[ManagerBy.NAME].add(name_words(name))
        # Some write the number behind the name.
        known[ManagerBy.NAME].add(name_words(f"{name} {_cell(cells, own.employee_id)}"))
        for column in tried:
            cell = _cell(cells, column)
            if cell:
                counts = cells_of[column.place]
                counts[cell] = counts.get(cell, 0) + 1
    return known, cells_of


def _cell(cells: list[str], column: _Column | None) -> str:
    return cells[column.place] if column and column.place < len(cells) else ""


def _unfound(column: _Column) -> ManagerFound:
    """What its cells look like, where this file knows nobody of them: as in a file of a few people."""
    if column.addresses > _MOST_OF_IT * column.filled:
        by = ManagerBy.ADDRESS
    elif column.numbers > _MOST_OF_IT * column.filled or not column.filled:
        by = ManagerBy.NUMBER
    else:
        by = ManagerBy.NAME
    return ManagerFound(column.heading, by, 0, column.filled)
