"""Which column of a people file says what: as values, with what keeps a mapping from being used."""

from collections.abc import Mapping as Words
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class ManagerBy(StrEnum):
    """By what a manager's cell names the manager."""

    NUMBER = "number"
    ADDRESS = "address"
    NAME = "name"


#: What is asked for, in this order, and how a page calls it.
WORDS = {
    "employee_id": "Employee ID",
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Address to sign in",
    "manager": "Manager",
    "title": "Title",
    "level": "Level",
    "unit": "Unit",
    "status": "Status",
}
#: Values longer than these are none of ours.
_LONGEST = 130


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The heading of the column that each field is read from; "" for none.

    A name is in one column, or its two parts are.
    """

    employee_id: str = ""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    manager: str = ""
    title: str = ""
    level: str = ""
    unit: str = ""
    status: str = ""
    #: What it says of those who have left: they count as not in the file.
    left: tuple[str, ...] = ()
    manager_by: ManagerBy = ManagerBy.NUMBER
    #: "Byron, Ada" is read as "Ada Byron".
    turns_names: bool = False
    #: "Sales (Ada Byron)" is read as "Sales".
    drops_brackets: bool = False

    def column_of(self, field: str) -> str:
        column: str = getattr(self, field)
        return column

    @property
    def columns(self) -> list[str]:
        """Those that are read, each once."""
        return list(dict.fromkeys(filter(None, map(self.column_of, WORDS))))

    def dumped(self) -> dict[str, Any]:
        return asdict(self)

    def faults(self, headings: Sequence[str]) -> dict[str, str]:
        """What keeps a file with these headings from being read so: a sentence by field."""
        found = {
            field: "There is no such column in this file."
            for field in WORDS
            if self.column_of(field) and self.column_of(field) not in headings
        }
        if not self.employee_id:
            found["employee_id"] = (
                "Choose a column. Where people have no numbers, choose their address."
            )
        if not self.email:
            found["email"] = "Choose a column: by this address people sign in."
        if self.name and (self.first_name or self.last_name):
            found["name"] = "Choose either one column with the whole name or two with its parts."
        elif not self.name and not (self.first_name and self.last_name):
            found["name"] = "Choose one column with the whole name, or two with its parts."
        users: dict[str, list[str]] = {}
        for field in WORDS:
            if self.column_of(field):
                users.setdefault(self.column_of(field), []).append(field)
        for column, using in users.items():
            # An address may serve as the number, where people have none.
            others = using if set(using) != {"employee_id", "email"} else []
            for field in others[1:]:
                found.setdefault(
                    field, f"“{column}” is chosen for {WORDS[others[0]].casefold()} already."
                )
        return found


def loaded(kept: Any) -> ColumnMapping:
    """The mapping that was dumped. What a newer release does not know any more is left out."""
    names = {each.name for each in fields(ColumnMapping)}
    values: Words[str, Any] = {name: value for name, value in kept.items() if name in names}
    manager_by = ManagerBy(values.get("manager_by", ManagerBy.NUMBER))
    left = tuple(values.get("left", ()))
    return ColumnMapping(**{**values, "manager_by": manager_by, "left": left})


def told(words: Sequence[str]) -> dict[str, str]:
    """Fields and columns from "field=column", as they are told on the command line.

    Raises:
        ValueError: with a sentence.
    """
    found: dict[str, str] = {}
    for word in words:
        field, equals, column = word.partition("=")
        field = field.strip().replace("-", "_")
        manager = field.removeprefix("manager_")
        if field not in WORDS and manager not in set(ManagerBy):
            known = ", ".join([*WORDS, *(f"manager_{by}" for by in ManagerBy)])
            raise ValueError(f"“{word}” names no field. The fields are {known}.")
        if not equals or len(column) > _LONGEST:
            raise ValueError(
                f"“{word}” names no column. Write {field}=HEADING, or {field}= for none."
            )
        found[field] = column.strip()
    return found


def corrected(mapping: ColumnMapping, told_columns: Words[str, str]) -> ColumnMapping:
    """The mapping with what was told instead. Where a name is told, its other form is none."""
    values = mapping.dumped()
    for field, column in told_columns.items():
        if field == "name":
            values |= {"first_name": "", "last_name": ""}
        elif field in {"first_name", "last_name"}:
            values["name"] = ""
        manager = field.removeprefix("manager_")
        if manager != field:
            values |= {"manager": column, "manager_by": manager}
        else:
            values[field] = column
    return loaded(values)
