"""The loaded thing with the viewer's standing on it: what the policy grants this viewer at this instant.

The only ways to a cycle or packet. Each loads under the policy in one statement, the same for every viewer and action:
what the viewer may not know is not found, exactly like a thing that does not exist.
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any, cast

from sqlalchemy import CTE, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only

from ladders.models import LadderVersion, LevelRow
from reviews.access.packet_list import PacketList
from reviews.access.standing import (
    CYCLE_RELATIONS,
    VIEWER_ID,
    ListFront,
    allowed,
    cycle_phase,
    cycle_standing,
    cycle_standing_columns,
    cycle_standing_of,
    front_size,
    has_stake,
    instant_params,
    packet_standing,
    site_standing,
    standing_columns,
    standing_of,
    viewer_params,
)
from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleOwner
from reviews.db.models.packets import Packet
from reviews.db.models.people import Person
from reviews.db.pagination import Page
from reviews.db.text import has_words, word_params
from reviews.rules.enums import Action, PacketPhase, Relation
from reviews.rules.name_keys import search_words
from reviews.rules.policy import (
    Answer,
    CycleStanding,
    PacketStanding,
    SiteStanding,
    Standing,
    cells,
    decide,
)
from reviews.rules.workflow import IN_REVIEW


class _PolicyAnswers:
    """What the policy answers about a standing."""

    standing: Standing

    def answer(self, action: Action) -> Answer:
        return decide(action, self.standing)

    def may(self, action: Action) -> bool:
        return self.answer(action).allowed


@dataclass(frozen=True)
class SiteAccess(_PolicyAnswers):
    """The site as a whole: ladders, people, the viewer's own account."""

    viewer: Viewer
    standing: SiteStanding


@dataclass(frozen=True)
class CycleAccess(_PolicyAnswers):
    viewer: Viewer
    cycle: Cycle
    standing: CycleStanding

    def has_relation(self, *relations: Relation) -> bool:
        """Whether the viewer is any of this in the cycle."""
        return not self.standing.relations.isdisjoint(relations)

    @property
    def is_owner(self) -> bool:
        return self.has_relation(Relation.OWNER, Relation.OWNER_CONFLICTED)

    @property
    def is_on_panel(self) -> bool:
        return self.has_relation(Relation.MEMBER, Relation.CHAIR)


@dataclass(frozen=True)
class PacketAccess(_PolicyAnswers):
    """A packet with its cycle, candidate, manager, target and current level, and ladder version loaded."""

    viewer: Viewer
    packet: Packet
    standing: PacketStanding

    @property
    def is_candidate(self) -> bool:
        return self.standing.own is Relation.CANDIDATE

    @property
    def is_manager(self) -> bool:
        return self.standing.own in {Relation.MANAGER_PENDING, Relation.MANAGER_RATED}


@dataclass(frozen=True)
class StartAccess(_PolicyAnswers):
    """A cycle in which the viewer may start a packet, although it may not be in their list yet."""

    viewer: Viewer
    cycle: Cycle
    standing: PacketStanding


Access = SiteAccess | CycleAccess | PacketAccess | StartAccess


def site(viewer: Viewer, _action: Action) -> SiteAccess:
    """The site. One query for whoever runs it, none for anybody else."""
    stake = viewer.is_owner and bool(
        db.session.execute(_stake(), viewer_params(viewer)).scalar_one()
    )
    return SiteAccess(viewer, site_standing(viewer, has_stake=stake))


@cache
def _stake() -> Select[Any]:
    return select(has_stake())


def cycle(viewer: Viewer, action: Action, *, cycle: str) -> CycleAccess | None:
    """The cycle of this public id, or None where the viewer may not know of it. One query."""
    row = db.session.execute(
        _cycle(), {**viewer_params(viewer, Action.LIST_CYCLE, action), "cycle": cycle}
    ).one_or_none()
    return None if row is None else CycleAccess(viewer, row.Cycle, cycle_standing_of(row))


@cache
def _cycle() -> Select[Any]:
    standing = cycle_standing(Cycle.public_id == bindparam("cycle"))
    return (
        select(Cycle, *cycle_standing_columns(standing))
        .join(standing, standing.c.cycle_id == Cycle.id)
        .where(allowed(standing, CYCLE_RELATIONS))
    )


def packet(viewer: Viewer, action: Action, *, packet: str) -> PacketAccess | None:
    """The packet of this public id, or None where the viewer may not know of it. One query."""
    row = db.session.execute(
        _packet(), {**viewer_params(viewer, Action.KNOW_PACKET, action), "packet": packet}
    ).one_or_none()
    return None if row is None else PacketAccess(viewer, row.Packet, standing_of(row))


@cache
def _packet() -> Select[Any]:
    standing = packet_standing(Packet.public_id == bindparam("packet"))
    return (
        select(Packet, *standing_columns(standing))
        .join(standing, standing.c.packet_id == Packet.id)
        .join(Packet.cycle)
        .options(contains_eager(Packet.cycle), *_WITH_PEOPLE, *_WITH_TEXT)
        .where(allowed(standing))
    )


