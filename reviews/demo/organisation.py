"""The demo's roster: about 120 people in one line of management, as the file that a people system would export."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reviews.demo import content

HEADER = ("employee_id", "name", "email", "manager_employee_id", "title", "level", "unit")
#: What the demo's people can be, with the share of each among those who write code.
LEVELS = ("Engineer", "Senior engineer", "Senior engineer", "Staff engineer", "Engineer")


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One person of the roster."""

    employee_id: str
    name: str
    manager_employee_id: str
    title: str
    level: str
    unit: str

    @property
    def email(self) -> str:
        return f"{slug(self.name)}@levelset.example"


def slug(name: str) -> str:
    """A name as the part of an address before the at sign."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("ø", "o"))
    letters = "".join(c for c in plain if c.isascii() and (c.isalnum() or c in " -"))
    return letters.lower().replace(" ", ".")


def roster() -> list[RosterLine]:
    """Everybody on the first day: a head, five heads of unit, managers of six, the panel, and two in HR."""
    spare = iter(content.names())
    lines = [
        RosterLine("L0001", next(spare), "", "Chief technology officer", "", "Leadership"),
        RosterLine("L0002", content.OWNER, "L0001", "Head of people", "", "People"),
        RosterLine("L0003", content.SECOND_OWNER, "L0002", "People partner", "", "People"),
        RosterLine(
            "L0004",
            content.CHAIR,
            "L0001",
            "Principal engineer",
            "Principal engineer",
            "Architecture",
        ),
    ]
    lines += [
        RosterLine(
            f"L001{n}", name, "L0001", "Principal engineer", "Principal engineer", "Architecture"
        )
        for n, name in enumerate(content.MEMBERS)
    ]
    for unit_number, unit in enumerate(content.UNITS):
        head = RosterLine(
            f"H000{unit_number}", next(spare), "L0001", f"Head of {unit.lower()}", "", unit
        )
        lines.append(head)
        for team in range(3):
            lines += _team(unit_number, unit, team, head, spare)
    return _with_story(lines)


def _team(
    unit_number: int, unit: str, team: int, head: RosterLine, spare: Iterator[str]
) -> list[RosterLine]:
    """A manager with six people."""
    manager = RosterLine(
        f"U{unit_number}{team}00",
        next(spare),
        head.employee_id,
        "Engineering manager",
        "Engineering manager",
        unit,
    )
    return [
        manager,
        *(
            RosterLine(
                f"U{unit_number}{team}{n:02}",
                next(spare),
                manager.employee_id,
                LEVELS[n % len(LEVELS)],
                LEVELS[n % len(LEVELS)],
                unit,
            )
            for n in range(1, 7)
        ),
    ]


def _with_story(lines: list[RosterLine]) -> list[RosterLine]:
    """Give the people the story is about their places."""
    named = {
        "U0100": content.MANAGER,
        "U0102": content.CANDIDATE,
        "U0201": content.PEER,
        "U2002": content.DECIDED_CANDIDATE,
        "U3006": content.LEAVER,
    }
    return [replace(line, name=named.get(line.employee_id, line.name)) for line in lines]


def as_csv(lines: Sequence[RosterLine]) -> str:
    """The roster as the file that a people system would export."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for line in lines:
        writer.writerow(
            (
                line.employee_id,
                line.name,
                line.email,
                line.manager_employee_id,
                line.title,
                line.level,
                line.unit,
            )
        )
    return text.getvalue()
