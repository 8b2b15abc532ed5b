"""Adding one person and changing what is on record of one, with the rules of the import."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.people import ManagerLink, Person
from reviews.people import queries, service
from reviews.people.addresses import email_key, is_address
from reviews.people.as_typed import what_is_wrong_as_typed
from reviews.rules.enums import Verb
from reviews.rules.errors import RuleBroken, StaleEdit
from reviews.rules.name_keys import name_key, search_words
from reviews.rules.namesakes import joined

#: People that a sentence names.
_MOST_NAMED = 3
#: In the order of the form.
FIELDS = ("name", "employee_id", "email", "title", "unit", "manager", "level")
_WORDS = {
    "name": "name",
    "employee_id": "employee ID",
    "email": "address",
    "title": "title",
    "unit": "unit",
    "manager": "manager",
    "level": "level",
}
TIED = "You have a part in a cycle that runs. Another owner, or whoever runs the server, changes addresses."


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What was typed. `manager` is an address, an employee ID or a name, or "" for nobody."""

    name: str
    employee_id: str
    email: str
    title: str = ""
    unit: str = ""
    manager: str = ""
    level: str = ""
    #: Somebody has said that this is another person than those of the same name.
    is_another: bool = False

    def in_words(self) -> dict[str, str]:
        return {field: getattr(self, field) for field in FIELDS}


