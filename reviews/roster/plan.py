"""What a people file would change: the rules of the import, as pure functions over plain values.

A file is the whole roster, or only some people. Who is in it and not here is new. Who is here and not in a file of the
whole roster leaves; owners never leave. Who is on a line with a mistake is left out: as on record, or not added.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reviews.people.addresses import email_key
from reviews.people.as_typed import id_key
from reviews.roster.entries import RosterEntry, RosterFile, RosterProblem, name_words, names_nobody
from reviews.roster.mapping import ManagerBy
from reviews.rules.name_keys import search_key

#: What is compared, in the order in which a change is shown.
FIELDS = ("employee_id", "name", "email", "manager_employee_id", "title", "level", "unit")
#: The field that says whether somebody may sign in; its two values.
ACCOUNT, OPEN, CLOSED = "account", "open", "closed"
#: Questions that are asked at once. Whoever else it would be asked of is left out until the next file.
MOST_QUESTIONS = 20
#: Leaving people out may make mistakes of others. After so many rounds nobody is taken.
_MOST_ROUNDS = 10
#: People of a circle who are named.
_LONGEST_RING = 1_001


class Identity(StrEnum):
    """Whose an address is that somebody else, or the same person under another number, had."""

    SAME = "same"
    OTHER = "other"


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
    #: Of the row; 0 where there is none.
    id: int = 0


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
    known: KnownPerson | None = field(default=None, compare=False)

    @property
    def id(self) -> int:
        """Of the row; 0 where there is none."""
        return self.known.id if self.known else 0


@dataclass(frozen=True, slots=True)
class IdentityQuestion:
    """Only a person can say whether a line is about the holder of its address."""

    entry: RosterEntry
    holder: KnownPerson
    #: What may be answered.
    answers: tuple[Identity, ...]
    answer: Identity | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody on a line that is not taken."""

    line: int
    name: str
    employee_id: str
    #: Whether they are on record, and stay so; else they are not added.
    is_known: bool


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What applying the file would do to everybody who is not left out."""

    new: tuple[RosterEntry, ...]
    changed: tuple[Changed, ...]
    leaving: tuple[KnownPerson, ...]
    unchanged: int
    problems: tuple[RosterProblem, ...]
    questions: tuple[IdentityQuestion, ...] = ()
    left_out: Mapping[int, LeftOut] = field(default_factory=dict)
    #: Those whose address is somebody else's now. They have none until they get one.
    freed: tuple[KnownPerson, ...] = ()
    #: Those who are entered as their own manager, and report to nobody.
    own_managers: tuple[str, ...] = ()
    #: Those whose manager has left by the file, and who report to nobody.
    without_manager: tuple[str, ...] = ()
    #: How many the company would have, and has.
    then: int = 0
    now: int = 0
    is_whole: bool = True
    #: Employee ID -> name of everybody in the file and on record.
    names: Mapping[str, str] = field(default_factory=dict)
    #: Status -> how many lines of the file are of somebody who has left by it. They count as not in the file.
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.leaving or self.freed)

    @property
    def unanswered(self) -> tuple[IdentityQuestion, ...]:
        return tuple(each for each in self.questions if each.answer is None)

    @property
    def touches_accounts(self) -> bool:
        """Whether somebody could no longer sign in, could again, or would with another address."""
        return bool(self.leaving or self.readdressed) or any(
            change.field == ACCOUNT for person in self.changed for change in person.fields
        )

    @property
    def readdressed(self) -> tuple[tuple[KnownPerson | None, str], ...]:
        """Who signs in with another address from now on, or with none, with the one that was theirs until now."""
        changed = [
            (person.known, change.before)
            for person in self.changed
            for change in person.fields
            if change.field == "email"
        ]
        return (*changed, *((person, person.email) for person in self.freed))

    @property
    def largest_loss(self) -> tuple[str, int] | None:
        """The unit that most leave, and how many: the usual sign of a file with a part of the company."""
        counts = Counter(person.unit for person in self.leaving if person.unit)
        return counts.most_common(1)[0] if counts and len(self.leaving) > 1 else None

    @property
    def digest(self) -> str:
        """Equal for plans that do the same. Somebody who looked at one plan never applies another."""
        done = hashlib.sha256(b"whole" if self.is_whole else b"only these")
        for entry in self.new:
            values = [getattr(entry, name) for name in FIELDS]
            done.update(f"\nnew {values!r}".encode(errors="surrogatepass"))
        for person in self.changed:
            done.update(
                f"\nchanged {person.employee_id!r} {person.fields!r}".encode(errors="surrogatepass")
            )
        for word, people in (("leaving", self.leaving), ("freed", self.freed)):
            for known in people:
                done.update(f"\n{word} {known.employee_id!r}".encode(errors="surrogatepass"))
        return done.hexdigest()


def compare(
    file: RosterFile,
    roster: Sequence[KnownPerson],
    *,
    is_whole: bool = True,
    answers: Mapping[str, Identity] | None = None,
) -> RosterPlan:
    """The one way from a file and the present roster to what would change. Takes time in proportion to both.

    Args:
        is_whole: whether those who are not in the file leave.
        answers: `id_key` of a number in the file -> whose the address is.
    """
    return _RosterComparison(file, roster, is_whole, answers or {}).plan()


class _RosterComparison:
    """One call of `compare` and its lookups. Keys are those of `id_key`."""

    def __init__(
        self,
        file: RosterFile,
        roster: Sequence[KnownPerson],
        is_whole: bool,  # noqa: FBT001 - of `compare` alone
        answers: Mapping[str, Identity],
    ) -> None:
        self.file = file
        self.is_whole = is_whole
        self.on_record = {id_key(person.employee_id): person for person in roster}
        self.holders = {
            email_key(person.email): key for key, person in self.on_record.items() if person.email
        }
        #: Lines that are not taken.
        self.out: set[int] = {line for each in file.problems for line in (each.line, *each.others)}
        self.problems: list[RosterProblem] = list(file.problems)
        self.entries: dict[str, RosterEntry] = {}
        for entry in file.entries:
            # Of two lines with one number both are out already; either will do to know that it is there.
            self.entries.setdefault(id_key(entry.employee_id), entry)
        self.keys = {entry.line: id_key(entry.employee_id) for entry in file.entries}
        self.questions: list[IdentityQuestion] = []
        #: Key of those who give up their address -> key in the file of who has it now.
        self.freed: dict[str, str] = {}
        #: Key in the file -> who it is about.
        self.matched = dict(self.matches(answers))
        self.new_keys = {id_key(person.employee_id): key for key, person in self.matched.items()}
        self.own_managers: list[str] = []
        self.without_manager: list[str] = []
        #: Key in the file -> the employee ID of the manager, "" for nobody, None where the file does not say.
        self.managers_to: dict[str, str | None] = {}
        self.find_managers()
        self.leave_out()

    # -- Who is who

    def matches(self, answers: Mapping[str, Identity]) -> Iterator[tuple[str, KnownPerson]]:
        """By employee ID, else by the address of somebody whose ID is in no line, if that is the same person.

        That is how an ID changes, and how the first owner, made from the command line, gets one. It is asked where the
        account is closed, and where the names have no word in common: an address may be given to another person.
        """
        for entry in self.file.entries:
            key = self.keys[entry.line]
            known = self.on_record.get(key) if key else None
            holder = self.holder_in_no_line(entry)
            if holder is not None and (known is None or entry.line not in self.out):
                known = self.holder_or_known(entry, holder, known, answers.get(key))
            if known is not None:
                yield key, known

    def holder_in_no_line(self, entry: RosterEntry) -> KnownPerson | None:
        """Who has the address on record, if no line has their number."""
        key = self.holders.get(email_key(entry.email))
        return None if key is None or key in self.entries else self.on_record[key]

    def holder_or_known(
        self,
        entry: RosterEntry,
        holder: KnownPerson,
        known: KnownPerson | None,
        answer: Identity | None,
    ) -> KnownPerson | None:
        """Whom the entry is about: the holder of its address, or whoever has its number, or nobody yet."""
        if entry.line in self.out:
            return holder
        are_alike = holder.is_owner or _share_a_word(holder.name, entry.name)
        if known is None and holder.is_active and are_alike:
            return holder
        may_be = self.possible(known, holder)
        if not may_be:
            self.mistake(entry, "email", f"Belongs to {_said(holder)}, who is not in this file.")
        elif len(self.questions) == MOST_QUESTIONS:
            sentence = (
                f"Belongs to {_said(holder)}. That is asked for {MOST_QUESTIONS} people at a time:"
                " import the file once more for the others."
            )
            self.mistake(entry, "email", sentence)
        else:
            answer = answer if answer in may_be else None
            self.questions.append(IdentityQuestion(entry, holder, may_be, answer))
            if answer is Identity.SAME:
                return holder
            if answer is Identity.OTHER:
                self.freed[id_key(holder.employee_id)] = self.keys[entry.line]
            else:
                self.out.add(entry.line)
        return known

    def possible(self, known: KnownPerson | None, holder: KnownPerson) -> tuple[Identity, ...]:
        """What a line with the address of somebody on no line is about: that person, or somebody who has it now."""
        # Who stays and is not in the file needs the address to sign in.
        gives_up = not holder.is_active or (self.is_whole and not holder.is_owner)
        same = (Identity.SAME,) if known is None else ()
        return (*same, Identity.OTHER) if gives_up else same

    # -- Managers

    def find_managers(self) -> None:
        by = self.file.manager_by
        named = self.named_in_file() if by is ManagerBy.NAME else {}
        addresses = {
            email_key(entry.email): entry.employee_id
            for entry in self.file.entries
            if by is ManagerBy.ADDRESS and entry.email
        }
        has_left = self.leaver_of(by)
        for entry in self.file.entries:
            key, cell = self.keys[entry.line], entry.manager_employee_id
            if cell is None:
                self.managers_to[key] = None
                continue
            if has_left(cell):
                self.without_manager.append(entry.name)
                self.managers_to[key] = ""
                continue
            if by is ManagerBy.NAME:
                found = named.get(name_words(cell), []) if cell else []
                if len(found) > 1 and entry.line not in self.out:
                    numbers = ", ".join(found[:3]) + (" and more" if len(found) > 3 else "")
                    self.mistake(
                        entry,
                        "manager_employee_id",
                        f"Several people have the name {cell}: {numbers}.",
                    )
                to = found[0] if found else None
            elif by is ManagerBy.ADDRESS:
                to = addresses.get(email_key(cell))
                if to is None and email_key(cell) in self.holders:
                    to = self.on_record[self.holders[email_key(cell)]].employee_id
            else:
                to = (
                    cell if id_key(cell) in self.entries or id_key(cell) in self.on_record else None
                )
            if to is None and not names_nobody(cell) and entry.line not in self.out:
                what = {
                    ManagerBy.NUMBER: "employee ID",
                    ManagerBy.ADDRESS: "address",
                    ManagerBy.NAME: "name",
                }[by]
                self.mistake(entry, "manager_employee_id", f"Nobody has the {what} {cell}.")
            if to and key in {id_key(to), self.new_keys.get(id_key(to))}:
                self.own_managers.append(entry.name)
                to = ""
            self.managers_to[key] = to or ""

    def leaver_of(self, by: ManagerBy) -> Callable[[str], bool]:
        """Whether a manager's cell names somebody who has left by the file, and nobody who is in it."""
        key_of, field = {
            ManagerBy.NUMBER: (id_key, "employee_id"),
            ManagerBy.ADDRESS: (email_key, "email"),
            ManagerBy.NAME: (name_words, "name"),
        }[by]
        gone = {key_of(getattr(entry, field)) for entry in self.file.leavers}
        if gone:
            gone -= {key_of(getattr(entry, field)) for entry in self.file.entries}
        gone.discard("")
        return lambda cell: bool(gone) and key_of(cell) in gone

    def named_in_file(self) -> dict[str, list[str]]:
        """Name -> the employee IDs of those who have it: in the file, and of those on record who are not in it."""
        named: dict[str, list[str]] = defaultdict(list)
        for entry in self.file.entries:
            named[name_words(entry.name)].append(entry.employee_id)
            # Some write the number behind the name.
            named[name_words(f"{entry.name} {entry.employee_id}")].append(entry.employee_id)
        for key, person in self.on_record.items():
            if person.is_active and key not in self.entries and key not in self.new_keys:
                named[name_words(person.name)].append(person.employee_id)
        return named

    # -- Who is left out

    def mistake(
        self, entry: RosterEntry, column: str, sentence: str, others: Iterable[int] = ()
    ) -> None:
        problem = RosterProblem(entry.line, column, sentence, tuple(others))
        self.problems.append(problem)
        self.out.update((problem.line, *problem.others))

    def leave_out(self) -> None:
        """Leave out whoever cannot be taken without those who are left out, until nobody more is."""
        for _ in range(_MOST_ROUNDS):
            before = len(self.out)
            self.look_at_addresses()
            self.look_at_managers()
            self.look_at_circles()
            if len(self.out) == before:
                return
        for entry in self.file.entries:
            if entry.line not in self.out:
                self.mistake(entry, "", "Hangs on too many people who are left out.")

    def taken(self) -> Iterator[tuple[str, RosterEntry]]:
        for entry in self.file.entries:
            if entry.line not in self.out:
                yield self.keys[entry.line], entry

    @property
    def kept(self) -> dict[str, KnownPerson]:
        """Those who stay as they are: on lines that are left out, and whoever does not leave though in no line."""
        changing = {
            id_key(self.matched[key].employee_id) for key, _ in self.taken() if key in self.matched
        }
        leaving = self.leaving
        return {
            key: person
            for key, person in self.on_record.items()
            if key not in changing and key not in leaving and person.is_active
        }

    @property
    def leaving(self) -> dict[str, KnownPerson]:
        if not self.is_whole or len(self.out) >= len(self.file.entries):
            # A file of which nothing can be taken is no reason to say that everybody leaves.
            return {}
        named = set(self.new_keys)
        named.update(key for key in self.keys.values() if key)
        for entry in self.file.entries:
            if entry.line in self.out:
                holder = self.holders.get(email_key(entry.email))
                if holder is not None:
                    named.add(holder)
        return {
            key: person
            for key, person in self.on_record.items()
            if person.is_active and key not in named and not person.is_owner
        }

    def look_at_addresses(self) -> None:
        """An address of somebody on record who keeps it, because no line that is taken gives them another one."""
        gives_up = {key for key, by in self.freed.items() if self.is_taken(by)}
        changing = {
            id_key(self.matched[key].employee_id) for key, _ in self.taken() if key in self.matched
        }
        for key, entry in self.taken():
            holder = self.holders.get(email_key(entry.email))
            if holder is None or holder in gives_up or holder in changing:
                continue
            if key in self.matched and id_key(self.matched[key].employee_id) == holder:
                continue
            person = self.on_record[holder]
            self.mistake(entry, "email", f"Belongs to {_said(person)}, who stays as on record.")

    def is_taken(self, key: str) -> bool:
        return key in self.entries and self.entries[key].line not in self.out

    def look_at_managers(self) -> None:
        """Somebody reports to nobody here: to a leaver, to a closed account, or to somebody new who is left out."""
        reports: dict[str, list[RosterEntry]] = defaultdict(list)
        waiting: list[RosterEntry] = []
        leaving = self.leaving
        for key, entry in self.taken():
            to = self.managers_to[key]
            if not to:
                continue
            reports[id_key(to)].append(entry)
            wrong = self.what_is_wrong_with_manager(id_key(self.number_of(to)), leaving)
            if wrong:
                self.mistake(entry, "manager_employee_id", wrong)
                waiting.append(entry)
        # Whoever reports to one of these has nobody to report to either, where these are new.
        while waiting:
            entry = waiting.pop()
            key = self.keys[entry.line]
            if key in self.matched:
                continue
            for report in reports.get(key, ()):
                if report.line not in self.out:
                    self.mistake(
                        report, "manager_employee_id", f"{self.named(key)} is left out, and is new."
                    )
                    waiting.append(report)

    def what_is_wrong_with_manager(self, key: str, leaving: Mapping[str, KnownPerson]) -> str:
        """A sentence, or nothing where this number is somebody's to whom one can report."""
        if self.is_taken(key):
            return ""
        person = self.matched.get(key) if key in self.entries else self.on_record.get(key)
        if person is None:
            return f"{self.named(key)} is left out, and is new."
        if id_key(person.employee_id) in leaving:
            return f"{_said(person)} is not in this file, so there is nobody to report to."
        if not person.is_active:
            return f"The account of {_said(person)} is closed, so there is nobody to report to."
        return ""

    def look_at_circles(self) -> None:
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
                self.circle(walked[walked.index(key) :])
            done.update(path)

    def reporting(self) -> dict[str, str]:
        """Who would report to whom, without those who report to nobody. By the keys that people have in the file."""
        links: dict[str, str] = {}
        for key, person in self.kept.items():
            links[key] = self.moved(person.manager_employee_id)
        for key, _ in self.taken():
            to = self.managers_to[key]
            if to is None:
                known = self.matched.get(key)
                links[key] = self.moved(known.manager_employee_id) if known else ""
            else:
                links[key] = id_key(self.number_of(to))
        return {key: manager for key, manager in links.items() if manager and manager != key}

    def number_of(self, employee_id: str) -> str:
        """The number that whoever the file calls so has in the end: it may be the old one, or a new one left out."""
        key = id_key(employee_id)
        if self.is_taken(key):
            return employee_id
        if key in self.entries and key in self.matched:
            return self.matched[key].employee_id
        moved = self.moved(employee_id)
        return self.entries[moved].employee_id if moved != key else employee_id

    def moved(self, employee_id: str) -> str:
        """The key by which the file knows whoever has this ID on record."""
        key = id_key(employee_id)
        moved = self.new_keys.get(key, key)
        return moved if self.is_taken(moved) else key

    def circle(self, ring: list[str]) -> None:
        on_lines = [key for key in ring if self.is_taken(key)]
        if not on_lines:
            return  # as it is on record, and nothing of this file
        first = min(on_lines, key=lambda key: self.entries[key].line)
        place = ring.index(first)
        around = [*ring[place:], *ring[:place], first]
        more = " → …" if len(around) > _LONGEST_RING else ""
        said = " → ".join(map(self.named, around[:_LONGEST_RING])) + more
        lines = sorted(self.entries[key].line for key in on_lines)
        sentence = f"These people report to each other in a circle: {said}."
        self.mistake(self.entries[first], "manager_employee_id", sentence, lines[1:])

    def named(self, key: str) -> str:
        return _said(self.entries.get(key) or self.on_record[key])

    # -- What comes of it

    def plan(self) -> RosterPlan:
        new: list[RosterEntry] = []
        changed: list[Changed] = []
        unchanged = 0
        leaving = self.leaving
        for key, entry in self.taken():
            person = self.matched.get(key)
            if person is None:
                new.append(replace(entry, manager_employee_id=self.manager_of(key) or ""))
            elif fields := tuple(self.differences(person, entry, key)):
                changed.append(Changed(person.employee_id, person.name, fields, person))
            else:
                unchanged += 1
        for person in self.kept.values() if leaving else ():
            if id_key(person.manager_employee_id) in leaving:
                lost = PersonFieldChange("manager_employee_id", person.manager_employee_id, "")
                changed.append(Changed(person.employee_id, person.name, (lost,), person))
        freed = tuple(self.on_record[key] for key, by in self.freed.items() if self.is_taken(by))
        now = sum(person.is_active for person in self.on_record.values())
        opened = sum(change.field == ACCOUNT for each in changed for change in each.fields)
        return RosterPlan(
            new=tuple(new),
            changed=tuple(changed),
            leaving=tuple(leaving.values()),
            unchanged=unchanged,
            problems=tuple(sorted(self.problems, key=lambda each: (each.line, each.column))),
            questions=tuple(self.questions),
            left_out={
                entry.line: self.left(entry)
                for entry in self.file.entries
                if entry.line in self.out
            },
            freed=freed,
            own_managers=tuple(self.own_managers),
            without_manager=tuple(self.without_manager),
            now=now,
            then=now + len(new) + opened - len(leaving),
            is_whole=self.is_whole,
            left=self.file.left,
            names={person.employee_id: person.name for person in self.on_record.values()}
            | {entry.employee_id: entry.name for entry in self.file.entries},
        )

    def manager_of(self, key: str) -> str | None:
        to = self.managers_to[key]
        return self.number_of(to) if to else to

    def left(self, entry: RosterEntry) -> LeftOut:
        known = self.matched.get(self.keys[entry.line])
        return LeftOut(entry.line, entry.name, entry.employee_id, known is not None)

    def differences(
        self, person: KnownPerson, entry: RosterEntry, key: str
    ) -> Iterator[PersonFieldChange]:
        for name in FIELDS:
            before = getattr(person, name)
            after = self.manager_of(key) if name == "manager_employee_id" else getattr(entry, name)
            if after is None or after == before:
                continue
            if name == "manager_employee_id" and self.moved(before) == id_key(after):
                continue
            yield PersonFieldChange(name, before, after)
        if not person.is_active:
            yield PersonFieldChange(ACCOUNT, CLOSED, OPEN)


def _said(person: RosterEntry | KnownPerson) -> str:
    return f"{person.name} ({person.employee_id})"


def _share_a_word(one: str, other: str) -> bool:
    """Whether two names may be one person's: most who get another name keep a part of it."""
    return not _plain_words(one).isdisjoint(_plain_words(other))


def _plain_words(name: str) -> set[str]:
    return {word for word in search_key(name).split() if len(word) > 1}
