"""Who sits on a packet's panel, who of them may vote on it, and whose ballot is in."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import aliased

from reviews.access.standing import ANY_VIEWER, asked_at, labelled, packet_facts, packet_facts_about
from reviews.db.extensions import db
from reviews.db.models.cycles import PanelMember
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Relation
from reviews.rules.policy import PacketFacts

_VOTING = frozenset({Relation.MEMBER_OWES, Relation.MEMBER_CAST, Relation.CHAIR})


@dataclass(frozen=True, slots=True)
class PanelSeat:
    person_id: int
    name: str
    is_chair: bool
    #: No conflict stands between this person and the packet, and the question has been answered.
    votes: bool
    #: The conflict question is still open.
    unanswered: bool
    cast: bool


@dataclass(frozen=True, slots=True)
class PanelStanding:
    """The seats of one packet's panel, by name."""

    seats: tuple[PanelSeat, ...]

    @property
    def voting(self) -> tuple[PanelSeat, ...]:
        return tuple(seat for seat in self.seats if seat.votes)

    @property
    def recused(self) -> tuple[PanelSeat, ...]:
        return tuple(seat for seat in self.seats if not seat.votes and not seat.unanswered)

    @property
    def cast(self) -> tuple[PanelSeat, ...]:
        """Who voted and may. A ballot of somebody recused since is kept and not counted."""
        return tuple(seat for seat in self.voting if seat.cast)

    @property
    def missing(self) -> int:
        """Ballots still to come, of those who may vote and of those who have not answered the conflict question."""
        return sum(not seat.cast for seat in self.voting) + sum(s.unanswered for s in self.seats)


def panel_standings(packet_ids: Collection[int], *, now: datetime) -> Mapping[int, PanelStanding]:
    """The panel of each packet. One query, whatever the number of packets."""
    rows = db.session.execute(_seats(), {**asked_at(now), "packets": packet_ids})
    found: dict[int, list[PanelSeat]] = defaultdict(list)
    for row in rows:
        facts = packet_facts(row)
        votes, unanswered = _standing(facts)
        found[row.id].append(
            PanelSeat(
                person_id=row.person_id,
                name=row.name,
                is_chair=row.is_chair,
                votes=votes,
                unanswered=unanswered,
                cast=facts.ballot_cast,
            )
        )
    return {packet: PanelStanding(tuple(found[packet])) for packet in packet_ids}


@lru_cache(maxsize=1024)
def _standing(facts: PacketFacts) -> tuple[bool, bool]:
    """Whether the seat votes, and whether it still owes an answer to the conflict question."""
    votes = bool(facts.relations() & _VOTING)
    personal = facts.is_candidate or facts.is_manager or facts.is_peer or facts.is_tied
    return votes, not votes and not personal and facts.conflict is None


@cache
def _seats() -> Select[Any]:
    seat = aliased(PanelMember)
    return (
        select(
            Packet.id,
            seat.person_id,
            seat.is_chair,
            Person.name,
            *labelled(packet_facts_about(seat.person_id, ANY_VIEWER.now)),
        )
        .join(Packet.cycle)
        .join(seat, seat.panel_id == Packet.panel_id)
        .join(Person, Person.id == seat.person_id)
        .where(Packet.id.in_(bindparam("packets", expanding=True)), Person.is_active)
        .order_by(Packet.id, Person.name, Person.id)
    )