#: What pages say of the people and of the text a packet is read against; the document itself is read when it is new.
_WITH_PEOPLE = (
    joinedload(Packet.candidate, innerjoin=True).options(
        load_only(Person.public_id, Person.name, Person.title, Person.unit, Person.employee_id)
    ),
    joinedload(Packet.manager, innerjoin=True).options(
        load_only(Person.public_id, Person.name, Person.is_active)
    ),
    joinedload(Packet.target_level, innerjoin=True).options(load_only(LevelRow.key, LevelRow.name)),
)
_WITH_TEXT = (
    joinedload(Packet.current_level).options(load_only(LevelRow.key, LevelRow.name)),
    joinedload(Packet.ladder_version, innerjoin=True).options(
        load_only(
            LadderVersion.public_id,
            LadderVersion.number,
            LadderVersion.state,
            LadderVersion.content_hash,
        )
    ),
)


def visible_packets(viewer: Viewer, action: Action, *where: ColumnElement[bool]) -> Select[int]:
    """The row ids of the packets on which the viewer may do this (or sees the stub), to be a part of another statement.

    Args:
        where: which packets; over Packet joined to its Cycle.
    """
    standing = packet_standing(*where)
    return (
        select(standing.c.packet_id)
        .where(allowed(standing))
        .params(**viewer_params(viewer, action))
    )


def visible_cycles(viewer: Viewer, action: Action, *where: ColumnElement[bool]) -> Select[int]:
    """The row ids of the cycles in which the viewer may do this, to be a part of another statement."""
    standing = cycle_standing(*where)
    return (
        select(standing.c.cycle_id)
        .where(allowed(standing, CYCLE_RELATIONS))
        .params(**viewer_params(viewer, action))
    )


def packets_by_name(
    access: CycleAccess, action: Action, *, page: int, name: str = "", early: Action | None = None
) -> Page:
    """The packets of the cycle on which the viewer may do this (or sees the stub), by the candidate's name.

    Args:
        page: which fifty of them, from 1.
        name: whose words the candidate's name must contain, in any order.
        early: what the viewer must also be allowed to do where the packet is not submitted.
    """
    words = search_words(name)
    parameters = {
        **viewer_params(access.viewer, action),
        **word_params(words),
        "cycle": access.cycle.id,
        "early": cells(early or action),
    }
    listed = PacketList(partial(_packets_by_name, words=len(words)), parameters)
    return listed.page(page, lambda row: PacketAccess(access.viewer, row.Packet, standing_of(row)))


#: The order of every list by name, as an index holds it.
BY_NAME = (Packet.candidate_sort_key, Packet.id)


@cache
def _packets_by_name(size: int | None, *, words: int) -> Select[Any]:
    standing = packet_standing(
        Packet.cycle_id == bindparam("cycle"),
        *has_words(words, Packet.candidate_name_key),
        columns=(Packet.candidate_sort_key, Packet.state),
        front=ListFront(BY_NAME, size) if size else None,
    )
    return (
        packets_of(standing)
        .where(or_(standing.c.state.in_(IN_REVIEW), allowed(standing, granted="early")))
        .order_by(standing.c.candidate_sort_key, standing.c.packet_id)
    )


def packets_of(standing: CTE) -> Select[Any]:
    """The packets of a standing that the policy grants, each with what `PacketAccess` has but for the text."""
    return (
        select(Packet, *standing_columns(standing), *front_size(standing))
        .join(standing, standing.c.packet_id == Packet.id)
        .join(Packet.cycle)
        .options(contains_eager(Packet.cycle), *_WITH_PEOPLE)
        .where(allowed(standing))
    )


def start(viewer: Viewer, _action: Action, *, cycle: str) -> StartAccess | None:
    """The cycle, for somebody of its units, or who owns it, and who is about to start a packet. One query."""
    row = db.session.execute(
        _start(),
        {"viewer_id": viewer.person_id, "cycle": cycle, **instant_params(viewer.now)},
    ).one_or_none()
    if row is None:
        return None
    eligible = not row.Cycle.units or row.unit in row.Cycle.units
    if not (eligible or row.is_owner):
        return None
    office = Relation.OWNER if row.is_owner else None
    phase = PacketPhase[row.phase.upper()]
    return StartAccess(viewer, row.Cycle, PacketStanding(phase, office=office))


@cache
def _start() -> Select[Any]:
    statement = (
        select(
            Cycle,
            Person.unit,
            cycle_phase().label("phase"),
            exists()
            .where(CycleOwner.cycle_id == Cycle.id, CycleOwner.person_id == VIEWER_ID)
            .label("is_owner"),
        )
        .join(Person, Person.id == VIEWER_ID)
        .where(Cycle.public_id == bindparam("cycle"))
    )
    return cast("Select[Any]", statement)
