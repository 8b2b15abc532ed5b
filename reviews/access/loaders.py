"""What a viewer has in hand after loading: the thing, and what the policy says about it for this viewer and instant.

The only ways to a cycle or packet. Each loads under the policy in SQL: what the viewer may not know is not found, exactly
like a thing that does not exist.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from reviews.access.standing import (
    ANY_VIEWER,
    asked_by,
    cycle_fact_columns,
    cycle_facts,
    cycle_phase,
    cycles_where,
    labelled,
    packet_fact_columns,
    packet_facts,
    packets_where,
    site_facts,
)
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action
from reviews.rules.policy import Answer, CycleFacts, PacketFacts, PolicyRow, decide, row_of


class _Asks:
    """Asks the policy about the facts it stands on."""

    facts: PacketFacts | CycleFacts

    def answer(self, action: Action) -> Answer:
        return decide(action, self.facts)

    def may(self, action: Action) -> bool:
        return self.answer(action).allowed


@dataclass(frozen=True)
class SiteAccess(_Asks):
    """The site as a whole: ladders, people, the viewer's own account."""

    viewer: Viewer
    facts: CycleFacts


@dataclass(frozen=True)
class CycleAccess(_Asks):
    viewer: Viewer
    cycle: Cycle
    facts: CycleFacts


@dataclass(frozen=True)
class PacketAccess(_Asks):
    """A packet with its cycle, candidate, manager, target and current level, and ladder version loaded."""

    viewer: Viewer
    packet: Packet
    facts: PacketFacts


@dataclass(frozen=True)
class StartAccess(_Asks):
    """A cycle in which the viewer may start a packet, although it may not be in their list yet."""

    viewer: Viewer
    cycle: Cycle
    facts: PacketFacts


Access = SiteAccess | CycleAccess | PacketAccess | StartAccess


def site(viewer: Viewer, _action: Action) -> SiteAccess:
    return SiteAccess(viewer, site_facts(viewer))


def cycle(viewer: Viewer, action: Action, *, cycle: str) -> CycleAccess | None:
    """The cycle of this public id, or None where the viewer may not know of it. One query."""
    row = db.session.execute(
        _cycle(row_of(Action.LIST_CYCLE), row_of(action)), {**asked_by(viewer), "cycle": cycle}
    ).one_or_none()
    return None if row is None else CycleAccess(viewer, row.Cycle, cycle_facts(row))


# Remembered by rows of the policy, not by actions: a statement is as good as the table it was built of.
@lru_cache(maxsize=128)
def _cycle(known: PolicyRow, asked: PolicyRow) -> Select[Any]:
    return select(Cycle, *labelled(cycle_fact_columns(ANY_VIEWER))).where(
        Cycle.public_id == bindparam("cycle"),
        or_(cycles_where(ANY_VIEWER, known.action), cycles_where(ANY_VIEWER, asked.action)),
    )


def packet(viewer: Viewer, action: Action, *, packet: str) -> PacketAccess | None:
    """The packet of this public id, or None where the viewer may not know of it. One query."""
    row = db.session.execute(
        _packet(row_of(Action.KNOW_PACKET), row_of(action)), {**asked_by(viewer), "packet": packet}
    ).one_or_none()
    return None if row is None else PacketAccess(viewer, row.Packet, packet_facts(row))


@lru_cache(maxsize=128)
def _packet(known: PolicyRow, asked: PolicyRow) -> Select[Any]:
    return (
        select(Packet, *labelled(packet_fact_columns(ANY_VIEWER)))
        .join(Packet.cycle)
        .options(
            contains_eager(Packet.cycle),
            joinedload(Packet.candidate),
            joinedload(Packet.manager),
            joinedload(Packet.ladder_version),
            joinedload(Packet.target_level),
            joinedload(Packet.current_level),
        )
        .where(
            Packet.public_id == bindparam("packet"),
            or_(packets_where(ANY_VIEWER, known.action), packets_where(ANY_VIEWER, asked.action)),
        )
    )


def packets_in(access: CycleAccess, action: Action) -> list[PacketAccess]:
    """Every packet of the cycle on which the viewer may do this (or sees its stub), in agenda order. One query."""
    rows = db.session.execute(
        select(Packet, *labelled(packet_fact_columns(access.viewer)))
        .join(Packet.cycle)
        .options(
            contains_eager(Packet.cycle),
            joinedload(Packet.candidate),
            joinedload(Packet.manager),
            joinedload(Packet.target_level),
        )
        .where(Packet.cycle_id == access.cycle.id, packets_where(access.viewer, action))
        .order_by(Packet.agenda_order, Packet.id)
    )
    return [PacketAccess(access.viewer, row.Packet, packet_facts(row)) for row in rows]


def start(viewer: Viewer, _action: Action, *, cycle: str) -> StartAccess | None:
    """The cycle, for somebody of its units, or who owns it, and who is about to start a packet. One query."""
    row = db.session.execute(
        select(
            Cycle,
            Person.unit,
            cycle_phase(viewer.now).label("phase"),
            cycle_fact_columns(viewer)["is_owner"].label("is_owner"),
        )
        .join(Person, Person.id == viewer.person_id)
        .where(Cycle.public_id == cycle)
    ).one_or_none()
    if row is None:
        return None
    eligible = not row.Cycle.units or row.unit in row.Cycle.units
    if not (eligible or row.is_owner):
        return None
    return StartAccess(viewer, row.Cycle, PacketFacts(phase=row.phase, is_owner=row.is_owner))
