"""Who sits on a packet's panel, who of them may vote on it, and whose ballot is in."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import aliased

from reviews.access.standing import (
    instant_params,
    seat_standing,
    standing_columns,
    standing_of,
)
from reviews.db.extensions import db
from reviews.db.id_list import IdList, among
from reviews.db.models.cycles import PanelMember
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.rules.enums import Action, Relation
from reviews.rules.namesakes import joined, labels
from reviews.rules.policy import PacketStanding, decide

_CHAIR = frozenset(
    {
        Relation.CHAIR_PENDING,
        Relation.CHAIR_VOTED,
        Relation.CHAIR_UNANSWERED,
        Relation.CHAIR_CONFLICTED,
    }
)
_UNANSWERED = frozenset({Relation.MEMBER_UNANSWERED, Relation.CHAIR_UNANSWERED})
_VOTED = frozenset({Relation.MEMBER_VOTED, Relation.CHAIR_VOTED})


@dataclass(frozen=True, slots=True)
class PanelSeat:
    person_id: int
    name: str
    is_chair: bool
    #: Free to hear the case as far as anybody knows: the conflict question may still be open.
    is_free: bool
    #: This person has no conflict with the packet, and the question has been answered.
    votes: bool
    #: The conflict question is still open.
    unanswered: bool
    cast: bool
    #: The account is closed. A ballot that was sealed before counts like any other; one that was not does not come.
    has_left: bool


@dataclass(frozen=True, slots=True)
class PanelStanding:
    """The seats of one packet's panel, by name, with those of people who have left."""

    seats: tuple[PanelSeat, ...]

    @property
    def voting(self) -> tuple[PanelSeat, ...]:
        """Who may vote. Whoever leaves stays among them, or the number would say whether they had voted."""
        return tuple(seat for seat in self.seats if seat.votes)

    @property
    def waiting(self) -> tuple[PanelSeat, ...]:
        """Who may vote, is here and has not."""
        return tuple(seat for seat in self.voting if not seat.cast and not seat.has_left)

    @property
    def left(self) -> tuple[PanelSeat, ...]:
        """Who has left without a ballot."""
        return tuple(
            seat
            for seat in self.seats
            if seat.has_left and not seat.cast and (seat.votes or seat.unanswered)
        )

    @property
    def recused(self) -> tuple[PanelSeat, ...]:
        return tuple(seat for seat in self.seats if not seat.votes and not seat.unanswered)

    @property
    def cast(self) -> tuple[PanelSeat, ...]:
        """Who voted and may. A ballot of somebody recused since is kept and not counted; of a leaver it counts."""
        return tuple(seat for seat in self.voting if seat.cast)

    @property
    def missing(self) -> int:
        """Ballots still to come, of those who may vote and of those who have not answered the conflict question."""
        unanswered = sum(seat.unanswered and not seat.has_left for seat in self.seats)
        return len(self.waiting) + unanswered


def panel_standings(packet_ids: Collection[int], *, now: datetime) -> Mapping[int, PanelStanding]:
    """The panel of each packet. One query, whatever the number of packets."""
    rows = db.session.execute(_seats(), {**instant_params(now), "packets": list(packet_ids)})
    found: dict[int, list[PanelSeat]] = defaultdict(list)
    for packet, seats in groupby(rows, key=lambda row: row.packet_id):
        sitting = list(seats)
        named = labels((row.name, joined(row.title, row.unit)) for row in sitting)
        for row, name in zip(sitting, named, strict=True):
            found[packet].append(_seat(row, name))
    return {packet: PanelStanding(tuple(found[packet])) for packet in packet_ids}


def _seat(row: Any, name: str) -> PanelSeat:
    is_chair, is_free, votes, unanswered, cast = _answers(standing_of(row))
    return PanelSeat(
        person_id=row.person_id,
        name=name,
        is_chair=is_chair,
        # Before voting has begun, whoever has left will not hear the case.
        is_free=is_free and row.is_active,
        votes=votes,
        unanswered=unanswered,
        cast=cast,
        has_left=not row.is_active,
    )


@lru_cache(maxsize=1024)
def _answers(standing: PacketStanding) -> tuple[bool, bool, bool, bool, bool]:
    """What the seat of this standing is: chair, free, votes, unanswered, cast."""
    return (
        standing.seat in _CHAIR,
        decide(Action.COUNT_AS_FREE, standing).allowed,
        decide(Action.COUNT_AS_VOTER, standing).allowed,
        standing.seat in _UNANSWERED,
        standing.seat in _VOTED,
    )


@cache
def _seats() -> Select[Any]:
    seat = aliased(PanelMember)
    standing = seat_standing(seat, among(Packet.id, bindparam("packets", type_=IdList())))
    return (
        select(
            standing.c.packet_id,
            standing.c.person_id,
            Person.name,
            Person.title,
            Person.unit,
            Person.is_active,
            *standing_columns(standing),
        )
        .join(Person, Person.id == standing.c.person_id)
        .order_by(standing.c.packet_id, Person.sort_key, Person.id)
    )
