"""Reading who runs a cycle, whether one of them can release it, and which cycles nobody runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, not_, or_, select

from reviews.access.loaders import CycleAccess
from reviews.access.standing import allowed, packet_standing, viewer_params, with_facts
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, ConflictStanding, CyclePhase, PacketState, Relation

# -- Who runs a cycle


def owners_now(cycle: Cycle) -> Sequence[Person]:
    """The owners who can act: those whose account is open, by name."""
    return db.session.scalars(
        select(Person)
        .join(CycleOwner, CycleOwner.person_id == Person.id)
        .where(CycleOwner.cycle_id == cycle.id, Person.is_active)
        .order_by(Person.sort_key, Person.id)
    ).all()


def owns(cycle: Cycle, person: Person) -> bool:
    owned = select(CycleOwner.person_id).where(
        CycleOwner.cycle_id == cycle.id, CycleOwner.person_id == person.id
    )
    return db.session.scalar(owned) is not None


@dataclass(frozen=True, slots=True)
class ReleaseWarning:
    """For an owner with a conflict, who cannot release the cycle: who else runs it."""

    #: The others by name, if all of them have a conflict of which the viewer may know; also if there are none.
    conflicted: tuple[str, ...]
    #: The others by name, if one of them may be free: the viewer is not told.
    others: tuple[str, ...]

    @property
    def nobody_can(self) -> bool:
        return not self.others


def release_warning(access: CycleAccess) -> ReleaseWarning | None:
    """None for an owner who can release the cycle, and for whoever may name nobody. Two queries for the others.

    It says no more of another owner than the packets tell on which the viewer has no conflict, and nothing of a line of
    reporting: no page shows an owner those of another.
    """
    if not (access.may(Action.NAME_OWNER) and access.has_relation(Relation.OWNER_CONFLICTED)):
        return None
    others = [each for each in owners_now(access.cycle) if each.id != access.viewer.person_id]
    names = tuple(each.name for each in others)
    if not others:
        return ReleaseWarning((), ())
    parameters = {
        **viewer_params(access.viewer, Action.SEE_RECUSED),
        "cycle": access.cycle.id,
    }
    conflicted = set(db.session.scalars(_known_conflicts(), parameters))
    if conflicted >= {each.id for each in others}:
        return ReleaseWarning(names, ())
    return ReleaseWarning((), names)


@cache
def _known_conflicts() -> Select[Any]:
    """The owners with a personal relation or a conflict on record, on the packets where the viewer may see that."""
    packets = (Packet.cycle_id == bindparam("cycle"), Packet.state != PacketState.VOID)
    seen = packet_standing(*packets)
    each = (
        select(Packet.id.label("packet_id"), CycleOwner.person_id)
        .join(Packet.cycle)
        .join(CycleOwner, CycleOwner.cycle_id == Packet.cycle_id)
    )
    facts = with_facts(each, CycleOwner.person_id).where(*packets).cte("owner_facts").c
    return (
        select(facts.person_id)
        .join(seen, seen.c.packet_id == facts.packet_id)
        .where(
            allowed(seen),
            or_(
                facts.is_candidate,
                facts.is_manager,
                facts.is_peer,
                facts.conflict.in_([ConflictStanding.DECLARED, ConflictStanding.SET]),
            ),
        )
        .distinct()
    )


# -- Cycles that nobody runs


def _nobody_runs(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Over Cycle: it is not at its end, and no owner of it has an open account."""
    owner = (
        exists()
        .where(
            CycleOwner.cycle_id == Cycle.id,
            CycleOwner.person_id == Person.id,
            Person.is_active,
        )
        .correlate(Cycle)
    )
    return (
        Cycle.phase != CyclePhase.ARCHIVED,
        or_(Cycle.release_at.is_(None), Cycle.release_at > now),
        not_(owner),
    )


def cycles_without_owner(now: datetime) -> Sequence[Cycle]:
    """For whoever is granted NAME_MISSING_OWNER, the newest first."""
    return db.session.scalars(
        select(Cycle).where(*_nobody_runs(now)).order_by(Cycle.created_at.desc(), Cycle.id.desc())
    ).all()


def cycle_without_owner(public_id: str, now: datetime) -> Cycle | None:
    return db.session.scalars(
        select(Cycle).where(Cycle.public_id == public_id, *_nobody_runs(now))
    ).one_or_none()