def draft_of(person: Person) -> PersonDraft:
    """What is on record, as the form has it. Needs the manager loaded."""
    return PersonDraft(
        name=person.name,
        employee_id=person.employee_id,
        email=person.email,
        title=person.title,
        unit=person.unit,
        manager=person.manager.email if person.manager else "",
        level=person.level,
        is_another=True,
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of the form."""

    field: str
    sentence: str


def faults(
    draft: PersonDraft, person: Person | None, *, touches_accounts: bool = True
) -> list[Fault]:
    """Everything that keeps the draft from being saved, field by field.

    Args:
        person: who is changed; None for somebody new.
        touches_accounts: whether the actor may change addresses.
    """
    return [
        *_as_typed(draft),
        *_taken(draft, person),
        *_address_kept(draft, person, touches_accounts=touches_accounts),
        *_reporting(draft, person),
        *_namesakes(draft, person),
    ]


def _as_typed(draft: PersonDraft) -> Iterator[Fault]:
    for field in ("name", "employee_id", "email", "title", "unit", "level"):
        wrong = what_is_wrong_as_typed(field, getattr(draft, field))
        if wrong:
            yield Fault(field, f"The {_WORDS[field]} {wrong}")
    if draft.email and not is_address(draft.email):
        yield Fault("email", f"“{draft.email}” is not an e-mail address.")


def _taken(draft: PersonDraft, person: Person | None) -> Iterator[Fault]:
    holder = queries.person_by_email(draft.email) if draft.email else None
    if holder is not None and holder is not person:
        yield Fault(
            "email",
            f"{draft.email} belongs to {_who(holder)}{_left(holder)}. Two people cannot share an address.",
        )
    holder = queries.person_by_employee_id(draft.employee_id) if draft.employee_id else None
    if holder is not None and holder is not person:
        yield Fault(
            "employee_id",
            f"{draft.employee_id} is the employee ID of {holder.name}{_left(holder)}."
            " Two people cannot share one.",
        )


def _left(person: Person) -> str:
    return "" if person.is_active else ", whose account is closed"


def _address_kept(
    draft: PersonDraft, person: Person | None, *, touches_accounts: bool
) -> Iterator[Fault]:
    if person is not None and not touches_accounts and draft.email != person.email:
        yield Fault("email", TIED)


def _reporting(draft: PersonDraft, person: Person | None) -> Iterator[Fault]:
    try:
        manager = _manager_of(draft, person)
    except RuleBroken as broken:
        yield Fault("manager", str(broken))
        return
    if manager is None or person is None or manager.id == person.manager_id:
        return
    if manager is person:
        yield Fault("manager", f"{draft.name} is entered as their own manager.")
        return
    above = queries.line_above(manager)
    if person in above:
        ring = [person, *above[: above.index(person) + 1]]
        people = " → ".join(_who(each) for each in ring)
        yield Fault("manager", f"These people would report to each other in a circle: {people}.")


def _manager_of(draft: PersonDraft, person: Person | None) -> Person | None:
    """Who is typed as the manager. The present one stays, also if they have left since."""
    if person is not None and person.manager is not None and draft.manager == person.manager.email:
        return person.manager
    return manager_called(draft.manager)


def manager_called(typed: str) -> Person | None:
    """Who is meant: by address, by employee ID, or by a name that nobody else has. None where nothing is typed.

    Raises:
        RuleBroken: if it is nobody, somebody who has left, or more than one.
    """
    if not typed:
        return None
    known = queries.person_by_email(typed) or queries.person_by_employee_id(typed)
    if known is not None:
        if not known.is_active:
            raise RuleBroken(f"{_who(known)} has left, so there is nobody to report to.")
        return known
    found = queries.people_of_name(typed, limit=_MOST_NAMED + 1) or queries.people_with_words(
        search_words(typed), limit=_MOST_NAMED + 1
    )
    if not found:
        raise RuleBroken(f"Nobody here has the name, address or employee ID “{typed}”.")
    if len(found) > 1:
        raise RuleBroken(
            f"“{typed}” may be {_several(found, 'or')}. Type the address or the employee ID."
        )
    return found[0]


def _namesakes(draft: PersonDraft, person: Person | None) -> Iterator[Fault]:
    is_new_name = person is None or name_key(draft.name) != person.name_key
    if draft.is_another or not draft.name or not is_new_name:
        return
    others = [
        each for each in queries.people_of_name(draft.name, limit=_MOST_NAMED + 2) if each != person
    ]
    if others:
        yield Fault(
            "is_another",
            f"There is {'another' if len(others) == 1 else 'more than one'} {draft.name}:"
            f" {_several(others, 'and', name=False)}. Tick this if you mean somebody else.",
        )


def _several(people: list[Person], word: str, *, name: bool = True) -> str:
    """ "Emil Rahimi, Staff engineer, Platform, 004417; or ..."."""
    told = [
        joined(each.name if name else "", each.title, each.unit, each.employee_id)
        for each in people[:_MOST_NAMED]
    ]
    if len(people) > _MOST_NAMED:
        told.append("others")
    *front, last = told
    return f"{'; '.join(front)}; {word} {last}" if front else last


def _who(person: Person) -> str:
    return f"{person.name} ({person.employee_id})"


def add(draft: PersonDraft, *, actor: Viewer, at: datetime, reason: str = "") -> Person:
    """Add somebody. Nobody is told, and they cannot sign in before they have chosen a password.

    Raises:
        RuleBroken: for the first of `faults`.
    """
    _refuse(faults(draft, None))
    person = Person(
        public_id=random_source.public_id(),
        employee_id=draft.employee_id,
        name=draft.name,
        email=draft.email,
        email_key=email_key(draft.email),
        title=draft.title,
        level=draft.level,
        unit=draft.unit,
    )
    db.session.add(person)
    db.session.flush()
    manager = manager_called(draft.manager)
    _report(person, manager, at)
    to = f", who reports to {_who(manager)}" if manager else ""
    given: dict[str, Any] = {"reason": reason} if reason else {}
    audit.record(
        actor,
        Verb.EDIT_PERSON,
        f"{_who(person)} added{to}",
        at=at,
        person=person.public_id,
        new=[person.employee_id],
        **given,
    )
    return person


def change(
    person: Person,
    draft: PersonDraft,
    *,
    version: int,
    actor: Viewer,
    at: datetime,
    reason: str = "",
    touches_accounts: bool = True,
) -> bool:
    """Change what is on record to what was typed, and say whether anything was another thing before.

    Raises:
        StaleEdit: if somebody else saved meanwhile.
        RuleBroken: for the first of `faults`.
    """
    before = draft_of(person)
    if version != person.version:
        raise StaleEdit(
            "Somebody else changed this record in the meantime.",
            saved=before.in_words(),
            version=person.version,
        )
    _refuse(faults(draft, person, touches_accounts=touches_accounts))
    manager = _manager_of(draft, person)
    after = replace(draft, manager=manager.email if manager else "")
    changed = [field for field in FIELDS if getattr(before, field) != getattr(after, field)]
    if not changed:
        return False
    old_manager = person.manager
    # The line names who it was when it is read later.
    who = _who(person)
    person.name, person.employee_id = draft.name, draft.employee_id
    person.title, person.unit, person.level = draft.title, draft.unit, draft.level
    if "email" in changed:
        own = actor.session_id if person.id == actor.person_id else None
        service.change_address(person, draft.email, at=at, but=own)
    if "manager" in changed:
        _report(person, manager, at)
    db.session.flush()
    values = {
        field: [getattr(before, field), getattr(after, field)]
        for field in changed
        if field != "manager"
    }
    if "manager" in changed:
        values["manager"] = [each.employee_id if each else "" for each in (old_manager, manager)]
    given: dict[str, Any] = {"reason": reason} if reason else {}
    audit.record(
        actor,
        Verb.EDIT_PERSON,
        f"{who} changed: {_in_words(changed, values, old_manager, manager)}",
        at=at,
        person=person.public_id,
        changed=values,
        **given,
    )
    return True


def _in_words(
    changed: list[str],
    values: dict[str, list[str]],
    old_manager: Person | None,
    manager: Person | None,
) -> str:
    """ "manager from Ada (1) to nobody, address from a@b.example to c@d.example"."""
    managers = [_who(each) if each else "nobody" for each in (old_manager, manager)]
    said = {**values, "manager": managers}
    return ", ".join(
        "{} from {} to {}".format(_WORDS[field], *(each or "nothing" for each in said[field]))
        for field in changed
    )


def _refuse(found: list[Fault]) -> None:
    if found:
        raise RuleBroken(found[0].sentence, field=found[0].field)


def _report(person: Person, manager: Person | None, at: datetime) -> None:
    """End the line of reporting that is open, and open the next one, dated today."""
    for link in queries.open_manager_links_of(person):
        link.ended_on = at.date()
    db.session.flush()
    person.manager_id = manager.id if manager else None
    if manager is not None:
        db.session.add(
            ManagerLink(person_id=person.id, manager_id=manager.id, started_on=at.date())
        )
    db.session.flush()
