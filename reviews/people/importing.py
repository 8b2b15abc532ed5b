"""Applying a people file to the roster: all of it or nothing, and only what somebody looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from ladders.importing.text import UnreadableError, read_text
from reviews.access.loaders import SiteAccess
from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.people import ManagerLink, Person
from reviews.people import queries, service
from reviews.people.addresses import email_key
from reviews.people.import_record import details_of, summary_of
from reviews.people.open_work import open_work
from reviews.people.roster import ACCOUNT, Changed, RosterPlan, compare
from reviews.people.roster_file import RosterEntry, RosterFile, id_key, read_roster
from reviews.rules.enums import Verb
from reviews.rules.errors import RuleBroken

#: Of each list in a preview; how many more there are is said.
MOST_SHOWN = 500
MOST_PROBLEMS = 200
#: As text; an upload may be smaller and grow when it is decoded.
MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ReadRoster:
    """A people file as it came and as it was read: what takes long, and needs no database."""

    text: str
    file: RosterFile


@dataclass(frozen=True, slots=True)
class RosterPreview:
    read: ReadRoster
    plan: RosterPlan
    #: Employee ID of somebody who leaves -> what waits for them, as far as the viewer may know.
    work: Mapping[str, Sequence[str]] = field(default_factory=dict)


def text_of(data: bytes) -> str:
    """The characters of an upload, in whatever encoding a spreadsheet writes.

    Raises:
        RuleBroken: for anything but a text file of at most 256 KB.
    """
    if len(data) > MAX_BYTES:
        raise _too_large()
    try:
        # Names stay as they came: a repair that is right for prose may be wrong for a name.
        return read_text(data).unrepaired
    except UnreadableError as error:
        raise RuleBroken(str(error), field="file") from error


def _too_large() -> RuleBroken:
    return RuleBroken(f"The file is larger than {MAX_BYTES // 1024} KB.", field="file")


def read(text: str) -> ReadRoster:
    """The rows of the file.

    Raises:
        RuleBroken: if the text is too long to be read.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise _too_large()
    return ReadRoster(text, read_roster(text))


def preview(read: ReadRoster) -> RosterPreview:
    """What the file would change now. Writes nothing."""
    return RosterPreview(read, compare(read.file, queries.roster()))


def open_work_of(plan: RosterPlan, access: SiteAccess) -> Mapping[str, Sequence[str]]:
    """What leavers would leave open, as far as the viewer may know; of those who are shown."""
    return open_work(access, [person.employee_id for person in plan.leaving[:MOST_SHOWN]])


def apply(
    read: ReadRoster,
    *,
    digest: str | None,
    leavers_read: bool,
    actor: Viewer | None,
    at: datetime,
    reason: str = "",
    touches_accounts: bool = True,
) -> RosterPlan:
    """Do what the preview has announced.

    Args:
        read: the file.
        digest: that of the plan somebody looked at; None from the command line.
        leavers_read: somebody has confirmed that those who are not in the file leave.
        actor: who does it; None from the command line.
        at: the instant that is recorded.
        reason: why the actor does it, where the policy wants that on record.
        touches_accounts: whether the actor may close and open accounts and change addresses.

    Raises:
        RuleBroken: if the file has problems, closes accounts that nobody confirmed, or would now change something
            else than it did in the preview.
    """
    # A second import that runs at the same time waits here, and then compares with what the first one made.
    db.session.execute(select(Person.id).order_by(Person.id).with_for_update(key_share=True))
    plan = preview(read).plan
    if plan.problems:
        raise RuleBroken("The file has mistakes, so nothing was imported.")
    if digest is not None and digest != plan.digest:
        raise RuleBroken(
            "The roster has changed since you looked. Nothing was imported: look this list over."
        )
    if plan.touches_accounts and not touches_accounts:
        raise RuleBroken(
            "You have a part in a cycle that runs. Another owner, or whoever runs the server, closes and opens accounts"
            " and changes addresses: leave the roster's other people and their addresses in the file as they are."
        )
    if plan.leaving and not leavers_read:
        raise RuleBroken("Confirm that these accounts are to be closed.", field="leavers_read")
    if not plan.is_empty:
        _Import(plan, at).write()
        audit.record(
            actor,
            Verb.IMPORT_PEOPLE,
            summary_of(plan),
            at=at,
            **details_of(plan, reason),
        )
    return plan


