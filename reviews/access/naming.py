"""What people are called in lists and choices: by name, and told apart where two have one name.

Title and unit are known to whoever knows the name; an employee ID to those alone who run the site.
"""

from collections.abc import Iterable

from reviews.access.loaders import PacketAccess
from reviews.access.viewer import Viewer
from reviews.db.models.people import Person
from reviews.rules.enums import Action
from reviews.rules.namesakes import joined, labels, told_apart
from reviews.rules.policy import Answer


def called(viewer: Viewer, people: Iterable[Person]) -> list[str]:
    """ "Emil Rahimi", or "Emil Rahimi, Staff engineer, Platform" where another in the list has the name."""
    return labels(_of_person(viewer, person) for person in people)


def told(viewer: Viewer, people: Iterable[tuple[str, ...]]) -> list[str]:
    """The same of people who are known by name, title, unit and employee ID."""
    return labels(
        (name, joined(title, unit), employee_id if viewer.is_owner else "")
        for name, title, unit, employee_id in people
    )


def beside(viewer: Viewer, people: Iterable[Person]) -> list[str]:
    """What `called` says after each name; nothing where no other in the list has it."""
    return told_apart(_of_person(viewer, person) for person in people)


def _of_person(viewer: Viewer, person: Person) -> tuple[str, ...]:
    return (person.name, joined(person.title, person.unit), _id_for(viewer, person))


def candidates_called(packets: Iterable[PacketAccess]) -> list[str]:
    """The candidates of packets in the same way, by their target level and unit."""
    return labels(map(_of_candidate, packets))


def _of_candidate(access: PacketAccess) -> tuple[str, ...]:
    packet, candidate = access.packet, access.packet.candidate
    # Of a packet that is set aside from the viewer nothing is known but whose it is.
    if access.answer(Action.KNOW_PACKET) is Answer.STUB:
        return (candidate.name, joined(candidate.title, candidate.unit))
    return (
        candidate.name,
        joined(packet.target_level.name, candidate.unit),
        _id_for(access.viewer, candidate) or joined(candidate.title, packet.manager.name),
    )


def _id_for(viewer: Viewer, person: Person) -> str:
    return person.employee_id if viewer.is_owner else ""
