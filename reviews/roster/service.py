"""Keeping a people file until it is imported, and applying it: all or nothing, and only what somebody looked at."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, delete, insert, select, update

from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.models.people import ManagerLink, Person, keys_of
from reviews.db.models.roster import RosterMapping, RosterUpload
from reviews.db.upsert import upsert
from reviews.people import service as people
from reviews.people.addresses import email_key
from reviews.people.as_typed import id_key
from reviews.people.service import NewAddress
from reviews.roster import queries
from reviews.roster.entries import RosterEntry, RosterFile
from reviews.roster.mapping import ColumnMapping
from reviews.roster.plan import ACCOUNT, Changed, Identity, RosterPlan, compare
from reviews.roster.queries import KEPT
from reviews.roster.record import details_of, summary_of
from reviews.roster.table_file import PeopleTable
from reviews.rules.enums import Verb
from reviews.rules.errors import RuleBroken

#: Files of one person that wait at the same time; an older one makes room.
_MOST_WAITING = 3
_LONGEST_NAME = 100
#: Rows that are written at a time.
_ROWS = 2_000

# -- Files that wait


def keep(table: PeopleTable, name: str, author: Viewer) -> str:
    """Keep a file for its author until it is imported, given up or a day old. Gives its public id."""
    delete_old_files(author.now)
    waiting = queries.waiting_files(author)
    too_many = [each.public_id for each in waiting[_MOST_WAITING - 1 :]]
    db.session.execute(delete(RosterUpload).where(RosterUpload.public_id.in_(too_many)))
    public_id = random_source.public_id()
    plain = "".join(
        each for each in name.replace("\\", "/").rpartition("/")[2] if each.isprintable()
    )
    db.session.add(
        RosterUpload(
            public_id=public_id,
            author_id=author.person_id,
            made_at=author.now,
            name=plain[-_LONGEST_NAME:],
            headings=list(table.headings),
            rows=table.packed,
            people=table.count,
            notes=list(table.notes),
            mapping=None,
            is_whole=None,
            answers={},
        )
    )
    db.session.flush()
    return public_id


def delete_old_files(at: datetime) -> None:
    """Those that have waited for a day, whosever they are."""
    db.session.execute(delete(RosterUpload).where(RosterUpload.made_at <= at - KEPT))


def map_columns(
    upload: RosterUpload,
    mapping: ColumnMapping,
    *,
    is_whole: bool,
    remembers: bool,
    author: Viewer,
) -> None:
    """Say which column of the file is what, for this file and, if it is to be remembered, for those like it.

    Raises:
        RuleBroken: for a mapping with faults.
    """
    for field, sentence in mapping.faults(upload.headings).items():
        raise RuleBroken(sentence, field=field)
    upload.mapping = mapping.dumped()
    upload.is_whole = is_whole
    # Another column may make other people of the lines.
    upload.answers = {}
    if remembers:
        remember(upload.headings, mapping, by=author.person_id, at=author.now)
    db.session.flush()


def remember(headings: list[str], mapping: ColumnMapping, *, by: int | None, at: datetime) -> None:
    kept = {"mapping": mapping.dumped(), "made_at": at, "made_by_id": by}
    row = upsert(RosterMapping).values(headings_digest=queries.digest_of(headings), **kept)
    db.session.execute(row.on_conflict_do_update(index_elements=["headings_digest"], set_=kept))


def answer(upload: RosterUpload, answers: Mapping[str, Identity]) -> None:
    """Keep whose some addresses are, by the `id_key` of the number in the file."""
    upload.answers = {**upload.answers, **answers}
    db.session.flush()


def give_up(upload: RosterUpload) -> None:
    db.session.delete(upload)
    db.session.flush()


# -- Applying


def apply(
    file: RosterFile,
    *,
    is_whole: bool,
    answers: Mapping[str, Identity],
    digest: str | None,
    leavers_read: bool,
    leaves_out: bool,
    actor: Viewer | None,
    at: datetime,
    reason: str = "",
    touches_accounts: bool = True,
) -> RosterPlan:
    """Do what the preview has announced.

    Args:
        file: the people of the file.
        is_whole: whether those who are not in it leave.
        answers: whose some addresses are.
        digest: that of the plan somebody looked at; None from the command line.
        leavers_read: somebody has confirmed that those who are not in the file leave.
        leaves_out: somebody has chosen to import the others, where there are mistakes.
        actor: who does it; None from the command line.
        at: the instant that is recorded.
        reason: why the actor does it, where the policy wants that on record.
        touches_accounts: whether the actor may close and open accounts and change addresses.

    Raises:
        RuleBroken: if the file has problems, asks something, closes accounts that nobody confirmed, or would now change
            something else than it did in the preview.
    """
    # A second import that runs at the same time waits here, and then compares with what the first one made.
    db.session.execute(select(Person.id).order_by(Person.id).with_for_update(key_share=True)).all()
    plan = compare(file, queries.roster(), is_whole=is_whole, answers=answers)
    if digest is not None and digest != plan.digest:
        raise RuleBroken(
            "The roster has changed since you looked. Nothing was imported: look this list over."
        )
    if plan.unanswered:
        raise RuleBroken("There are questions without an answer, so nothing was imported.")
    if plan.problems and not leaves_out:
        raise RuleBroken(
            "The file has mistakes, so nothing was imported. Mend them, or choose to leave these people out.",
            field="leaves_out",
        )
    if plan.touches_accounts and not touches_accounts:
        raise RuleBroken(
            "You have a part in a cycle that runs. Another owner, or whoever runs the server, closes and opens accounts"
            " and changes addresses: leave the roster's other people and their addresses in the file as they are."
        )
    if plan.leaving and not leavers_read:
        raise RuleBroken("Confirm that these accounts are to be closed.", field="leavers_read")
    if not plan.is_empty:
        _Import(plan, actor, at).write()
        audit.record(
            actor,
            Verb.IMPORT_PEOPLE,
            summary_of(plan),
            at=at,
            **details_of(plan, reason),
        )
        # All was written past the objects.
        db.session.expire_all()
    return plan


class _Import:
    """One application of a plan, in a number of statements that does not grow with it."""

    def __init__(self, plan: RosterPlan, actor: Viewer | None, at: datetime) -> None:
        self.plan = plan
        self.actor = actor
        self.at = at
        self.people: SqlTable = Person.__table__  # type: ignore[assignment]  # the class of every table

    def write(self) -> None:
        db.session.flush()
        leaving = [person.id for person in self.plan.leaving]
        without_address = {person.id for person in self.plan.freed}
        people.close_accounts(leaving, at=self.at, without_address=without_address)
        self.free_addresses()
        self.change()
        self.add()
        # Managers last: whoever is reported to may be new in this file, or have a new ID.
        self.report(leaving)
        self.follow_addresses()

    def free_addresses(self) -> None:
        """Two people may swap an address or an ID, and a leaver's may be somebody's now; in between, nobody has it."""
        execute = db.session.connection().execute
        of = {
            name: [
                each.id
                for each in self.plan.changed
                for change in each.fields
                if change.field == name
            ]
            for name in ("email", "employee_id")
        }
        freed = [each.id for each in self.plan.freed]
        if of["email"] or freed:
            # No address is written like this one.
            nobodys = "given up: " + Person.public_id
            execute(
                update(self.people)
                .where(among(Person.id, of["email"] + freed))
                .values(email_key=nobodys)
            )
        for known in self.plan.freed:
            values = {name: getattr(known, name) for name in _KEPT_BY_KEYS} | {"email": ""}
            keys = keys_of(**values)
            execute(
                update(self.people)
                .where(self.people.c.id == known.id)
                .values(email="", version=Person.version + 1, **keys)
            )
        if of["employee_id"]:
            execute(
                update(self.people)
                .where(among(Person.id, of["employee_id"]))
                .values(employee_id=Person.public_id)
            )

    def change(self) -> None:
        """Everybody in whom the same fields change is one statement."""
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for person in self.plan.changed:
            values = _values_of(person)
            if values:
                alike[tuple(values)].append({"of": person.id, **values})
        for names, rows in alike.items():
            statement = (
                update(self.people)
                .where(self.people.c.id == bindparam("of"))
                .values({name: bindparam(name) for name in names} | {"version": Person.version + 1})
            )
            db.session.connection().execute(statement, rows)

    def add(self) -> None:
        new = iter(self.plan.new)
        # A part of them at a time: all rows at once would be as much again as the file.
        while rows := [_row_of(entry) for entry in islice(new, _ROWS)]:
            db.session.connection().execute(insert(self.people), rows)

    def follow_addresses(self) -> None:
        """As `reviews.people.service.change_address` does for one person. The actor's own session goes on."""
        changed = [
            NewAddress(each.id, change.before, change.after)
            for each in self.plan.changed
            for change in each.fields
            if change.field == "email"
        ]
        if changed:
            own = self.actor.session_id if self.actor else None
            people.end_ways_in([each.person_id for each in changed], at=self.at, but=own)
            people.tell_of_new_addresses(changed, at=self.at)

    def report(self, leaving: list[int]) -> None:
        """Close the open links of those who get another manager, and open the next ones, dated today."""
        moving = dict.fromkeys(leaving, "")
        moving |= {
            each.id: change.after
            for each in self.plan.changed
            for change in each.fields
            if change.field == "manager_employee_id"
        }
        ids: dict[str, int] = {}
        if self.plan.new or any(moving.values()):
            everybody = db.session.execute(select(Person.id, Person.employee_id))
            ids = {id_key(employee_id): person for person, employee_id in everybody}
        moving |= {
            ids[id_key(entry.employee_id)]: entry.manager_employee_id or ""
            for entry in self.plan.new
        }
        to = {
            person: ids[id_key(manager)] if manager else None for person, manager in moving.items()
        }
        if not to:
            return
        execute = db.session.connection().execute
        # One open link a person: the old ones are closed before the new ones arrive.
        execute(
            update(ManagerLink)
            .where(among(ManagerLink.person_id, to), ManagerLink.ended_on.is_(None))
            .values(ended_on=self.at.date())
        )
        alone = [person for person, manager in to.items() if manager is None]
        execute(
            update(self.people)
            .where(among(Person.id, alone), Person.manager_id.is_not(None))
            .values(manager_id=None, version=Person.version + 1)
        )
        links = iter([(person, manager) for person, manager in to.items() if manager is not None])
        moves = (
            update(self.people)
            .where(self.people.c.id == bindparam("of"))
            .values(manager_id=bindparam("to"), version=Person.version + 1)
        )
        today = self.at.date()
        while rows := list(islice(links, _ROWS)):
            execute(moves, [{"of": person, "to": manager} for person, manager in rows])
            execute(
                insert(ManagerLink.__table__),  # type: ignore[arg-type]  # the class of every table
                [
                    {"person_id": person, "manager_id": manager, "started_on": today}
                    for person, manager in rows
                ],
            )


def _values_of(person: Changed) -> dict[str, Any]:
    """What is written of one person; the manager is not among it."""
    values: dict[str, Any] = {}
    for change in person.fields:
        if change.field == ACCOUNT:
            values["is_active"] = True
        elif change.field != "manager_employee_id":
            values[change.field] = change.after
    if person.known is None or not values.keys() & set(_KEPT_BY_KEYS):
        return values
    return {
        **values,
        **_keys({name: values.get(name, getattr(person.known, name)) for name in _KEPT_BY_KEYS}),
    }


def _row_of(entry: RosterEntry) -> dict[str, Any]:
    values = {name: getattr(entry, name) or "" for name in (*_KEPT_BY_KEYS, "level")}
    keys = _keys({name: values[name] for name in _KEPT_BY_KEYS})
    return {"public_id": random_source.public_id(), "version": 1, **values, **keys}


_KEPT_BY_KEYS = ("name", "title", "unit", "email", "employee_id")


def _keys(values: dict[str, str]) -> dict[str, str]:
    return {"email_key": email_key(values["email"]), **keys_of(**values)}
