"""The pages of an import as values: what the mapping would read, and what a plan would do, in parts of twenty."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Generic, TypeVar

from reviews.access.loaders import SiteAccess
from reviews.people.open_work import open_work
from reviews.roster.entries import RosterEntry, RosterProblem, name_words
from reviews.roster.guessing import ManagerFound
from reviews.roster.mapping import WORDS, ManagerBy
from reviews.roster.plan import Changed, KnownPerson, RosterPlan
from reviews.roster.queries import Remembered, WaitingFile
from reviews.rules.name_keys import folded

#: Of each list on a page.
SHOWN = 20

_Item = TypeVar("_Item")

COLUMN_WORDS = {
    **WORDS,
    "manager_employee_id": "Manager",
    "account": "Account",
    "email": "E-mail",
    "": "Whole line",
}


@dataclass(frozen=True, slots=True)
class ListPart(Generic[_Item]):
    """One page of a list of the preview, and which one."""

    items: Sequence[_Item]
    page: int
    total: int

    @property
    def pages(self) -> int:
        return max(ceil(self.total / SHOWN), 1)

    @property
    def summary(self) -> str:
        first = (self.page - 1) * SHOWN + 1
        return f"{first:,}\N{EN DASH}{first + len(self.items) - 1:,} of {self.total:,}"


def part(items: Sequence[_Item], page: int) -> ListPart[_Item]:
    return ListPart(items[(page - 1) * SHOWN : page * SHOWN], page, len(items))


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """Mistakes of one kind, and the first of them."""

    column: str
    what: str
    total: int
    first: Sequence[RosterProblem]


def kinds_of(problems: Sequence[RosterProblem]) -> list[ProblemKind]:
    """By column and by what is wrong, the most frequent first."""
    kinds: dict[tuple[str, str], list[RosterProblem]] = {}
    for problem in problems:
        kinds.setdefault((problem.column, _kind(problem)), []).append(problem)
    found = [
        ProblemKind(COLUMN_WORDS[column], what, len(those), those[:SHOWN])
        for (column, what), those in kinds.items()
    ]
    return sorted(found, key=lambda each: (-each.total, each.first[0].line))


#: Words of a sentence by which it is known -> the kind.
_KINDS = (
    ("is not an e-mail address", "no e-mail addresses"),
    ("Is empty", "empty"),
    ("as well.", "on two lines"),
    ("Longer than", "too long"),
    ("invisible", "characters that cannot be seen"),
    ("nothing in it that can be seen", "characters that cannot be seen"),
    ("scripts", "letters that look alike"),
    ("in a circle", "circles"),
    ("Nobody has", "nobody of this kind"),
    ("Several people", "names of several people"),
    ("nobody to report to", "managers who are not there"),
    ("is left out", "managers who are left out"),
    ("Belongs to", "addresses of others"),
    ("cells, but", "more cells than headings"),
)


def _kind(problem: RosterProblem) -> str:
    return next((kind for words, kind in _KINDS if words in problem.sentence), "other mistakes")


@dataclass(frozen=True, slots=True)
class Consequence:
    """Somebody with work open in a cycle that runs, whom the import closes or gives another manager."""

    name: str
    employee_id: str
    what: str
    work: Sequence[str]


def open_work_of(plan: RosterPlan, access: SiteAccess) -> Mapping[str, Sequence[str]]:
    """What waits for those who leave or get another manager, as far as the viewer may know, by their number here."""
    return open_work(
        access,
        leaving=[each.employee_id for each in plan.leaving],
        moving=[each.employee_id for each, _ in _moving(plan)],
    )


def _moving(plan: RosterPlan) -> Iterator[tuple[Changed, str]]:
    for person in plan.changed:
        for change in person.fields:
            if change.field == "manager_employee_id":
                yield person, plan.names.get(change.after, change.after)


def consequences(plan: RosterPlan, work: Mapping[str, Sequence[str]]) -> list[Consequence]:
    """Leavers before those who get another manager."""
    leaving = [
        Consequence(each.name, each.employee_id, "leaves", work[each.employee_id])
        for each in plan.leaving
        if work.get(each.employee_id)
    ]
    moving = [
        Consequence(
            person.name,
            person.employee_id,
            f"reports to {manager} from now on" if manager else "reports to nobody from now on",
            work[person.employee_id],
        )
        for person, manager in _moving(plan)
        if work.get(person.employee_id)
    ]
    return leaving + moving


@dataclass(frozen=True, slots=True)
class ImportPage:
    file: WaitingFile
    plan: RosterPlan
    #: Employee ID of somebody who leaves or moves -> what waits for them, as far as the viewer may know.
    work: Mapping[str, Sequence[str]]
    new: ListPart[RosterEntry]
    changed: ListPart[Changed]
    leaving: ListPart[KnownPerson]
    consequences: Sequence[Consequence]
    kinds: Sequence[ProblemKind]
    #: Names in words of people of the file that several people have.
    namesakes: frozenset[str]

    def is_namesake(self, name: str) -> bool:
        return name_words(name) in self.namesakes


def preview_page(
    file: WaitingFile, plan: RosterPlan, work: Mapping[str, Sequence[str]], pages: Mapping[str, int]
) -> ImportPage:
    by_work = sorted(plan.leaving, key=lambda each: not work.get(each.employee_id))
    counts = Counter(map(name_words, plan.names.values()))
    return ImportPage(
        file=file,
        plan=plan,
        work=work,
        new=part(plan.new, pages["new"]),
        changed=part(plan.changed, pages["changed"]),
        leaving=part(by_work, pages["leaving"]),
        consequences=consequences(plan, work),
        kinds=kinds_of(plan.problems),
        namesakes=frozenset(name for name, count in counts.items() if count > 1),
    )


#: The lists of a plan that can be had as a file.
LISTS = ("leaving", "changed", "new", "mistakes")


def lines_of(plan: RosterPlan, which: str) -> Iterator[Sequence[str]]:
    """A list of the plan with its headings, whole."""
    if which == "new":
        yield ("Line", "Employee ID", "Name", "E-mail", "Manager", "Title", "Level", "Unit")
        for entry in plan.new:
            yield (
                str(entry.line),
                entry.employee_id,
                entry.name,
                entry.email,
                entry.manager_employee_id or "",
                entry.title or "",
                entry.level or "",
                entry.unit or "",
            )
    elif which == "changed":
        yield ("Employee ID", "Name", "Field", "On record", "In the file")
        for person in plan.changed:
            for change in person.fields:
                words = COLUMN_WORDS[change.field]
                yield (person.employee_id, person.name, words, change.before, change.after)
    elif which == "leaving":
        yield ("Employee ID", "Name", "E-mail", "Unit")
        for known in plan.leaving:
            yield (known.employee_id, known.name, known.email, known.unit)
    else:
        yield ("Line", "Employee ID", "Name", "Column", "What is wrong", "If left out")
        for problem in plan.problems:
            left = plan.left_out[problem.line]
            kept = "stays as on record" if left.is_known else "is not added"
            column = COLUMN_WORDS[problem.column]
            yield (str(problem.line), left.employee_id, left.name, column, problem.sentence, kept)


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    file: WaitingFile
    #: The first people as they would be read.
    people: Sequence[RosterEntry]
    #: By column the same rows as they stand.
    rows: Sequence[tuple[int, Sequence[str]]]
    #: The best way for each kind of manager's cell.
    ways: Mapping[ManagerBy, ManagerFound]
    #: From which row on the people are; and the next three, if there are more.
    first: int
    next: int | None
    unread: Sequence[str]
    #: How many leave if this is the whole company; None while it cannot be said.
    leaving: int | None
    #: What the column of the status says, and how often.
    statuses: Mapping[str, int] = field(default_factory=dict)
    #: A column that is not read, of the last days of people; "" for none.
    leaving_date: str = ""
    #: How many have themselves as manager.
    own_managers: int = 0
    remembered: Remembered | None = None
    #: `folded` number or address, whichever the managers' cells have -> name.
    names: Mapping[str, str] = field(default_factory=dict)

    def manager_of(self, person: RosterEntry) -> str:
        """Their name, if the file has them, or what it names them by."""
        cell = person.manager_employee_id or ""
        return self.names.get(folded(cell), cell)
