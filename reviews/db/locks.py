"""Holding rows still until the request has ended: two windows, or two people, act one after the other."""

from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person


def lock_packet(packet: Packet) -> None:
    """Read the packet and the phase of its cycle again, and keep both as they are. Needs the cycle loaded."""
    db.session.flush()  # refreshing would drop what is not written yet
    db.session.refresh(
        packet.cycle, ["phase", "evidence_due", "version"], with_for_update={"read": True}
    )
    db.session.refresh(
        packet,
        ["state", "stage", "current_revision_id", "items_numbered", "version"],
        with_for_update=True,
    )


def lock_cycle(cycle: Cycle, *, to_move: bool = False) -> None:
    """Read the phase of the cycle again, and keep it as it is; or keep everybody else from acting in it, to move it."""
    db.session.flush()
    db.session.refresh(
        cycle, ["phase", "version"], with_for_update=True if to_move else {"read": True}
    )


def lock_assignment(assignment: Assignment) -> None:
    db.session.refresh(assignment, ["state", "version"], with_for_update=True)


def lock_person(person_id: int) -> None:
    """The same form sent twice by one person: the second waits here, and then finds what the first wrote."""
    db.session.execute(
        select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    )


def lock_account(person: Person) -> None:
    """Read whether the account is open and what its password is, and keep both as they are.

    Whatever lets the person in is made and ended behind it. Or what ends every link or session could miss the one that
    is made at the same moment.
    """
    db.session.flush()
    db.session.refresh(
        person, ["is_active", "password_hash", "version"], with_for_update={"key_share": True}
    )