class _Import:
    """One application of a plan, and the people by employee ID that it needs."""

    def __init__(self, plan: RosterPlan, at: datetime) -> None:
        self.plan = plan
        self.at = at
        self.people = {id_key(person.employee_id): person for person in queries.everybody()}
        self.links = queries.open_manager_links()

    def write(self) -> None:
        before = {person.id: person.email for person in self.people.values()}
        left = [self.person(known.employee_id) for known in self.plan.leaving]
        # Each is locked: in one order, so that no two imports wait for each other.
        left.sort(key=lambda person: person.id)
        for person in left:
            service.close_account(person, at=self.at)
        changed = [(self.person(each.employee_id), each) for each in self.plan.changed]
        for person, each in changed:
            self.free_what_is_unique(person, each)
        db.session.flush()
        for person, each in changed:
            self.change(person, each)
        for entry in self.plan.new:
            self.people[id_key(entry.employee_id)] = _added(entry)
        db.session.flush()
        # Managers last: whoever is reported to may be new in this file, or have a new ID.
        now_report: list[tuple[Person, str]] = [(person, "") for person in left]
        now_report += [(self.person(e.employee_id), e.manager_employee_id) for e in self.plan.new]
        now_report += [
            (person, change.after)
            for person, each in changed
            for change in each.fields
            if change.field == "manager_employee_id"
        ]
        self.report([(person, self.person(to) if to else None) for person, to in now_report])
        for person, each in changed:
            if person.is_active and "email" in {change.field for change in each.fields}:
                service.tell_of_new_address(person, before=before[person.id], at=self.at)

    def person(self, employee_id: str) -> Person:
        return self.people[id_key(employee_id)]

    def free_what_is_unique(self, person: Person, changed: Changed) -> None:
        """Two people may swap an address or an ID; in between, neither has it."""
        fields = {change.field for change in changed.fields}
        if "email" in fields:
            person.email_key = person.public_id
        if "employee_id" in fields:
            person.employee_id = person.public_id

    def change(self, person: Person, changed: Changed) -> None:
        for change in changed.fields:
            if change.field == ACCOUNT:
                person.is_active = True
            elif change.field != "manager_employee_id":
                setattr(person, change.field, change.after)
        person.email_key = email_key(person.email)
        self.people[id_key(person.employee_id)] = person

    def report(self, managers: list[tuple[Person, Person | None]]) -> None:
        """Close the open links of those who get another manager, and open the next ones, dated today."""
        moving = [
            (person, manager)
            for person, manager in managers
            if person.manager_id != (manager.id if manager else None)
        ]
        for person, _ in moving:
            if person.id in self.links:
                self.links[person.id].ended_on = self.at.date()
        # One open link a person: the old ones are closed in the database before the new ones arrive.
        db.session.flush()
        for person, manager in moving:
            person.manager_id = manager.id if manager else None
            if manager is not None:
                db.session.add(
                    ManagerLink(
                        person_id=person.id, manager_id=manager.id, started_on=self.at.date()
                    )
                )
        db.session.flush()


def _added(entry: RosterEntry) -> Person:
    person = Person(
        public_id=random_source.public_id(),
        employee_id=entry.employee_id,
        name=entry.name,
        email=entry.email,
        email_key=email_key(entry.email),
        title=entry.title or "",
        level=entry.level or "",
        unit=entry.unit or "",
    )
    db.session.add(person)
    return person
