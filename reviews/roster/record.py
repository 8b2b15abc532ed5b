"""What the audit log says of an import: whom it closes, moves and renames, not only how many."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from reviews.roster.plan import ACCOUNT, Changed, RosterPlan

#: People of one kind in the details of a line. A whole company is not repeated in the log.
MOST_NAMED = 1_000
#: People of one kind in its sentence, which is what the page shows.
MOST_SAID = 3


def summary_of(plan: RosterPlan) -> str:
    """The counts, then by name whose account closes or opens, and who gets another manager, address or employee ID."""
    counts = (
        f"People imported: {len(plan.new)} new, {len(plan.changed)} changed,"
        f" {len(plan.leaving)} left" + ("" if plan.is_whole else ". Only the people in the file")
    )
    named = {
        "Closed": [f"{each.name} ({each.employee_id})" for each in plan.leaving],
        "Opened again": [_who(person) for person, *_ in _changes(plan, ACCOUNT)],
        "Another manager": [_moved(plan, *each) for each in _changes(plan, "manager_employee_id")],
        "Another address": [_who(person) for person, *_ in _changes(plan, "email")],
        "Another employee ID": [_who(person) for person, *_ in _changes(plan, "employee_id")],
        "Without an address, which is somebody else's now": [
            f"{each.name} ({each.employee_id})" for each in plan.freed
        ],
        "Left out": [f"{each.name} ({each.employee_id})" for each in plan.left_out.values()],
    }
    return ". ".join(
        [counts, *(f"{words}: {_first(people)}" for words, people in named.items() if people)]
    )


def details_of(plan: RosterPlan, reason: str) -> dict[str, Any]:
    """The same as values, by employee ID and up to `MOST_NAMED` of a kind, with what was on record and what is now."""
    given: dict[str, Any] = {"reason": reason} if reason else {}
    if not plan.is_whole:
        given["only_these"] = True
    if plan.left_out:
        given["left_out"] = _most([each.employee_id for each in plan.left_out.values()])
    if plan.freed:
        given["freed"] = {each.employee_id: each.email for each in plan.freed[:MOST_NAMED]}
    return {
        **given,
        "new": _most([entry.employee_id for entry in plan.new]),
        "changed": _fields(plan),
        "left": _most([person.employee_id for person in plan.leaving]),
        "opened": _most([person.employee_id for person, *_ in _changes(plan, ACCOUNT)]),
        "managers": _before_and_after(plan, "manager_employee_id"),
        "addresses": _before_and_after(plan, "email"),
        "employee_ids": _before_and_after(plan, "employee_id"),
    }


def _changes(plan: RosterPlan, field: str) -> Iterator[tuple[Changed, str, str]]:
    for person in plan.changed:
        for change in person.fields:
            if change.field == field:
                yield person, change.before, change.after


def _who(person: Changed) -> str:
    return f"{person.name} ({person.employee_id})"


def _moved(plan: RosterPlan, person: Changed, before: str, after: str) -> str:
    old, new = (plan.names.get(key, key) or "nobody" for key in (before, after))
    return f"{_who(person)} from {old} to {new}"


def _first(people: Sequence[str]) -> str:
    more = len(people) - MOST_SAID
    return ", ".join(people[:MOST_SAID]) + (f" and {more} more" if more > 0 else "")


def _most(ids: Sequence[str]) -> list[str]:
    return list(ids[:MOST_NAMED])


def _fields(plan: RosterPlan) -> dict[str, list[str]]:
    return {
        person.employee_id: [change.field for change in person.fields]
        for person in plan.changed[:MOST_NAMED]
    }


def _before_and_after(plan: RosterPlan, field: str) -> dict[str, list[str]]:
    changes = islice(_changes(plan, field), MOST_NAMED)
    return {person.employee_id: [before, after] for person, before, after in changes}
