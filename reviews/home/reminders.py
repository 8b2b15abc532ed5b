"""What a reminder says: how much of which kind waits, and until when. No name of anybody or anything."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from reviews.access import loaders
from reviews.access.viewer import Viewer
from reviews.db.models.people import Person
from reviews.display.formatting import short_day
from reviews.home import queries
from reviews.home.tasks import Task, TaskGroup
from reviews.rules.enums import Action

#: What is done at each endpoint to which a task leads, as the reminder calls it.
KINDS: Mapping[str, str] = {
    "calibration.outcome.show": "Outcomes to read",
    "packets.start": "Cycles in which you can start a packet",
    "packets.show": "Own packets to finish",
    "packets.peers": "Packets with peers to approve",
    "ratings.invitation": "Requests to rate, to answer",
    "ratings.first": "Ratings to write",
    "ratings.review": "Ratings to submit",
    "calibration.committee.conflicts": "Conflict questions to answer",
    "calibration.committee.ballot": "Packets to vote on",
    "calibration.committee.reveal": "Packets with ballots to reveal",
    "calibration.committee.decide": "Packets to decide",
    "cycles.setup.edit": "Cycles to set up",
    "cycles.phases.advance": "Cycles to move on",
    "cycles.release.edit": "Cycles with outcomes to release",
    "cycles.owners.name_missing": "Cycles without an owner",
}


def what_waits(person: Person, at: datetime) -> tuple[str, ...]:
    """A line for each kind of task on the person's home page at this instant, with their rights; none if none waits."""
    viewer = Viewer(
        person_id=person.id,
        public_id=person.public_id,
        name=person.name,
        is_owner=person.is_owner,
        now=at,
    )
    access = loaders.site(viewer, Action.SEE_INBOX)
    return lines(queries.waiting_tasks(access), at) if access.may(Action.SEE_INBOX) else ()


def lines(groups: Iterable[TaskGroup], now: datetime) -> tuple[str, ...]:
    """In the order of the home page."""
    found: dict[str, list[Task]] = {}
    for group in groups:
        for task in group.tasks:
            found.setdefault(KINDS[task.endpoint], []).append(task)
    return tuple(_line(kind, tasks, now) for kind, tasks in found.items())


def _line(kind: str, tasks: list[Task], now: datetime) -> str:
    number = sum(task.number for task in tasks)
    at_least = "at least " if any(task.at_least for task in tasks) else ""
    # A day, and not "tomorrow": a message is read when it is read.
    ahead = [
        (task.due, task.cycle.zone) for task in tasks if task.due is not None and task.due > now
    ]
    if not ahead:
        return f"{kind}: {at_least}{number}."
    first = "the first due on" if number > 1 else "due on"
    return f"{kind}: {at_least}{number}, {first} {short_day(*min(ahead))}."
