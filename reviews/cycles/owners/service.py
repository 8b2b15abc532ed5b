"""Naming another owner of a cycle."""

from collections.abc import Collection
from datetime import datetime

from reviews.access.ties import write_down_ties
from reviews.access.viewer import Actor
from reviews.audit import service as audit
from reviews.cycles import ownership
from reviews.db.extensions import db
from reviews.db.locks import lock_cycle
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import PacketStage, Verb
from reviews.rules.errors import RuleBroken


def add_owner(
    cycle: Cycle, person: Person, *, actor: Actor | None, now: datetime, reason: str = ""
) -> bool:
    """Name one more owner in any phase. Whoever is one stays one, and is named only once.

    Nobody is refused for a part in the cycle: that would tell who has one.

    Args:
        cycle: the cycle.
        person: who is to run it too.
        actor: who does it; None from the command line.
        now: the instant that is recorded.
        reason: why, where the policy wants that on record.

    Returns:
        False if the person owned the cycle already, and nothing was done.

    Raises:
        RuleBroken: for a closed account.
    """
    # Two who name the same person at once act one after the other, and so do this and the beginning of voting.
    lock_cycle(cycle, to_move=True)
    db.session.refresh(person, ["is_active", "version"], with_for_update={"key_share": True})
    if not person.is_active:
        raise RuleBroken(f"The account of {person.name} is closed.", field="people")
    if ownership.owns(cycle, person):
        return False
    db.session.add(CycleOwner(cycle_id=cycle.id, person_id=person.id))
    db.session.flush()
    _write_down_ties_of(person, cycle, now)
    audit.record(
        actor,
        Verb.GRANT_OFFICE,
        f"{person.name} added as an owner of {cycle.name}",
        at=now,
        cycle=cycle,
        reason=reason,
        person=person.public_id,
    )
    return True


def _write_down_ties_of(owner: Person, cycle: Cycle, now: datetime) -> None:
    """To the packets on which voting has begun. To the others they are worked out."""
    voted_on = Packet.stage != PacketStage.WAITING
    write_down_ties(Packet.cycle_id == cycle.id, voted_on, now=now, people=[owner.id])


def name_owners(
    cycle: Cycle,
    people: Collection[Person],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    is_missing: bool = False,
) -> list[Person]:
    """Name several, each with a line of their own in the audit log.

    Args:
        cycle: the cycle.
        people: whom to name.
        actor: who does it.
        now: the instant that is recorded.
        reason: why, where the policy wants that on record.
        is_missing: only while nobody runs the cycle.

    Returns:
        Those who did not own it before.

    Raises:
        RuleBroken: for nobody, for a closed account, and if somebody runs the cycle after all.
    """
    if not people:
        raise RuleBroken("Tick whom to name. Search for people to find them.", field="people")
    lock_cycle(cycle, to_move=True)
    if is_missing and ownership.owners_now(cycle):
        raise RuleBroken(
            "Somebody runs this cycle by now. Its owners name further ones.", field="people"
        )
    return [
        person for person in people if add_owner(cycle, person, actor=actor, now=now, reason=reason)
    ]
