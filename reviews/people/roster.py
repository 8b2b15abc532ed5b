"""What a people file would change: the rules of the import, as pure functions over plain values.

The file is the whole roster. Who is in it and not here is new; who is here and not in it leaves; owners never leave.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from reviews.people.addresses import email_key
from reviews.people.roster_file import RosterEntry, RosterFile, RosterProblem, id_key

#: What is compared, in the order in which a change is shown.
FIELDS = ("employee_id", "name", "email", "manager_employee_id", "title", "level", "unit")
#: The field that says whether somebody may sign in; its two values.
ACCOUNT, OPEN, CLOSED = "account", "open", "closed"


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who is here already. No manager is ""."""

    employee_id: str
    name: str
    email: str
    manager_employee_id: str = ""
    title: str = ""
    level: str = ""
    unit: str = ""
    is_active: bool = True
    is_owner: bool = False


@dataclass(frozen=True, slots=True)
class PersonFieldChange:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """`employee_id` is the one on record, by which the row is found."""

    employee_id: str
    name: str
    fields: tuple[PersonFieldChange, ...]


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What applying the file would do. Nothing is applied while there are problems."""

    new: tuple[RosterEntry, ...]
    changed: tuple[Changed, ...]
    leaving: tuple[KnownPerson, ...]
    unchanged: int
    problems: tuple[RosterProblem, ...]
    #: Employee ID -> name of everybody in the file and on record.
    names: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.leaving)

    @property
    def touches_accounts(self) -> bool:
        """Whether somebody could no longer sign in, could again, or would with another address."""
        return bool(self.leaving) or any(
            change.field in {ACCOUNT, "email"}
            for person in self.changed
            for change in person.fields
        )

    @property
    def digest(self) -> str:
        """Equal for plans that do the same. Somebody who looked at one plan never applies another."""
        new = [{**asdict(entry), "line": 0} for entry in self.new]
        changed = [asdict(person) for person in self.changed]
        leaving = [person.employee_id for person in self.leaving]
        text = json.dumps([new, changed, leaving], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def compare(file: RosterFile, roster: Sequence[KnownPerson]) -> RosterPlan:
    """The one way from a file and the present roster to what would change. Takes time in proportion to both."""
    return _RosterComparison(file, roster).plan()


class _RosterComparison:
    """One call of `compare` and its lookups. Keys are those of `id_key`."""

    def __init__(self, file: RosterFile, roster: Sequence[KnownPerson]) -> None:
        self.file = file
        self.on_record = {id_key(person.employee_id): person for person in roster}
        self.entries = {id_key(entry.employee_id): entry for entry in file.entries}
        self.matched = dict(self.matches())
        self.new_keys = {id_key(person.employee_id): key for key, person in self.matched.items()}
        missing = {
            key: person
            for key, person in self.on_record.items()
            if person.is_active and key not in self.new_keys
        }
        # An owner who is not in the file keeps the account, also to repair an import.
        self.staying = {key: person for key, person in missing.items() if person.is_owner}
        self.leaving = {key: person for key, person in missing.items() if not person.is_owner}

    def plan(self) -> RosterPlan:
        new: list[RosterEntry] = []
        changed: list[Changed] = []
        unchanged = 0
        for entry in self.file.entries:
            person = self.matched.get(id_key(entry.employee_id))
            if person is None:
                new.append(entry)
            elif fields := tuple(self.differences(person, entry)):
                changed.append(Changed(person.employee_id, person.name, fields))
            else:
                unchanged += 1
        for owner in self.staying.values():
            if id_key(owner.manager_employee_id) in self.leaving:
                lost = PersonFieldChange("manager_employee_id", owner.manager_employee_id, "")
                changed.append(Changed(owner.employee_id, owner.name, (lost,)))
        problems = [
            *self.file.problems,
            *self.taken_addresses(),
            *self.managers(),
            *self.circles(),
        ]
        return RosterPlan(
            new=tuple(new),
            changed=tuple(changed),
            # A file that could not be read is no reason to say that everybody leaves.
            leaving=tuple(self.leaving.values()) if self.entries else (),
            unchanged=unchanged,
            problems=tuple(sorted(problems, key=lambda each: (each.line, each.column))),
            names={person.employee_id: person.name for person in self.on_record.values()}
            | {entry.employee_id: entry.name for entry in self.file.entries},
        )

    def differences(self, person: KnownPerson, entry: RosterEntry) -> Iterator[PersonFieldChange]:
        for field in FIELDS:
            before, after = getattr(person, field), getattr(entry, field)
            if after is None or after == before:
                continue
            if field == "manager_employee_id" and self.moved(before) == id_key(after):
                continue
            yield PersonFieldChange(field, before, after)
        if not person.is_active:
            yield PersonFieldChange(ACCOUNT, CLOSED, OPEN)

    def moved(self, employee_id: str) -> str:
        """The key by which the file knows whoever has this ID on record."""
        key = id_key(employee_id)
        return self.new_keys.get(key, key)

    def matches(self) -> Iterator[tuple[str, KnownPerson]]:
        """ID in the file -> who it is about: by employee ID, else by the address of somebody whose ID is in no line.

        That is how an ID changes, and how the first owner, made from the command line, gets one. The address of
        somebody who has left never matches: it may have been given to another person.
        """
        by_address = {
            email_key(person.email): person
            for key, person in self.on_record.items()
            if person.is_active and key not in self.entries
        }
        for entry in self.file.entries:
            person = self.on_record.get(id_key(entry.employee_id)) or by_address.pop(
                email_key(entry.email), None
            )
            if person is not None:
                yield id_key(entry.employee_id), person

    def taken_addresses(self) -> Iterator[RosterProblem]:
        """An address on record for somebody whom the file does not give another one."""
        kept = {
            email_key(person.email): person
            for key, person in self.on_record.items()
            if key not in self.new_keys
        }
        for entry in self.file.entries:
            holder = kept.get(email_key(entry.email))
            if holder is not None:
                yield RosterProblem(
                    entry.line,
                    "email",
                    f"Belongs to {holder.name} ({holder.employee_id}), who is not in this file.",
                )

    def managers(self) -> Iterator[RosterProblem]:
        for entry in self.file.entries:
            key = id_key(entry.manager_employee_id)
            if not key or key in self.staying:
                continue
            if key == id_key(entry.employee_id):
                sentence = f"{entry.name} is entered as their own manager."
            elif key in self.entries:
                continue
            elif key in self.on_record:
                sentence = (
                    f"{self.on_record[key].name} ({entry.manager_employee_id}) is not in this file,"
                    " so there is nobody to report to."
                )
            else:
                sentence = f"Nobody has the employee ID {entry.manager_employee_id}."
            yield RosterProblem(entry.line, "manager_employee_id", sentence)

    def circles(self) -> Iterator[RosterProblem]:
        """Each ring of people who report to each other, once, at the first of its lines, with everybody in it."""
        above = self.reporting()
        done: set[str] = set()
        for start in above:
            path: dict[str, None] = {}
            key = start
            while key in above and key not in done and key not in path:
                path[key] = None
                key = above[key]
            if key in path:
                walked = list(path)
                yield self.circle(walked[walked.index(key) :])
            done.update(path)

    def reporting(self) -> dict[str, str]:
        """Who would report to whom, without those who report to themselves or nobody."""
        links = {key: id_key(entry.manager_employee_id) for key, entry in self.entries.items()}
        for key, owner in self.staying.items():
            links[key] = self.moved(owner.manager_employee_id)
        return {key: manager for key, manager in links.items() if manager and manager != key}

    def circle(self, ring: list[str]) -> RosterProblem:
        first = min(
            (key for key in ring if key in self.entries), key=lambda key: self.entries[key].line
        )
        place = ring.index(first)
        people = [self.named(key) for key in (*ring[place:], *ring[:place], first)]
        return RosterProblem(
            self.entries[first].line,
            "manager_employee_id",
            f"These people report to each other in a circle: {' → '.join(people)}.",
        )

    def named(self, key: str) -> str:
        person = self.entries.get(key) or self.on_record[key]
        return f"{person.name} ({person.employee_id})"
